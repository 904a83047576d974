#!/usr/bin/env bash
# Measures btftool against pahole and bpftool: the same input, both tools in the same hyperfine run; writes bench/RESULTS.md.
# Warm caches, medians of RUNS runs (20, at least 10), peak memory from GNU time. Output goes to a file for all, because a tool that
# writes to /dev/null does less than its users see. What else runs on the machine shows in all rows: the load is in the result.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8

tool=${BTFTOOL_BIN:-artifacts/btftool}
runs=${RUNS:-20}
warmup=3
results=${RESULTS:-bench/RESULTS.md}
[ "$runs" -ge 10 ] || { echo "RUNS is at least 10" >&2; exit 1; }
for needed in hyperfine pahole bpftool gzip /usr/bin/time; do
    command -v "$needed" >/dev/null || { echo "bench/compare.sh needs $needed (apt-get install hyperfine dwarves bpftool time)" >&2; exit 1; }
done
[ -x "$tool" ] || { echo "$tool is not there: make native" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gzip -dc fixtures/oracle/linux-6.18/vmlinux.btf.gz >"$work/vmlinux.btf"
load_before=$(cut -d ' ' -f 1 /proc/loadavg)

# medians COMMAND...: a line of milliseconds for each command; fails when one of them fails.
medians() {
    hyperfine --shell none --warmup "$warmup" --runs "$runs" --ignore-failure --output "$work/out" --export-json "$work/times.json" "$@" >"$work/hyperfine.log" 2>&1 &&
        sed -n 's/^ *"median": \([0-9.e-]*\),*$/\1/p' "$work/times.json" | awk '{ printf "%.1f\n", $1 * 1000 }'
}

# peak_mib COMMAND: the largest resident set.
peak_mib() {
    # shellcheck disable=SC2086 # The command is a list of words.
    /usr/bin/time -f %M -o "$work/peak" $1 >"$work/out" 2>/dev/null || true
    tail -n 1 "$work/peak" | awk '{ printf "%.0f", $1 / 1024 }'
}

# row NAME OURS THEIRS: one line of the table; where the peer cannot do it, that is said and ours stands alone.
row() {
    local ours theirs ratio
    local -a times
    if mapfile -t times < <(medians "$2" "$3") && [ "${#times[@]}" -eq 2 ]; then
        ours=${times[0]} theirs=${times[1]}
        ratio=$(awk -v a="$theirs" -v b="$ours" 'BEGIN { printf "%.1f", a / b }')
    else
        mapfile -t times < <(medians "$2")
        ours=${times[0]:-failed} theirs=failed ratio=
    fi
    echo "| $1 | $ours | $(peak_mib "$2") | \`${3//$work\//}\` | $theirs | $(peak_mib "$3") | $ratio |" | tee -a "$work/table"
}

rows() {
    local label=$1 file=$2
    row "$label: show task_struct" "$tool show task_struct -f $file" "pahole -C task_struct $file"
    row "$label: layout --all" "$tool layout --all -f $file" "pahole -P $file"
    row "$label: field task_struct+0x1a8" "$tool field task_struct+0x1a8 -f $file" "pahole -C task_struct $file"
    row "$label: layout tcp_sock" "$tool layout tcp_sock -f $file" "pahole -C tcp_sock $file"
    row "$label: report tcp_sock" "$tool report tcp_sock -f $file" "pahole -C tcp_sock $file"
    row "$label: info" "$tool info $file" "pahole -s $file"
    row "$label: show --all" "$tool show --all -f $file" "pahole $file"
    row "$label: list" "$tool list -f $file" "pahole --sizes $file"
    row "$label: list --sizes" "$tool list --sizes -f $file" "pahole --sizes $file"
    row "$label: list --sort" "$tool list --sizes --sort name -f $file" "pahole --sizes --sort $file"
    row "$label: list --contains" "$tool list --contains list_head -f $file" "pahole -i list_head $file"
    row "$label: list --points-to" "$tool list --points-to task_struct -f $file" "pahole -f task_struct $file"
    # pfunct -P alone, which lists all, takes nine seconds.
    row "$label: reorganize tcp_sock" "$tool reorganize tcp_sock -f $file" "pahole --reorganize -C tcp_sock $file"
    row "$label: reorganize inode --profile" "$tool reorganize inode --profile fixtures/profiles/inode.csv -f $file" "pahole --reorganize -C inode $file"
    row "$label: reorganize --all" "$tool reorganize --all -f $file" "pahole --reorganize $file"
    row "$label: show --functions tcp_v4_rcv" "$tool show --functions tcp_v4_rcv -f $file" "pfunct -F btf -P -f tcp_v4_rcv $file"
    row "$label: header" "$tool header -f $file" "bpftool btf dump file $file format c"
    row "$label: dump" "$tool dump $file" "bpftool btf dump file $file"
    row "$label: dump --json" "$tool dump --json $file" "bpftool -j btf dump file $file"
    row "$label: baseline" "$tool baseline -f $file" "pahole $file"
    row "$label: show --all --json" "$tool show --all --json -f $file" "pahole $file"
    row "$label: report --all" "$tool report --all -o $work/all.html -f $file" "pahole $file"
}

# What people do: two listings, and diff. Both programs end with 1 where there are differences.
printf '#!/bin/bash\ndiff <(pahole "$1") <(pahole "$2")\n' >"$work/pahole-diff"
chmod +x "$work/pahole-diff"
printf '#!/bin/bash\ndiff <(pahole -F dwarf -C task_struct "$1") <(pahole -F dwarf -C task_struct "$2")\n' >"$work/pahole-diff-task"
chmod +x "$work/pahole-diff-task"
gzip -dc fixtures/oracle/linux-6.1/vmlinux.btf.gz >"$work/old.btf"

row "--version" "$tool --version" "pahole --version"
row "diff 6.1 6.18" "$tool diff $work/old.btf $work/vmlinux.btf" "$work/pahole-diff $work/old.btf $work/vmlinux.btf"
row "diff --summary 6.1 6.18" "$tool diff --summary $work/old.btf $work/vmlinux.btf" "$work/pahole-diff $work/old.btf $work/vmlinux.btf"

# Rules as a project has them, against listing the same structs for a script to search.
printf '%s\n' >"$work/net.layout" \
    'struct sock { size <= 4096; holes <= 64; cachelines <= 64; offset sk_lock >= 1; offset sk_dst_cache >= 1 }' \
    'struct tcp_sock { size <= 8192; holes <= 64; hole_bytes <= 512; cachelines <= 128; offset snd_nxt >= 1 }' \
    'struct task_struct { size <= 65536; first thread_info; offset pid >= 1; offset comm >= 1; padding <= 64 }' \
    'struct sk_buff { size <= 512; cachelines <= 8; offset len >= 1; offset head >= 1; no_padding }'
row "check 20 rules 6.18" "$tool check $work/net.layout -f $work/vmlinux.btf" "pahole -C sock,tcp_sock,task_struct,sk_buff $work/vmlinux.btf"
rows "6.18" "$work/vmlinux.btf"
if [ -r /sys/kernel/btf/vmlinux ]; then
    rows "running" /sys/kernel/btf/vmlinux
fi

# A kernel with DWARF is 600 MB: it is measured where BENCH_DWARF names one, with 10 runs, for pahole takes seconds.
if [ -n "${BENCH_DWARF:-}" ]; then
    warmup=1 runs=10
    row "DWARF: diff NAME" "$tool diff $BENCH_DWARF $BENCH_DWARF task_struct --format dwarf" "$work/pahole-diff-task $BENCH_DWARF $BENCH_DWARF"
    row "DWARF: check 20 rules" "$tool check $work/net.layout --format dwarf -f $BENCH_DWARF" "pahole -F dwarf -C sock,tcp_sock,task_struct,sk_buff $BENCH_DWARF"
    # The types stand in the order of the units that define them first.
    "$tool" list --columns name --no-header --format dwarf -f "$BENCH_DWARF" >"$work/names"
    first=$(head -n 1 "$work/names" | tr -d ' ') last=$(tail -n 1 "$work/names" | tr -d ' ')

    # In nearly all units, of the first, of the last, of one in the middle, nowhere.
    for name in task_struct page "$first" "$last" ext4_inode no_such_type; do
        row "DWARF: show $name" "$tool show $name --format dwarf -f $BENCH_DWARF" "pahole -F dwarf -C $name $BENCH_DWARF"
    done
    if /usr/bin/python3 -c 'import drgn' 2>/dev/null; then
        printf 'import sys, drgn\np = drgn.Program()\np.load_debug_info([sys.argv[1]])\np.type("struct task_struct")\n' >"$work/load.py"
        row "DWARF: show task_struct" "$tool show task_struct --format dwarf -f $BENCH_DWARF" "/usr/bin/python3 $work/load.py $BENCH_DWARF"
    fi
    if command -v gdb >/dev/null; then
        # It takes a quarter of a minute: once is enough.
        begin=$(date +%s%N)
        gdb -batch -ex 'ptype /o struct task_struct' "$BENCH_DWARF" >"$work/out" 2>/dev/null || true
        echo "| DWARF: show task_struct | | | \`gdb -ex 'ptype /o struct task_struct'\` (once) | $((($(date +%s%N) - begin) / 1000000)) | | |" | tee -a "$work/table"
    fi
    row "DWARF: show --all" "$tool show --all --format dwarf -f $BENCH_DWARF" "pahole -F dwarf -j2 $BENCH_DWARF"
    warmup=3 runs=${RUNS:-20}
fi

# size NAME PATH: bytes of a program and of the libraries that it loads and that come with it.
size() {
    echo "| $1 | $(stat -Lc %s "$2") | $(ldd "$2" 2>/dev/null | awk '{ print $1 }' | grep -Ev 'linux-vdso|ld-linux|lib(c|m)\.so' | paste -sd ' ' -) |"
}

{
    echo "# btftool and its peers, measured"
    echo
    echo "Written by \`bench/compare.sh\`. Medians of $runs warm runs in milliseconds, peak resident memory in MiB; the ratio is how many"
    echo "times longer the peer takes (below 1: btftool is slower). \"6.18\" is \`fixtures/oracle/linux-6.18/vmlinux.btf.gz\`, decompressed;"
    echo "\"running\" is \`/sys/kernel/btf/vmlinux\` of the machine. Output goes to a file, for both. A peer that \"failed\" ended with an error."
    echo
    [ -z "${BENCH_DWARF:-}" ] || echo "\"DWARF\" is $(basename "$BENCH_DWARF"), $(stat -Lc %s "$BENCH_DWARF") bytes (10 runs); there pahole stops at the first unit that has the name, btftool shows all layouts."
    echo "Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r), $(uname -m);"
    echo "load average $load_before before and $(cut -d ' ' -f 1 /proc/loadavg) after."
    echo "Versions: $("$tool" --version); pahole $(pahole --version); $(bpftool version | head -n 1); $(hyperfine --version)."
    if awk -v load="$load_before" -v cpus="$(nproc)" 'BEGIN { exit load <= cpus / 2 }'; then
        echo
        echo "**The machine was busy: these numbers show that the script works and are not to be quoted.**"
    fi
    echo
    echo "| command | btftool ms | MiB | peer | ms | MiB | ratio |"
    echo "|---|---:|---:|---|---:|---:|---:|"
    cat "$work/table"
    echo
    echo "| program | bytes | libraries beside the C library |"
    echo "|---|---:|---|"
    size btftool "$tool"
    size pahole "$(command -v pahole)"
    size bpftool "$(command -v bpftool)"
} >"$results.new"
mv "$results.new" "$results"
