#!/usr/bin/env bash
# cross.sh LUA ZLIB OUT: objects of other targets, `ld -r` of all of them in one; their headers must compile for the target with all
# asserts, by the cross gcc and by clang. Compilers that are not installed are left out.
set -u
here=$(cd "$(dirname "$0")" && pwd)
lua=$1 zlib=$2 out=$3
mkdir -p "$out"
for target in i686-linux-gnu s390x-linux-gnu aarch64-linux-gnu riscv64-linux-gnu; do
    command -v $target-gcc >/dev/null || { echo "no $target-gcc"; continue; }
    for flags in -gdwarf-2 -gdwarf-3 -gdwarf-4 -gdwarf-5 "-gdwarf-5 -gdwarf64"; do
        for cc in $target-gcc "clang --target=$target"; do
            name="$target-${cc%% *}${flags// /}"
            rm -rf "$out/o" && mkdir "$out/o"
            for source in $(ls "$lua"/src/*.c | grep -v luac.c) "$zlib"/*.c "$here"/cross.c; do
                $cc $flags -O1 -w -c -D_LARGEFILE64_SOURCE -DHAVE_UNISTD_H -DLUA_USE_POSIX -I "$lua/src" -isystem /usr/$target/include -o "$out/o/$(basename "$source" .c).o" "$source" || echo "no $source $name"
            done
            $target-ld -r -o "$out/$name.o" "$out"/o/*.o || continue
            NO_DRGN=1 "$here/check_file.sh" "$out/$name.o" "$target-gcc -fms-extensions" "clang --target=$target -fms-extensions -ferror-limit=0"
        done
    done
done
