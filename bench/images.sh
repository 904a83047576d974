#!/bin/bash
# Downloads kernel packages of Debian for several processors, and compares what btftool says of the installed image with what it says of
# the vmlinux or the raw BTF that other tools unpack from it. Prints OK or DIFFERS per image; the exit code is the number of failures.
# Needs (Debian 12): apt, dpkg, lz4, zstd, python3, binutils; network; 1 GB below TMPDIR. Not part of the tests.
#   bench/images.sh [BTFTOOL]
set -uo pipefail
cd "$(dirname "$0")/.."
tool=$(realpath "${1:-artifacts/btftool}")
work=${IMAGES_DIR:-$(mktemp -d)}
[ -n "${IMAGES_DIR:-}" ] || trap 'rm -rf "$work"' EXIT
failures=0

# apt with lists and settings of its own: the system's are left alone, and other processors need not be added to it.
apt_of() { # SUITE ARCHITECTURE COMMAND...
    local place=$work/apt/$1-$2 suite=$1 arch=$2 key
    shift 2
    key=/usr/share/keyrings/debian-archive-keyring.gpg
    [ "$suite" = trixie ] && key=/usr/share/keyrings/debian-archive-trixie-stable.gpg,/usr/share/keyrings/debian-archive-trixie-automatic.gpg
    mkdir -p "$place/state/lists/partial" "$place/cache/archives/partial"
    : > "$place/status"
    echo "deb [signed-by=$key] http://deb.debian.org/debian $suite main" > "$place/sources.list"
    "$@" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Dir::State="$place/state" -o Dir::State::status="$place/status" \
        -o Dir::Cache="$place/cache" -o Dir::Etc::sourcelist="$place/sources.list" -o Dir::Etc::sourceparts=- -o Acquire::Languages=none
}

fetch() { # SUITE ARCHITECTURE FLAVOUR: prints the path of the kernel image
    local place=$work/$1-$2 package
    if ! compgen -G "$place/boot/vmlinu[xz]-*" > /dev/null; then
        apt_of "$1" "$2" apt-get update > /dev/null || return 1
        package=$(apt_of "$1" "$2" apt-cache depends "linux-image-$3" | sed -n 's/.*Depends: //p' | head -1)
        mkdir -p "$place"
        (cd "$place" && apt_of "$1" "$2" apt-get download "$package" > /dev/null 2>&1) || return 1
        dpkg-deb --fsys-tarfile "$place"/*.deb | tar -x -C "$place" --wildcards './boot/*' || return 1
        rm "$place"/*.deb
    fi
    compgen -G "$place/boot/vmlinu[xz]-*"
}

# Without our code: the place from the header, or whichever zstd frame holds most, the decompressor's program, the largest BTF.
unpack() { # IMAGE OUTPUT: ELF or raw BTF
    python3 - "$1" "$2" <<'P'
import struct, subprocess, sys
image = open(sys.argv[1], 'rb').read()
def run(tool, data):
    return subprocess.run(tool, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
def largest_btf(data):
    best = b''
    for magic, order in ((b'\x9f\xeb\x01\x00', '<'), (b'\xeb\x9f\x01\x00', '>')):
        at = data.find(magic)
        while at >= 0:
            if at + 24 <= len(data):
                head, _, types, strings, length = struct.unpack(order + '5I', data[at + 4:at + 24])
                end = at + head + strings + length
                if head in (24, 32) and strings == types and length and end <= len(data) and data[end - 1] == 0 and end - at > len(best):
                    best = data[at:end]
            at = data.find(magic, at + 1)
    return best
plain = image
if image[0x202:0x206] == b'HdrS':
    start = 512 * (image[0x1f1] + 1) + struct.unpack('<I', image[0x248:0x24c])[0]
    data = image[start:start + struct.unpack('<I', image[0x24c:0x250])[0]]
    tool = {b'\x02\x21': ['lz4', '-dc'], b'\x28\xb5': ['zstd', '-dcq'], b'\x1f\x8b': ['gzip', '-dcq'], b'\xfd7': ['xz', '-dcq']}[data[:2]]
    plain = run(tool, data)
elif image[0x10008:0x1000e] == b'S390EP':
    at, plain = -1, b''
    while (at := image.find(b'\x28\xb5\x2f\xfd', at + 1)) >= 0:
        plain = max(plain, run(['zstd', '-dcq'], image[at:]), key=len)
open(sys.argv[2], 'wb').write(plain if plain[:4] == b'\x7fELF' else largest_btf(plain))
P
}

check() { # SUITE ARCHITECTURE FLAVOUR
    local image found=$work/$1-$2/unpacked
    if ! image=$(fetch "$@"); then
        echo "$1 $2: cannot be downloaded"
        failures=$((failures + 1))
        return
    fi
    unpack "$image" "$found"
    for command in "show task_struct sk_buff page inode -f" "header -f" "dump"; do
        $tool $command "$found" > "$work/expected" 2> "$work/errors"
        $tool $command "$image" > "$work/got" 2> "$work/errors"
        if [ -s "$work/got" ] && cmp -s "$work/expected" "$work/got"; then
            echo "OK       $1 $2 ${image##*/}: ${command% -f} ($(wc -c < "$work/got") bytes)"
        else
            echo "DIFFERS  $1 $2 ${image##*/}: ${command% -f} $(head -1 "$work/errors")"
            failures=$((failures + 1))
        fi
    done
    cat "$image" | $tool show task_struct -f - 2> /dev/null | cmp -s - <($tool show task_struct -f "$found") \
        || { echo "DIFFERS  $1 $2: from a pipe"; failures=$((failures + 1)); }
}

check bookworm amd64 cloud-amd64   # x86 bzImage, lz4
check bookworm arm64 cloud-arm64   # plain Image
check trixie amd64 cloud-amd64     # x86 bzImage, zstd
check trixie arm64 cloud-arm64     # plain Image
check trixie riscv64 riscv64       # plain Image
check trixie s390x s390x           # zstd without a header that says where, big endian
exit $failures
