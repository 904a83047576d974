#!/usr/bin/env bash
# programs.sh LUA ZLIB OUT: builds the unpacked sources of lua 5.4 and zlib in many ways into OUT, and checks each with check_file.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)
lua=$1 zlib=$2 out=$3
mkdir -p "$out"

build() { # NAME COMPILER FLAGS...
    local name=$1 cc=$2
    shift 2
    # shellcheck disable=SC2046
    $cc "$@" -w -DLUA_USE_POSIX -I "$lua/src" -o "$out/lua-$name" $(ls "$lua"/src/*.c | grep -v luac.c) -lm || echo "no lua-$name"
    $cc "$@" -w -D_LARGEFILE64_SOURCE -DHAVE_UNISTD_H -fPIC -shared -o "$out/zlib-$name.so" "$zlib"/*.c || echo "no zlib-$name"
    local prog
    for prog in "$out/lua-$name" "$out/zlib-$name.so"; do
        [ ! -e "$prog" ] || "$here/check_file.sh" "$prog"
    done
}

for v in 2 3 4 5; do
    build "gcc-$v-O0" gcc -gdwarf-$v -O0
    build "gcc-$v-O2" gcc -gdwarf-$v -O2
    build "clang-$v-O0" clang -gdwarf-$v -O0
    build "clang-$v-O2" clang -gdwarf-$v -O2
done
build gcc-strict-4 gcc -gdwarf-4 -gstrict-dwarf -O2
build gcc-lto gcc -g -O2 -flto
build gcc-lto-4 gcc -gdwarf-4 -O2 -flto
build clang-lto clang -g -O2 -flto -fuse-ld=lld
build gcc-g3 gcc -g3 -O1
build gcc-64 gcc -g -gdwarf64 -O1
build gcc-zlib gcc -g -gz=zlib -O1
build gcc-types-5 gcc -gdwarf-5 -O1 -fdebug-types-section
build gcc-types-4 gcc -gdwarf-4 -O1 -fdebug-types-section
build clang-types-4 clang -gdwarf-4 -O1 -fdebug-types-section
build clang-types-5 clang -gdwarf-5 -O1 -fdebug-types-section
build gcc-split gcc -g -gsplit-dwarf -O1
