#!/usr/bin/env bash
# Measures btftool against pahole and bpftool on the same inputs in the same run, and writes bench/RESULTS.md.
# Warm caches, the median of at least 10 runs (RUNS=), peak memory from GNU time. Commands write to files in a temporary folder,
# because a tool that writes to /dev/null does less than its users see. Another program's share of the machine shows in all rows.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8

tool=${BTFTOOL_BIN:-artifacts/btftool}
runs=${RUNS:-20}
results=bench/RESULTS.md
for needed in hyperfine pahole bpftool gzip /usr/bin/time; do
    command -v "$needed" >/dev/null || { echo "bench/compare.sh needs $needed (apt-get install hyperfine dwarves bpftool time)" >&2; exit 1; }
done
[ -x "$tool" ] || { echo "$tool is not there: make native" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gzip -dc fixtures/oracle/linux-6.18/vmlinux.btf.gz >"$work/vmlinux.btf"

# median_ms COMMAND: milliseconds, or nothing when the command fails.
median_ms() {
    hyperfine --shell none --warmup 3 --runs "$runs" --output "$work/out" --export-json "$work/times.json" "$1" >/dev/null 2>&1 || return 0
    sed -n 's/^ *"median": \([0-9.e-]*\),*$/\1/p' "$work/times.json" | awk '{ printf "%.1f", $1 * 1000 }'
}

# peak_mib COMMAND: the largest resident set.
peak_mib() {
    # shellcheck disable=SC2086 # The command is a list of words.
    /usr/bin/time -f %M -o "$work/peak" $1 >"$work/out" 2>/dev/null || true
    tail -n 1 "$work/peak" | awk '{ printf "%.0f", $1 / 1024 }'
}

# row NAME OURS [THEIRS]
row() {
    local ours theirs="" ratio="" ours_mib="" theirs_mib=""
    ours=$(median_ms "$2")
    [ -z "$ours" ] || ours_mib=$(peak_mib "$2")
    if [ -n "${3:-}" ]; then
        theirs=$(median_ms "$3")
        [ -z "$theirs" ] || theirs_mib=$(peak_mib "$3")
    fi
    if [ -n "$ours" ] && [ -n "$theirs" ]; then
        ratio=$(awk -v a="$theirs" -v b="$ours" 'BEGIN { printf "%.1f", a / b }')
    fi
    local peer=""
    [ -z "${3:-}" ] || peer="\`${3//$work\//}\`"
    echo "| $1 | ${ours:-failed} | ${ours_mib} | $peer | ${theirs} | ${theirs_mib} | ${ratio} |" | tee -a "$work/table"
}

rows() {
    local label=$1 file=$2
    row "$label: show task_struct" "$tool show task_struct -f $file" "pahole -C task_struct $file"
    row "$label: show --all" "$tool show --all -f $file" "pahole $file"
    row "$label: header" "$tool header -f $file" "bpftool btf dump file $file format c"
    row "$label: dump" "$tool dump $file" "bpftool btf dump file $file"
}

row "--version" "$tool --version" "pahole --version"
rows "6.18" "$work/vmlinux.btf"
if [ -r /sys/kernel/btf/vmlinux ]; then
    rows "running" /sys/kernel/btf/vmlinux
fi

{
    echo "# btftool and its peers, measured"
    echo
    echo "Written by \`bench/compare.sh\`. Medians of $runs warm runs in milliseconds, peak resident memory in MiB; the ratio is how many"
    echo "times longer the peer takes. \"6.18\" is \`fixtures/oracle/linux-6.18/vmlinux.btf.gz\`, decompressed; \"running\" is"
    echo "\`/sys/kernel/btf/vmlinux\` of the machine. Output goes to a file."
    echo
    echo "Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, Linux $(uname -r), $(uname -m)."
    echo "Versions: $("$tool" --version); pahole $(pahole --version); $(bpftool version | head -n 1); $(hyperfine --version)."
    echo
    echo "| command | btftool ms | MiB | peer | ms | MiB | ratio |"
    echo "|---|---:|---:|---|---:|---:|---:|"
    cat "$work/table"
} >"$results.new"
mv "$results.new" "$results"
