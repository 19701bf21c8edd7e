#!/bin/sh
# kill -9 and a full disk at the system calls of convert and check --bad (a
# sample of them; FAULT_ALL=1 TEST_TIMEOUT=9999: every one), and a disk that
# is full at any moment: the file is the old one or the new.
. "$(dirname "$0")/harness"
needs_strace 'faults at every system call of convert'

fresh files
mkdir base
seq 1 3000 | awk 'BEGIN { print "id,x" } { print $1 "," ($1 == 7 ? "bad" : $1) }' >base/in.csv
printf 'columns:\n  id: {type: int64}\n  x: {type: int64}\n' >base/s.yaml
echo old >base/old
for file in t.parquet t.csv.gz t.bad.parquet; do
	cp base/old base/$file
done
parquet='mlv-data convert in.csv -o t.parquet'
packed='mlv-data convert in.csv -o t.csv.gz'
# rows are bad, which is exit 1
echo 'mlv-data check -q -s s.yaml in.csv --bad t.bad.parquet; test $? = 1' >base/check.sh
check_rows='sh check.sh'
cp -a base once
(cd once && $parquet && $packed && $check_rows) >/dev/null 2>&1

# What is not yet named is ./t.FILE.HEX.tmp; a kill may leave it.
state_of() {	# file
	cmp -s "$1" old || cmp -s "$1" "../once/$1" || echo "$1 is neither old nor new"
	find . -type f | grep -v -x -e ./in.csv -e ./s.yaml -e ./check.sh -e ./old -e ./t.parquet -e ./t.csv.gz \
	    -e ./t.bad.parquet $left
}
strike_both() {	# command, file
	left="-e ./$2.[0-9a-f]*.tmp"
	strike_all "$1" "$2" "state_of $2" signal=KILL
	check "$1, killed at any system call: the old file or the new, and it runs again" 'nothing_wrong 14'
	left=
	strike_all "$1" "$2" "state_of $2" error=ENOSPC
	check "$1, a full disk at any: the old file or the new, nothing beside" 'nothing_wrong 14'
}
strike_both "$parquet" t.parquet
strike_both "$packed" t.csv.gz
strike_both "$check_rows" t.bad.parquet

fresh disk
mkdir m
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=256k none m 2>/dev/null; then
	trap 'cd /; umount -l "$HOME_DIR/disk/m" 2>/dev/null; tests_done' EXIT
	cp ../files/base/in.csv ../files/base/old .
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
