# How btftool is run, tested, built and installed. `make check` is what a change must pass.

DOTNET    ?= dotnet
PREFIX    ?= /usr/local
DESTDIR   ?=
RID       ?= $(shell $(DOTNET) --info | sed -n 's/^ *RID: *//p')
# The registry we build with has the Native AOT packages of this framework only.
NATIVE_TFM := net9.0
NATIVE     := artifacts/btftool
ARGS      ?= --help
# More for the native build, such as -p:RestoreLockedMode=true.
PUBLISH_FLAGS ?=

.PHONY: run test native install bench check format build clean

run:
	$(DOTNET) run -c Release --project src/BtfTool.Cli -- $(ARGS)

test:
	$(DOTNET) test

native: $(NATIVE)

# One file: the publish folder also holds documentation and symbols.
$(NATIVE): FORCE
	$(DOTNET) publish src/BtfTool.Cli -c Release -r $(RID) -p:BtfToolFramework=$(NATIVE_TFM) -o artifacts/native $(PUBLISH_FLAGS)
	cp artifacts/native/btftool $@.new
	mv $@.new $@

# Does not build anew what is there: under sudo the SDK is often not on the path.
install:
	test -x $(NATIVE) || $(MAKE) native
	install -D -m 755 $(NATIVE) $(DESTDIR)$(PREFIX)/bin/btftool

bench: native
	bench/compare.sh

build:
	$(DOTNET) build BtfTool.sln -c Release
	$(DOTNET) build src/BtfTool.Cli -c Release -p:BtfToolFramework=$(NATIVE_TFM)

format:
	$(DOTNET) format BtfTool.sln

check: build
	$(DOTNET) format BtfTool.sln --verify-no-changes
	$(DOTNET) test

clean:
	rm -rf artifacts
	$(DOTNET) clean BtfTool.sln -v q

FORCE:
