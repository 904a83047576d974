# How btftool is run, tested, built and installed. `make check` is what a change must pass.

DOTNET    ?= dotnet
PREFIX    ?= /usr/local
DESTDIR   ?=
RID       ?= $(shell $(DOTNET) --info | sed -n 's/^ *RID: *//p')
# The registry we build with has the Native AOT packages of this framework only.
NATIVE_TFM := net9.0
NATIVE     := artifacts/btftool
SHARE      := artifacts/share
ARGS      ?= --help
# More for the native build, such as -p:RestoreLockedMode=true.
PUBLISH_FLAGS ?=
PACK_FLAGS ?=

.PHONY: run test native share install uninstall pack samples bench check format build clean

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

# What is installed beside the program, made by the program itself: manual pages and completion scripts.
share:
	test -x $(NATIVE) || $(MAKE) native
	rm -rf $(SHARE)
	mkdir -p $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$(NATIVE) man $(SHARE)/man
	$(NATIVE) completion bash >$(SHARE)/bash-completion/completions/btftool
	$(NATIVE) completion zsh >$(SHARE)/zsh/site-functions/_btftool
	$(NATIVE) completion fish >$(SHARE)/fish/vendor_completions.d/btftool.fish

# Does not build anew what is there: under sudo the SDK is often not on the path.
install: share
	install -D -m 755 $(NATIVE) $(DESTDIR)$(PREFIX)/bin/btftool
	cd $(SHARE) && find . -type f -exec install -D -m 644 '{}' '$(abspath $(DESTDIR)$(PREFIX))/share/{}' ';'

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/btftool
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/btftool.1 $(DESTDIR)$(PREFIX)/share/man/man1/btftool-*.1
	rm -f $(DESTDIR)$(PREFIX)/share/man/man7/btftool-*.7
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/btftool
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_btftool
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/btftool.fish

# The libraries for both frameworks, with symbols, and the command as a tool of .NET. PACK_FLAGS: such as -p:RestoreLockedMode=true.
pack:
	rm -rf artifacts/packages
	$(DOTNET) pack src/BtfTool.Core -c Release -v minimal -p:BtfToolPack=true $(PACK_FLAGS)
	$(DOTNET) pack src/BtfTool.Emit -c Release -v minimal -p:BtfToolPack=true $(PACK_FLAGS)
	$(DOTNET) pack src/BtfTool.Cli -c Release -v minimal $(PACK_FLAGS)

# What uses the packages as others do: built, run and compared, on the framework and native.
samples: pack
	samples/run

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
