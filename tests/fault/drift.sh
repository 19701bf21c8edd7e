#!/bin/sh
# kill -9 at system calls of mlv-drift watch --window, alert, perf and report:
# the next run goes on, no window is lost, nothing is retrained twice, and a
# file is whole or the one before.
. "$(dirname "$0")/harness"
needs_strace 'mlv-drift killed at any system call'

calls='openat read write pwrite64 fsync fdatasync rename close fstat fcntl lseek mmap'
# Run the code until its Nth CALL kills it; false once it was not killed.
killed_at() { # call, N, shell code
	strace -f -qq -o hits -e trace="$1" -e inject="$1:signal=KILL:when=$2" sh -c "exec $3" >>said 2>/dev/null
	grep -q SIGKILL hits
}

fresh windows
awk 'BEGIN { print "x"; for (i = 0; i < 500; i++) print i % 50 }' >ref.csv
logged() { # from, to
	awk -v a="$1" -v b="$2" 'BEGIN {
		for (i = a; i < b; i++)
			printf "{\"time\":\"2026-01-0%dT00:00:00Z\",\"inputs\":{\"x\":%d},\"outputs\":{\"y\":1}}\n", i / 100 + 1, i % 60
	}'
}
mkdir log
logged 0 150 >log/20260101T000000.000000Z-1.jsonl
watch='mlv-drift watch -q --window 1d --state s ref.csv log'
$watch >first
cp s base
logged 150 450 >log/20260102T000000.000000Z-1.jsonl
logged 450 620 >>log/20260101T000000.000000Z-1.jsonl
$watch >want
mv s want.s
check 'watch --window: the second run has windows to tell' 'test "$(grep -c window want)" -ge 4'
: >wrong
hit=0
for call in $calls; do
	n=1
	while :; do
		cp base s
		: >said
		killed_at "$call" "$n" "$watch" || break
		hit=$((hit + 1))
		$watch >>said 2>/dev/null
		sort -u said | cmp -s - want.sorted 2>/dev/null || {
			sort -u want >want.sorted
			sort -u said | cmp -s - want.sorted || echo "killed at $call $n: other windows" >>wrong
		}
		cmp -s s want.s || echo "killed at $call $n: another state" >>wrong
		n=$((n + 1))
	done
done
check "watch --window: killed at $hit system calls, every window is told and the state is the same" <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$hit" -ge 20
X

fresh alarm
cat >alert.yaml <<'Y'
name: churn
rules: [{name: drift, record: dataset, field: share, above: 0.5, raise_after: 1, of_last: 1}]
retrain: {cooldown: 0}
Y
echo '{"schema":"mlv.drift.dataset/1","share":0.9}' >one
echo '{"schema":"mlv.drift.dataset/1","share":0.8}' >two
alert='mlv-drift alert --slack --retrain "echo x >>ran" alert.yaml'
: >wrong
hit=0
for call in $calls; do
	n=1
	while :; do
		rm -f alert.yaml.state alert.yaml.state.lock ran
		: >said
		killed_at "$call" "$n" "$alert one" || break
		hit=$((hit + 1))
		eval "$alert one" >>said 2>/dev/null
		test $? -le 1 || echo "killed at $call $n: the next run fails" >>wrong
		eval "$alert two" >>said 2>/dev/null
		test "$(cat ran 2>/dev/null | wc -l)" -le 1 || echo "killed at $call $n: retrained twice" >>wrong
		grep -q alarm said || echo "killed at $call $n: nobody was told" >>wrong
		n=$((n + 1))
	done
done
check "alert: killed at $hit system calls, somebody is told and nothing is retrained twice" <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$hit" -ge 20
X

fresh pages
awk 'BEGIN { print "x"; for (i = 0; i < 300; i++) print i % 50 }' >ref.csv
awk 'BEGIN { print "x"; for (i = 0; i < 300; i++) print i % 60 }' >now.csv
awk 'BEGIN { print "id,prediction"; for (i = 0; i < 300; i++) print i "," i % 60 }' >answers.csv
awk 'BEGIN { print "id,y"; for (i = 0; i < 300; i++) print i "," i % 50 }' >late.csv
mkdir tmp
report='mlv-drift report -q --html -o page.html ref.csv now.csv'
perf='mlv-drift perf -q --labels late.csv --key id answers.csv'
echo rules: "[{name: drift, record: dataset, field: share, above: 0.5, raise_after: 1, of_last: 1}]" >alert.yaml
echo name: churn >>alert.yaml
echo '{"schema":"mlv.drift.dataset/1","share":0.9}' >one
echo the page before >before
$report
mv page.html want
TMPDIR=tmp $perf >perf.want
: >wrong
hit=0
for call in $calls; do
	n=1
	while :; do
		cp before page.html
		: >said
		killed_at "$call" "$n" "$report" || break
		hit=$((hit + 1))
		cmp -s page.html want || cmp -s page.html before || echo "report killed at $call $n: half a page" >>wrong
		$report || test $? -eq 1 || echo "report killed at $call $n: the next one fails" >>wrong
		cmp -s page.html want || echo "report killed at $call $n: another page" >>wrong
		n=$((n + 1))
	done
	n=1
	while :; do
		: >said
		killed_at "$call" "$n" "env TMPDIR=tmp $perf" || break
		hit=$((hit + 1))
		test -z "$(ls tmp)" || echo "perf killed at $call $n: left $(ls tmp)" >>wrong
		n=$((n + 1))
	done
	n=1
	while :; do
		echo x_before 1 >metrics.prom
		rm -f alert.yaml.state
		: >said
		killed_at "$call" "$n" "mlv-drift alert --prom metrics.prom alert.yaml one" || break
		hit=$((hit + 1))
		grep -qx 'x_before 1' metrics.prom || grep -q mlv_drift_last metrics.prom ||
			echo "alert killed at $call $n: half a textfile" >>wrong
		n=$((n + 1))
	done
done
TMPDIR=tmp $perf >perf.again
check "report, perf, alert --prom: killed at $hit system calls, a file is whole or the one before" <<'X'
	head -n 20 wrong &&
	test ! -s wrong &&
	test "$hit" -ge 60 &&
	same perf.want perf.again &&
	test -z "$(ls -A tmp)" &&
	test "$(ls -- *.prom)" = metrics.prom
X
finish
