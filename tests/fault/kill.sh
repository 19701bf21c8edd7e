#!/bin/sh
# kill -9 at every system call of the commands that change a repository
# (a sample of them; FAULT_ALL=1 TEST_TIMEOUT=9999: at every one).
. "$(dirname "$0")/harness"
needs_strace 'kill -9 at every system call'

# Runs the code in a fresh ./work until its Nth CALL kills it; counts in $hit
# the times that it was reached.
run_killed() {	# call, N, shell code
	rm -rf work && cp -a base work
	(cd work && strace -f -qq -o ../hits -e trace="$1" -e inject="$1:signal=KILL:when=$2" \
	    sh -c "exec $3" >/dev/null 2>&1)
	grep -q SIGKILL hits && hit=$((hit + 1))
}
# At least so many tenths of the calls tried killed the command.
tenths_hit() { test $((hit * 10)) -ge $(($(wc -l <tried) * $1)); }

kill_at_every_call() {	# title, shell code, states that may be seen
	title=$1 code=$2 states=${3:-old new}
	trace "$code"
	check "$title: the command changes what is seen of a repository" '! cmp -s old new'
	chosen >tried
	: >wrong
	hit=0
	while read -r call n; do
		run_killed "$call" "$n" "$code"
		why=$(whole "$code" "$states") || echo "killed at $call $n: $why" >>wrong
	done <tried 2>/dev/null
	echo "# $title: killed at $hit of $(wc -l <points) calls"
	check "$title: killed at any system call, the repository is whole, and goes on" <<-'X'
		head -n 20 wrong &&
		test ! -s wrong &&
		tenths_hit 9 &&
		test $hit -ge 12
	X
}

# --- data and registry
fresh area
make_base
echo 'model two' >m.onnx
mlv-registry add -q --any-format churn m.onnx >/dev/null
mlv-registry set churn@champion 1 >/dev/null
printf 'id,x\n1,a\n2,b\n' >churn.csv
echo 'model three' >m.onnx
printf 'rules: [size < 100]\n' >gates.yaml
cd ..
make_half_added
kill_at_every_call 'data add' 'mlv-data add churn.csv' 'old new half'
# Back to version 1 of what has two: the file is that of one or the other, and
# takes its name before its pointer does.
mv base one_version
cp -a one_version base
(cd base && mlv-data add churn.csv) >/dev/null
with_data=1
cp -a base half_done
(cd half_done && mlv-data cat data:churn@1 -o churn.csv && state) >half
kill_at_every_call 'data checkout' 'mlv-data checkout data:churn@1' 'old new half'
with_data=
rm -rf base half_done && mv one_version base
kill_at_every_call 'registry add' 'mlv-registry add --any-format churn m.onnx'
kill_at_every_call 'registry set' 'mlv-registry set churn@champion 2 --gate gates.yaml'
# The same command, made to write in place: were this not seen, nothing above
# would say anything.
title='registry set that writes in place is caught by these kills'
if [ -n "${MLV_SANITIZED:-}" ] || ! cc -shared -fPIC -o in_place.so "$TOP/tests/tools/preload/in_place.c" 2>cc.log; then
	skip "$title" 'no library can be preloaded'
else
	code="env LD_PRELOAD=$PWD/in_place.so $(command -v mlv-registry) set churn@champion 2"
	trace "$code"
	grep -E '^(write|openat|fsync|close) ' points | tail -n 40 >tried
	: >wrong
	hit=0
	while read -r call n; do
		run_killed "$call" "$n" "$code"
		why=$(whole "mlv-registry set churn@champion 2" 'old new') || echo "killed at $call $n: $why" >>wrong
	done <tried 2>/dev/null
	check "$title" <<-'X'
		test $hit -gt 10 &&
		test -s wrong
	X
	echo "# $title: $(wc -l <wrong) of $hit kills"
fi

(cd base && mlv-registry set churn@champion 2 >/dev/null)
# Once more must not go further back, which is a refusal where one alias is left.
kill_at_every_call 'registry rollback' 'mlv-registry rollback churn@champion ||
    test "$(mlv-registry ls churn | grep -c champion)" = 1'

