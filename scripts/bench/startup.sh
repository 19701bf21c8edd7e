#!/bin/sh
# Start-up of every tool beside `git --version`: medians of 5 blocks of 100
# starts each, taken in turn in one run.
set -eu
bin=${BUILD:-build}/bin
once() {	# seconds for 100 starts
	python3 - "$@" <<'P'
import subprocess, sys, time
t = time.perf_counter()
for _ in range(100):
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print((time.perf_counter() - t) * 10)
P
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for k in 1 2 3 4 5; do
	once git --version >>"$work/git"
	for t in data train registry serve drift card; do
		[ -x "$bin/mlv-$t" ] && once "$bin/mlv-$t" --version >>"$work/mlv-$t"
	done
done
git=$(sort -n "$work/git" | sed -n 3p)
echo "start-up, ms per start (median of 5), and ratio to git"
printf '%-14s %.2f\n' git "$git"
for f in "$work"/mlv-*; do
	m=$(sort -n "$f" | sed -n 3p)
	printf '%-14s %.2f  %.2fx\n' "$(basename "$f")" "$m" "$(echo "$m $git" | awk '{ print $1 / $2 }')"
done
