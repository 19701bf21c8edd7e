#!/bin/sh
# The power goes at a system call of a command (a sample; FAULT_ALL=1: every
# one): what had reached the disk by then, seen through a fresh mount, is the
# old state or the new one, and an exit 0 is never lost.
#
# The disk is a file that holds an ext4; it is copied while the command stands
# still, without any sync, so that the copy has what the kernel had written
# and nothing that only lay in memory.
. "$(dirname "$0")/harness"
needs_strace 'power loss at every system call'
title='power loss at every system call'
command -v mkfs.ext4 >/dev/null || { skip "$title" 'no mkfs.ext4'; finish; exit; }
fresh area
mkdir disk seen_disk
truncate -s 16M empty.img
mkfs.ext4 -qF -m 0 empty.img
mount -o loop empty.img disk 2>/dev/null || { skip "$title" 'may not mount here'; finish; exit; }
umount disk

unmount_all() {
	for d in "$HOME_DIR"/*/disk "$HOME_DIR"/*/seen_disk; do
		umount "$d" 2>/dev/null
	done
	tests_done
}
trap unmount_all EXIT

# ./base as a disk, all of it written.
make_base_disk() {
	cp --sparse=always empty.img base.img
	mount -o loop base.img disk
	cp -a base/. disk
	umount disk
}
# A disk with nothing to do is unmounted at once; a loop device may be slow.  One
# that is held nevertheless goes when it can, and its file is never used again:
# a loop device of the same file would show what it had before.
unmount() { until_true umount "$1" || umount -l "$1"; }

# The pid of the command that strace runs.
child_of() { cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '; }
stopped_or_gone() { ! kill -0 "$tracer" 2>/dev/null || grep -q 'stopped by SIGSTOP' hits; }

# Runs the code on a fresh disk until its Nth CALL stops it, copies the disk as
# it is to snap.img, and lets the code end; $status 0 if it had ended well
# before the copy.
cut_power() {	# call, N, shell code [what strace injects]
	rm -f work.img
	cp --sparse=always base.img work.img
	mount -o loop work.img disk
	: >hits
	(cd disk && exec strace -f -qq -o ../hits -e trace="$1" -e inject="${4:-$1:signal=STOP:when=$2}" \
	    sh -c "exec $3" >/dev/null 2>&1) &
	tracer=$!
	until_true stopped_or_gone
	status=137
	if ! grep -q 'stopped by SIGSTOP' hits; then
		wait $tracer
		status=$?
	fi
	rm -f snap.img
	cp --sparse=always work.img snap.img
	if [ $status -eq 137 ]; then
		kill -9 "$(child_of $tracer)" $tracer 2>/dev/null
		wait $tracer
		hit=$((hit + 1))
	fi
	unmount disk
}

# Prints what is wrong with the snapshot.
judge_snapshot() {	# where, shell code
	mount -o loop snap.img seen_disk || { echo "$1: the disk cannot be mounted"; return; }
	rm -rf work && mkdir work && cp -a seen_disk/. work
	unmount seen_disk
	rm -rf work/lost+found
	(cd work && state) >seen
	[ $status -ne 0 ] || cmp -s seen new || echo "$1: exit 0, and then: $(differs_from_new 4)"
	why=$(whole "$2" 'old new half') || echo "$1: $why"
}
cut_power_at_every_call() {	# title, shell code
	title=$1 code=$2
	trace "$code"
	cp half_added half
	echo 'exit_group 1' >>points
	chosen >tried
	: >wrong
	hit=0
	while read -r call n; do
		cut_power "$call" "$n" "$code"
		judge_snapshot "power cut at $call $n" "$code" >>wrong
	done <tried 2>/dev/null
	echo "# $title: power cut at $hit of $(wc -l <points) calls"
	check "$title: whenever the power goes, the repository is whole, and goes on" <<-'X'
		head -n 20 wrong &&
		test ! -s wrong &&
		test $((hit * 10)) -ge $(($(wc -l <tried) * 6))
	X
}
# The command has ended well, and the power goes before anything else is
# written; where a sync only seemed to be done, that must be seen.
cut_power_after() {	# title, shell code
	title=$1 code=$2
	trace "$code"
	cp half_added half
	hit=0
	cut_power exit_group 9999 "$code"
	judge_snapshot 'power cut after the end' "$code" >wrong
	check "$title: power that goes after exit 0 takes nothing back" <<-'X'
		cat wrong &&
		test ! -s wrong &&
		test $status -eq 0
	X
	for sync in fsync fdatasync; do
		grep -q "^$sync " points || continue
		cut_power $sync 9999 "$code" "$sync:retval=0"
		judge_snapshot "without $sync" "$code" >wrong
		check "$title: a $sync left out loses what exit 0 promised, and this test sees it" <<-'X'
			test $status -eq 0 &&
			test -s wrong
		X
	done
}

make_base
echo 'model two' >m.onnx
mlv-registry add -q --any-format churn m.onnx >/dev/null
mlv-registry set -q churn@champion 1 >/dev/null
seq 1 20 | sed '1s/^/id\n/' >rows.csv
mlv-data add -q rows.csv >/dev/null
printf 'id,x\n1,a\n2,b\n' >churn.csv
cd ..
make_half_added
cp half half_added
make_base_disk
try_verb() {	# title, shell code
	cut_power_after "$1" "$2"
	cut_power_at_every_call "$1" "$2"
}
try_verb 'data add' 'mlv-data add churn.csv'
try_verb 'registry set' 'mlv-registry set churn@champion 2'
# Back to version 1 of what has two: the file takes its name before its pointer.
cp -a base kept && cp half_added kept_half
(cd base && mlv-data add -q churn.csv) >/dev/null
with_data=1
cp -a base part
(cd part && mlv-data cat data:churn@1 -o churn.csv && state) >half_added
rm -rf part
make_base_disk
try_verb 'data checkout' 'mlv-data checkout data:churn@1'
with_data=
rm -rf base && mv kept base && mv kept_half half_added
make_base_disk
# The names of a split are moved one after the other, all objects being there.
cp -a base part
(cd part && mlv-data split -q data:rows a=50 b=50 >/dev/null && rm .mlv/refs/data/rows-b && state) >half_added
rm -rf part
try_verb 'data split' 'mlv-data split data:rows a=50 b=50'

# --- packs: folders, gc
fresh packed
mkdir disk seen_disk
cp ../area/empty.img .
make_packed_base
make_half_of many
cp half half_added
make_base_disk
try_verb 'data add of a folder' 'mlv-data add many'
(cd base && mlv-data checkout -f many) >/dev/null
make_base_disk
# Without git: a child of it that outlives its parent would hold the disk.
try_verb 'data gc' "env PATH=$BUILD/bin mlv-data gc --keep newest --grace 0"
finish