# --- run and fit
# A run's id is new each time, so what counts is that fsck finds nothing, that
# nothing dead reads as running, that an output is whole or not there, and
# that the same again gives it.  What the command itself writes may be half
# done; what we write for it may not, and nothing else lies about.
files_but_mlv() { find . -name .mlv -prune -o -type f -print; }

# Prints what is wrong after a kill.
judge_killed_run() {	# where, shell code, its output, whether we write it
	found=$(fsck_finds)
	[ -z "$found" ] || echo "$1: fsck: $found"
	(cd work && mlv-train runs) >listed || echo "$1: runs: exit $?"
	! grep -q running listed || echo "$1: a dead run reads as running"
	[ -z "$4" ] || [ ! -e "work/$3" ] || cmp -s "work/$3" want || echo "$1: $3 is half there"
	(cd work && files_but_mlv) | grep -vxF "./$3" | sort >left
	cmp -s left files || echo "$1: left $(comm -23 left files | tr '\n' ' ')"
	(cd work && sh -c "$2" && cmp "$3" ../want && mlv-train runs >../listed &&
	    grep -q finished ../listed && mlv-data fsck) >why 2>&1 ||
	    echo "$1, again: $(tail -n 3 why | tr '\n' ' ')"
}

kill_a_run() {	# title, shell code, its output, whether we write it
	title=$1 code=$2 made=$3 ours=${4:-}
	(cd base && files_but_mlv) | sort >files
	trace "$code"
	check "$title: the command makes its output" 'cp "work/$made" want'
	chosen >tried
	: >wrong
	hit=0
	while read -r call n; do
		run_killed "$call" "$n" "$code"
		judge_killed_run "killed at $call $n" "$code" "$made" "$ours" >>wrong
	done <tried 2>/dev/null
	echo "# $title: killed at $hit of $(wc -l <points) calls"
	check "$title: killed at any system call, all is whole, and once more finishes" <<-'X'
		head -n 20 wrong &&
		test ! -s wrong &&
		tenths_hit 8
	X
}

fresh runs
mkdir base
(cd base && mlv-data init && printf 'id,x\n1,a\n' >d.csv && mlv-data add d.csv) >/dev/null
kill_a_run 'train run' \
    'mlv-train run -d data:d -p a=1 -o made.txt -- sh -c "cat d.csv >made.txt"' made.txt
if mlv-train --list-options | grep -q '^fit'; then
	awk 'BEGIN {
		OFS = ","
		print "u,v,y"
		for (i = 0; i < 60; i++) {
			u = i % 7; v = (i * i) % 11
			print u, v / 2, (u + v > 6 || i % 13 == 0 ? "yes" : "no")
		}
	}' >base/t.csv
	(cd base && mlv-data add t.csv) >/dev/null
	kill_a_run 'train fit' 'mlv-train fit data:t --target y --learner logistic -o made.onnx' \
	    made.onnx ours
fi

# --- packs: folders, large files, gc
fresh packed
make_packed_base
make_half_of many
kill_at_every_call 'data add of a folder' 'mlv-data add many' 'old new half'
make_half_of big.csv
kill_at_every_call 'data add of a large file' 'mlv-data add big.csv' 'old new half'
# A folder comes back file by file: any of them may be there, each is whole.
cp -a base full
rm -r base/many
kill_at_every_call 'data checkout of a folder' 'mlv-data checkout many' seen
rm -rf base && mv full base
(cd base && mlv-data checkout -f many) >/dev/null
kill_at_every_call 'data gc' 'mlv-data gc --keep newest --grace 0'
(cd base && mlv-data gc --keep newest --grace 0) >/dev/null
kill_at_every_call 'data gc --undo' 'mlv-data gc --undo'

# --- import: file by file, each whole
fresh imported
make_dvc_base
kill_at_every_call 'data import dvc' 'mlv-data import dvc .' seen
fresh imported_lfs
make_lfs_base
kill_at_every_call 'data import lfs' 'mlv-data import lfs' seen

# --- init
fresh empty
mkdir base
kill_at_every_call 'data init' 'mlv-data init'
finish
