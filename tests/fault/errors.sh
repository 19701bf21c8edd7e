#!/bin/sh
# Every system call of a command fails in turn (a sample; FAULT_ALL=1: all):
# nothing is half done, and the exit status tells what is.
. "$(dirname "$0")/harness"
needs_strace 'an error at every system call'

# Leaves in ./points the calls that are among these.
only_calls() {	# CALL|CALL...
	grep -E "^($1) " points >some && mv some points
}
# Runs the command in a fresh ./work, where the Nth CALL fails: $status, ./out, ./err.
run_failing() {	# call, N, error, options of strace, command...
	inject=$1:error=$3:when=$2 call=$1 options=$4
	shift 4
	rm -rf work && cp -a base work
	(cd work && exec strace $options -qq -o /dev/null -e trace="$call" -e inject="$inject" "$@") \
	    >out 2>err
	status=$?
}

# Exit 0 and 5 mean that the new state is there, others that it is not.
is_honest() {	# exit status
	(cd work && state) >seen
	case $1 in
	0) cmp -s seen new ;;
	5) ! cmp -s seen old ;;
	1 | 2 | 3 | 4) ! cmp -s seen new ;;
	*) false ;;
	esac
}

# Reading the clock's or the loader's files is not what is tested.
is_possible() {	# error, call
	case $1.$2 in
	ENOSPC.read | ENOSPC.close | ENOSPC.fstat | ENOSPC.fcntl) false ;;
	esac
}

# Prints what is wrong after a call that failed.
judge_failure() {	# where, shell code, states that may be seen
	lines=$(grep -c 'error:' err)
	is_honest $status ||
	    echo "$1: exit $status lies: $(head -n 1 err) $(differs_from_new 4)"
	[ $status -eq 0 ] || [ "$lines" = 1 ] ||
	    echo "$1: exit $status with $lines error lines"
	why=$(whole "$2" "$3") || echo "$1: $why"
}

file_calls='openat|close|read|pread64|write|lseek|fstat|newfstatat|fcntl|mmap|getdents64'
file_calls="$file_calls|fsync|fdatasync|ftruncate|fallocate|mkdir|mkdirat"
file_calls="$file_calls|rename|renameat|renameat2|link|linkat|unlink|unlinkat"
fail_every_call() {	# title, shell code, states that may be seen
	title=$1 code=$2 states=${3:-old new}
	trace "$code"
	only_calls "$file_calls"
	: >wrong
	tried=0
	for error in EIO ENOSPC; do
		chosen >list
		while read -r call n; do
			is_possible $error "$call" || continue
			tried=$((tried + 1))
			run_failing "$call" "$n" $error -f sh -c "exec $code"
			judge_failure "$error at $call $n" "$code" "$states" >>wrong
		done <list
	done
	echo "# $title: $tried calls failed"
	check "$title: a system call that fails leaves nothing half done, and exit tells" <<-'X'
		head -n 20 wrong &&
		test ! -s wrong &&
		test $tried -gt 20
	X
}

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
	only_calls "$file_calls"
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
		test "$(wc -l <list)" -gt 10
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

# --- run
# A run's id is new each time: what counts is that the record, the exit status
# and what is listed afterwards say the same.
fresh runs
mkdir base
(cd base && mlv-data init && echo 1 >f) >/dev/null
trace 'mlv-train run -d f -o o -- cp f o'
only_calls 'openat|write|fsync|fdatasync|linkat|link|rename|mkdir'
chosen >list
: >wrong
while read -r call n; do
	run_failing "$call" "$n" EIO '' mlv-train run -d f -o o -- cp f o
	said=$(cut -f3 out)
	listed=$(cd work && mlv-train runs | cut -f2)
	case $status.$said.$listed in
	0.finished.finished | 3.failed.failed | 3.failed.killed) ;;
	5.*.finished | 3.. | 1.failed.failed) ;;
	*) echo "$call $n: exit $status, said '$said', listed '$listed'" >>wrong ;;
	esac
	found=$(fsck_finds)
	[ -z "$found" ] || echo "$call $n: fsck: $found" >>wrong
done <list
check 'train run: at a system call that fails, exit, record and listing agree' <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$(wc -l <list)" -gt 15
X

# --- data add, registry set
fresh area
make_base
echo 'model two' >m.onnx
mlv-registry add -q --any-format churn m.onnx >/dev/null
mlv-registry set churn@champion 1 >/dev/null
printf 'id,x\n1,a\n2,b\n' >churn.csv
cd ..
make_half_added
fail_every_call 'data add' 'mlv-data add churn.csv' 'old new half'
fail_every_call 'registry set' 'mlv-registry set churn@champion 2'

# --- what writes a file, and what only answers
fresh files
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
