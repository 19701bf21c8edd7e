#!/bin/sh
# Every system call of a command fails in turn (a sample; FAULT_ALL=1: all):
# nothing is half done, and the exit status tells what is.
. "$(dirname "$0")/harness"
command -v strace >/dev/null || { skip 'an error at every system call' 'no strace'; finish; exit; }
strace -qq -o /dev/null true 2>/dev/null || { skip 'an error at every system call' 'strace may not trace here'; finish; exit; }

# Exit 0 and 5 mean that the new state is there, others that it is not.
honest() {	# exit status
	(cd work && state) >seen
	case $1 in
	0) cmp -s seen new ;;
	5) ! cmp -s seen old ;;
	1 | 2 | 3 | 4) ! cmp -s seen new ;;
	*) false ;;
	esac
}

fail_every_call() {	# title, shell code, states that may be seen
	title=$1 code=$2 states=${3:-old new}
	trace "$code"
	grep -E '^(openat|write|fsync|fdatasync|close|rename|renameat|renameat2|link|linkat|unlink|unlinkat|mkdir|mkdirat|ftruncate|fallocate|fcntl|read|pread64|fstat|newfstatat|lseek|mmap|getdents64) ' points >some && mv some points
	: >wrong
	tried=0
	for error in EIO ENOSPC; do
		chosen >list
		while read -r call n; do
			# reading the clock's or loader's files is not what we test
			case $error.$call in ENOSPC.read | ENOSPC.close | ENOSPC.fstat | ENOSPC.fcntl) continue ;; esac
			tried=$((tried + 1))
			rm -rf work && cp -a base work
			(cd work && strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:error=$error:when=$n" \
			    sh -c "exec $code" >/dev/null 2>../err)
			rc=$?
			honest $rc || echo "$error at $call $n: exit $rc lies: $(head -n 1 err) $(diff seen new | head -n 4 | tr '\n' ' ')" >>wrong
			[ $rc -eq 0 ] || [ "$(grep -c 'error:' err)" = 1 ] || echo "$error at $call $n: exit $rc with $(grep -c error: err) error lines" >>wrong
			why=$(whole "$code" "$states") || echo "$error at $call $n: $why" >>wrong
		done <list
	done
	check "$title: $tried failing calls, never half, never a lie" 'head -n 20 wrong; test ! -s wrong && test $tried -gt 20'
}

fresh area
mkdir base && cd base || exit 1
mlv-data init >/dev/null
printf 'id,x\n1,a\n' >churn.csv
mlv-data add churn.csv >/dev/null
echo 'model one' >m.onnx
mlv-registry add churn m.onnx >/dev/null
echo 'model two' >m.onnx
mlv-registry add churn m.onnx >/dev/null
mlv-registry set churn@champion 1 >/dev/null
printf 'id,x\n1,a\n2,b\n' >churn.csv
cd ..
cp -a base between
(cd between && mlv-data add churn.csv >/dev/null && cp ../base/churn.csv.mlv . && state) >half

# A run's id is new each time: what counts is that the record, the exit status
# and what is listed afterwards say the same.
fresh runs
mkdir base
(cd base && mlv-data init && echo 1 >f) >/dev/null
trace 'mlv-train run -d f -o o -- cp f o'
grep -E '^(openat|write|fsync|fdatasync|linkat|link|rename|mkdir) ' points >some && mv some points
chosen >list
: >wrong
while read -r call n; do
	rm -rf work && cp -a base work
	(cd work && strace -qq -o /dev/null -e trace="$call" -e inject="$call:error=EIO:when=$n" \
	    mlv-train run -d f -o o -- cp f o >../out 2>../err)
	rc=$?
	said=$(cut -f3 out)
	listed=$(cd work && mlv-train runs | cut -f2)
	case $rc.$said.$listed in
	0.finished.finished | 3.failed.failed | 3.failed.killed | 5.*.finished | 3.. | 1.failed.failed) ;;
	*) echo "$call $n: exit $rc, said '$said', listed '$listed'" >>wrong ;;
	esac
	(cd work && mlv-data fsck >/dev/null) || echo "$call $n: fsck" >>wrong
done <list
check "run: $(wc -l <list) failing calls, record and listing agree" 'cat wrong; test ! -s wrong && test "$(wc -l <list)" -gt 15'

cd "$HOME_DIR/area" || exit 1
fail_every_call 'add' 'mlv-data add churn.csv' 'old new half'
fail_every_call 'registry set' 'mlv-registry set churn@champion 2'
finish
