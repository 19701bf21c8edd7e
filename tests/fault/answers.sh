#!/bin/sh
# Every system call of a command fails in turn (a sample; FAULT_ALL=1: all):
# what it writes is whole or not there, what it answers is right or refused.
. "$(dirname "$0")/harness"
needs_strace 'outputs and answers when a system call fails'
FAULT_POINTS=${FAULT_POINTS:-10}

# A command that writes a file: after exit 0 and 5 it is whole, else not there.
judge_output() {	# where, its output
	case $status in
	0 | 5 | "$unhurt") cmp -s "work/$2" want || echo "$1: exit $status, and $2 is not whole" ;;
	[1-4]) [ ! -e "work/$2" ] || echo "$1: exit $status, and $2 is there" ;;
	*) echo "$1: exit $status" ;;
	esac
	[ $status -eq "$unhurt" ] || grep -q 'error:' err || echo "$1: exit $status without a word"
	left=$(find work -name '*.tmp' ! -path '*/.mlv/*')
	[ -z "$left" ] || echo "$1: left $left"
	found=$(fsck_finds)
	[ -z "$found" ] || echo "$1: fsck: $found"
}
# A command that answers: what it prints with exit 0 is what it prints unhurt,
# and else it says why.
judge_answer() {	# where
	case $status in
	0) cmp -s out good || echo "$1: exit 0 and another answer" ;;
	[1-5])
		# what is damaged is named by fsck and verify on stdout
		! cmp -s out good || grep -q 'error:' err || echo "$1: exit $status without a word"
		;;
	*) echo "$1: exit $status" ;;
	esac
}
# Leaves in ./points those after the command began on the repository: a child
# of it counts from one again, and there the same call of ours is the loader's.
leave_loader_out() {
	awk '
	FILENAME == "trace" {
		if (first == "") first = $1
		if ($1 != first || begun) next
		if (index($0, ".mlv")) begun = 1
		else if (match($2, /^[a-z0-9_]+/)) before[substr($2, 1, RLENGTH)]++
		next
	}
	$2 > before[$1]' trace points >some && mv some points
}
fail_every_call_of() {	# title, judge and its words, command...
	title=$1 judge=$2
	shift 2
	trace "$*"
	# the tracer leaves open what close fails for, as Linux does not: a
	# child's pipe then never ends
	only_calls "$(echo "$file_calls" | sed 's/|close|/|/')"
	leave_loader_out
	chosen >list
	: >wrong
	while read -r call n; do
		run_failing "$call" "$n" EIO -f sh -c "exec $*"
		${judge% *} "EIO at $call $n" "${judge#* }" >>wrong
	done <list
	echo "# $title: $(wc -l <list) calls failed"
	check "$title: a system call that fails is told, and nothing is half there" <<-'X'
		head -n 20 wrong &&
		test ! -s wrong &&
		test "$(wc -l <list)" -ge 5
	X
}
fail_output() {	# title, its output, command...
	title=$1 made=$2
	shift 2
	rm -rf work && cp -a base work
	(cd work && "$@") >/dev/null 2>&1
	unhurt=$?
	cp "work/$made" want
	fail_every_call_of "$title" "judge_output $made" "$@"
}
fail_answer() {	# title, command...
	title=$1
	shift
	rm -rf work && cp -a base work
	(cd work && "$@") >good 2>/dev/null
	unhurt=$?
	fail_every_call_of "$title" judge_answer "$@"
}

# --- what writes a file, and what only answers
fresh area
make_base
awk 'BEGIN { print "u,v,y"; for (i = 0; i < 60; i++) print i % 7 "," i * i % 11 "," (i % 3 ? "yes" : "no") }' >t.csv
mlv-data add -q t.csv >/dev/null
mlv-data schema t.csv | sed 's/max: 6/max: 5/' >s.yaml
mlv-train fit -q t.csv -t y --learner logistic -o m.onnx >/dev/null
mlv-registry add -q good m.onnx >/dev/null
cd ..
fail_output 'train fit -o' new.onnx mlv-train fit -q data:t -t y --learner logistic -o new.onnx
fail_output 'serve batch -o' out.csv mlv-serve batch -q -i t.csv -o out.csv m.onnx
fail_output 'data check --bad' bad.csv mlv-data check -s s.yaml --bad bad.csv t.csv
fail_output 'data schema -o' new.yaml mlv-data schema -o new.yaml data:t
fail_output 'data cat -o' t2.csv mlv-data cat -o t2.csv data:t
fail_output 'card new -o' c.html mlv-card new -q --html -o c.html model:good
fail_answer 'data cat' mlv-data cat data:t
fail_answer 'data ls' mlv-data ls --all
fail_answer 'data fsck' mlv-data fsck --strong
fail_answer 'registry verify' mlv-registry verify
fail_answer 'registry log' mlv-registry log
fail_answer 'drift compare' mlv-drift compare -q data:t t.csv
fail_answer 'serve batch' mlv-serve batch -q -i t.csv m.onnx
fail_answer 'train runs' mlv-train runs
finish
