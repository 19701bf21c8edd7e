#!/bin/sh
# kill -9 at every system call of convert and check --bad (a sample of them),
# and a disk that is full at any moment: the file is the old one or the new.
. "$(dirname "$0")/harness"

fresh files
seq 1 3000 | awk 'BEGIN { print "id,x" } { print $1 "," ($1 == 7 ? "bad" : $1) }' >in.csv
printf 'columns:\n  id: {type: int64}\n  x: {type: int64}\n' >s.yaml
echo old >old
mlv-data convert in.csv -o new.parquet
mlv-data convert in.csv -o new.csv.gz
mlv-data check -q -s s.yaml in.csv --bad new.bad.parquet >/dev/null

if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
	# file, shell code: killed at every third of its calls behind the start
	killed_at_calls() {
		: >wrong
		rm -f t.*
		cp old "t.$1"
		strace -qq -o trace sh -c "exec $2" >/dev/null 2>&1
		hit=0
		for n in $(seq 1 40); do
			for call in openat write rename close; do
				rm -f t.*
				cp old "t.$1"
				strace -f -qq -o hits -e trace=$call -e inject=$call:signal=KILL:when=$n \
				    sh -c "exec $2" >/dev/null 2>&1
				grep -q SIGKILL hits && hit=$((hit + 1))
				cmp -s old "t.$1" || cmp -s "new.$1" "t.$1" || echo "killed at $call $n" >>wrong
			done
		done
		echo "# $1: killed $hit times"
	}
	killed_at_calls parquet 'mlv-data convert in.csv -o t.parquet'
	check 'convert to Parquet, killed at any system call: the old file or the new' 'test ! -s wrong && test $hit -ge 10'
	killed_at_calls csv.gz 'mlv-data convert in.csv -o t.csv.gz'
	check 'convert to packed CSV, killed: the old file or the new' 'test ! -s wrong && test $hit -ge 10'
	killed_at_calls bad.parquet 'mlv-data check -q -s s.yaml in.csv --bad t.bad.parquet'
	check 'check --bad, killed: the old file or the new' 'test ! -s wrong && test $hit -ge 10'
else
	skip 'convert, killed at any system call' 'no strace'
fi

fresh disk
mkdir m
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=256k none m 2>/dev/null; then
	trap 'cd /; umount -l "$HOME_DIR/disk/m" 2>/dev/null; tests_done' EXIT
	cp ../files/in.csv ../files/old .
	: >lies
	stored=0 refused=0
	for kib in 0 100 200 220 240 250; do
		rm -f m/*
		cp old m/t.csv
		head -c "${kib}k" /dev/zero >m/fill 2>/dev/null
		mlv-data convert in.csv -o m/t.csv 2>/dev/null
		rc=$?
		if [ $rc = 0 ] && cmp -s in.csv m/t.csv; then
			stored=$((stored + 1))
		elif [ $rc = 3 ] && cmp -s old m/t.csv && [ "$(ls m)" = "$(printf 'fill\nt.csv')" ]; then
			refused=$((refused + 1))
		else
			echo "with $kib KiB used: exit $rc" >>lies
		fi
	done
	check 'convert on a disk that fills up: the new file, or exit 3, the old one and nothing beside' <<-'X'
		cat lies &&
		test ! -s lies &&
		test $stored -gt 0 &&
		test $refused -gt 0
	X
	umount -l m
	trap tests_done EXIT
else
	skip 'convert on a disk that fills up' 'needs root to mount a tmpfs'
fi
finish
