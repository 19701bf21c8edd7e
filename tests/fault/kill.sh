#!/bin/sh
# kill -9 at every system call of the commands that change a repository
# (a sample of them; FAULT_ALL=1 TEST_TIMEOUT=9999: at every one).
. "$(dirname "$0")/harness"
command -v strace >/dev/null || { skip 'kill -9 at every system call' 'no strace'; finish; exit; }
strace -qq -o /dev/null true 2>/dev/null || { skip 'kill -9 at every system call' 'strace may not trace here'; finish; exit; }

kill_at_every_call() {	# title, shell code, states that may be seen
	title=$1 code=$2 states=${3:-old new}
	trace "$code"
	cmp -s old new && { check "$title changes something" false; return; }
	chosen >tried
	: >wrong
	hit=0
	while read -r call n; do
		rm -rf work && cp -a base work
		(cd work && strace -f -qq -o ../hits -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
		    sh -c "exec $code" >/dev/null 2>&1)
		grep -q SIGKILL hits && hit=$((hit + 1))
		why=$(whole "$code" "$states") || echo "killed at $call $n: $why" >>wrong
	done <tried 2>/dev/null
	check "$title: killed at $hit of $(wc -l <points) calls, always whole" \
	    'head -n 20 wrong; test ! -s wrong && test $((hit * 10)) -ge $(($(wc -l <tried) * 9)) && test $hit -ge 20'
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
echo 'model three' >m.onnx
printf 'rules: [size < 100]\n' >gates.yaml
cd ..

# The pointer and .gitignore come after the version: a kill in between
# leaves the version without them, which another add completes.
cp -a base between
(cd between && mlv-data add churn.csv >/dev/null && cp ../base/churn.csv.mlv . && state) >half
kill_at_every_call 'add' 'mlv-data add churn.csv' 'old new half'
kill_at_every_call 'registry add' 'mlv-registry add churn m.onnx'
kill_at_every_call 'registry set' 'mlv-registry set churn@champion 2 --gate gates.yaml'

(cd base && mlv-registry set churn@champion 2 >/dev/null)
# once more must not go further back: the check runs it only when needed
kill_at_every_call 'registry rollback' 'mlv-registry rollback churn@champion || test "$(mlv-registry ls churn | grep -c "champion")" = 1'

# A run's id is new each time, so what counts is that fsck finds nothing, that
# nothing dead reads as running, that an output is whole or not there, and
# that the same again gives it.  What the command itself writes may be half
# done; what we write for it may not, and nothing else lies about.
kill_a_run() {	# title, shell code, its output, whether we write it
	title=$1 code=$2 made=$3 ours=${4:-}
	(cd base && find . -name .mlv -prune -o -type f -print) | sort >files
	trace "$code"
	cp "work/$made" want || { check "$title makes $made" false; return; }
	chosen >tried
	: >wrong
	hit=0
	while read -r call n; do
		rm -rf work && cp -a base work
		(cd work && strace -f -qq -o ../hits -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
		    sh -c "exec $code" >/dev/null 2>&1)
		grep -q SIGKILL hits && hit=$((hit + 1))
		(cd work && mlv-data fsck && ! mlv-train runs | grep -q running) >why 2>&1 ||
		    echo "killed at $call $n: $(tail -n 3 why | tr '\n' ' ')" >>wrong
		[ -z "$ours" ] || [ ! -e "work/$made" ] || cmp -s "work/$made" want || echo "killed at $call $n: $made is half there" >>wrong
		(cd work && find . -name .mlv -prune -o -type f -print) | grep -vxF "./$made" | sort >left
		cmp -s left files || echo "killed at $call $n: left $(comm -23 left files | tr '\n' ' ')" >>wrong
		(cd work && sh -c "$code" && cmp "$made" ../want && mlv-train runs | grep -q finished && mlv-data fsck) >why 2>&1 ||
		    echo "killed at $call $n, again: $(tail -n 3 why | tr '\n' ' ')" >>wrong
	done <tried 2>/dev/null
	check "$title: killed at $hit of $(wc -l <points) calls, always whole" \
	    'head -n 20 wrong; test ! -s wrong && test $((hit * 10)) -ge $(($(wc -l <tried) * 8))'
}

fresh runs
mkdir base
(cd base && mlv-data init && printf 'id,x\n1,a\n' >d.csv && mlv-data add d.csv) >/dev/null
kill_a_run 'run' 'mlv-train run -d data:d -p a=1 -o made.txt -- sh -c "cat d.csv >made.txt"' made.txt
if mlv-train --list-options | grep -q '^fit'; then
	awk 'BEGIN { OFS = ","; print "u,v,y"; for (i = 0; i < 60; i++) print i % 7, (i * i) % 11 / 2, (i % 7 + (i * i) % 11 > 6 || i % 13 == 0 ? "yes" : "no") }' >base/t.csv
	(cd base && mlv-data add t.csv) >/dev/null
	kill_a_run 'fit' 'mlv-train fit data:t --target y --learner logistic -o made.onnx' made.onnx ours
fi

fresh empty
mkdir base
kill_at_every_call 'init' 'mlv-data init'

finish
