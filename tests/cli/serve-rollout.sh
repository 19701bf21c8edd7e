#!/bin/sh
# Rollouts of mlv-serve: servers that follow, verdicts, and who takes over in
# the end.
. "$(dirname "$0")/../server.sh"
. "$TOP/tests/rollout.sh"
three_versions

# --- a server follows, by unit
start model:m@champion --log .mlv/requests
is_logged() { grep -q '"micros"' .mlv/requests/*.jsonl; }
check 'before a rollout the log names none, and says how long a request took' <<'X'
	all_stable 1 &&
	until_true is_logged &&
	exits 1 grep -q rollout .mlv/requests/*.jsonl
X
policy <<'Y'
kind: canary
steps: [10, 50]
guards:
  - {metric: errors, max: 0.02}
  - {metric: mistakes, ratio: 1}
goal: {metric: mistakes, target: y, margin: 0.2}
min_rows: 20
wait: 0
Y
check 'rollout start prints the rollout, and a second start is refused' <<'X'
	begin candidate &&
	prints "m/1	canary	running	10	1	2	" &&
	expect 3 mlv-serve rollout start m --policy rollout.yaml model:m@candidate &&
	says "rollout m/1 is running" &&
	says "rollout abort m"
X
check 'judge without a single request: exit 4, and what is missing' <<'X'
	expect 4 mlv-serve rollout judge m &&
	says "not yet: nothing is logged of it" &&
	prints "inconclusive	wait"
X
check 'a running server gives the candidate a tenth of the units' <<'X'
	until_true share_is 10 &&
	ask_units 1 600 &&
	n=$(answered_by canary) &&
	test "$n" -gt 30 &&
	test "$n" -lt 100 &&
	grep ^canary variants >small
X
check 'the server says in its metrics what it follows' <<'X'
	metric_is mlv_rollout_share_percent 10 &&
	ask "$url/metrics" | grep -Fqx 'mlv_rollout_info{rollout="m/1",kind="canary",candidate="2"} 1'
X
check 'the same units get the candidate again' <<'X'
	ask_units 1 600 &&
	grep ^canary variants | same small -
X
check 'another server, started in the middle, gives the same units to the candidate' <<'X'
	stop &&
	start model:m@champion --log .mlv/requests &&
	ask_units 1 600 &&
	grep ^canary variants | same small -
X
check 'a line of the log says rollout, share and place' <<'X'
	cat .mlv/requests/*.jsonl | tail -n 1 >last &&
	jq -e '.rollout == "m/1" and .share == 10 and (.place | length) == 16 and .micros > 0' last
X
printf 'unit: drop\n' >quiet.yaml
check 'where the policy drops units their places are no hash of them, and count as units' <<'X'
	cat .mlv/requests/*.jsonl | jq -r 'select(.unit == "u1" or .unit == "u2").place' | sort -u >plain &&
	test "$(wc -l <plain)" = 2 &&
	stop &&
	start model:m@champion --log quiet --log-policy quiet.yaml &&
	until_true eval 'ask_units 2999 2999 && grep -q place quiet/*.jsonl' &&
	ask_units 1 3 &&
	ask_units 1 3 &&
	stop &&
	cat quiet/*.jsonl | jq -r "select(.place).place" | sort | uniq -c >places &&
	test "$(awk '$1 >= 2' places | wc -l)" -ge 3 &&
	test "$(wc -l <places)" = 4 &&
	! grep -qFf plain places &&
	start model:m@champion --log .mlv/requests
X
check 'status judges without keeping anything: labels are asked for' <<'X'
	cp .mlv/rollouts/m.json before &&
	expect 0 mlv-serve rollout status m &&
	says "give --labels FILE and --key COLUMN" &&
	prints "guard	errors	max 0.02	0	" &&
	same before .mlv/rollouts/m.json
X
check 'a candidate that nobody has labels for is not condemned' <<'X'
	expect 4 mlv-serve rollout judge m &&
	prints "inconclusive	step"
X
check 'judge of a candidate that answers the opposite: exit 1, and the evidence' <<'X'
	expect 1 mlv-serve rollout judge m --labels late.csv --key unit &&
	says "rollback: mistakes of the candidate is 1 (" &&
	grep "^guard	mistakes	ratio 1" out | grep -q "true$"
X
check 'judge keeps its first verdict of a kind, and moves no unit' <<'X'
	state_is verdict rollback &&
	state_is phase running &&
	state_is share 10 &&
	report=$(state report) &&
	expect 1 mlv-serve rollout judge m --labels late.csv --key unit &&
	state_is report "$report" &&
	grep '"report/rollout-m"' .mlv/audit/log | grep -q 'rollout m/1 verdict: mistakes'
X
check 'labels without a key, with a key that is not there, that are not there: refused' <<'X'
	expect 2 mlv-serve rollout judge m --labels late.csv &&
	expect 3 mlv-serve rollout judge m --labels late.csv --key id &&
	says "id" &&
	expect 3 mlv-serve rollout judge m --labels none.csv --key unit
X
check 'step: the next share, and units are only added' <<'X'
	expect 0 mlv-serve rollout step m &&
	prints "m/1	canary	running	50" &&
	until_true share_is 50 &&
	ask_units 1 600 &&
	n=$(answered_by canary) &&
	test "$n" -gt 240 &&
	test "$n" -lt 360 &&
	grep ^canary variants | sort >large &&
	sort small | comm -23 - large | same /dev/null -
X
check 'the server says nothing and was not started again for any of it' 'test ! -s server.err'
check 'watch rolls back by itself: exit 1, no alias moves, all units to the champion' <<'X'
	expect 1 mlv-serve rollout watch m --every 0.2 --labels late.csv --key unit &&
	says "rollout m/1 is rolled back: mistakes of the candidate" &&
	state_is phase 'rolled back' &&
	alias_is 1 &&
	until_true all_stable 1
X
check 'the audit log says why it was rolled back, and is whole' <<'X'
	grep '"report/rollout-m"' .mlv/audit/log >log &&
	grep -q 'rollout m/1 rollback: mistakes of the candidate is' log &&
	expect 0 mlv-registry verify m &&
	expect 0 mlv-data fsck
X
check 'verbs on a rollout that has ended: exit 1, and how it ended' <<'X'
	for verb in judge step abort; do
		expect 1 mlv-serve rollout $verb m &&
		says "rolled back" || return 1
	done
X

# --- a good candidate takes over, through the gate
mlv-registry set m@candidate 3 >set.out
echo 'rules: [size > 10]' >gates.yaml
policy <<'Y'
kind: canary
steps: [20, 50]
guards: [{metric: errors, max: 0.02}, {metric: mistakes, ratio: 3}]
goal: {metric: mistakes, margin: 0.2}
gate: gates.yaml
min_rows: 20
wait: 0
Y
ask_until_over() {
	n=0
	while [ ! -s watch.status ] && [ $n -lt 2400 ]; do
		ask_units $((n + 1)) $((n + 200)) || return 1
		n=$((n + 200))
	done
}
check 'watch promotes a candidate that is shown to be no worse: exit 0' <<'X'
	begin candidate &&
	state_is id m/2 &&
	until_true share_is 20 &&
	kept=$server &&
	{ background sh -c 'mlv-serve rollout watch m --every 0.1 --labels late.csv --key unit >watched
	    echo $? >watch.status'; } &&
	server=$kept &&
	ask_until_over &&
	until_true test -s watch.status &&
	test "$(cat watch.status)" = 0 &&
	cut -f3,4 watched | tr '\t\n' ' ,' >steps &&
	grep -q "running 20,running 50,promoted 0," steps
X
check 'the alias was moved by its gate, and its note names the verdict' <<'X'
	alias_is 3 &&
	grep '"model/m@champion"' .mlv/audit/log | tail -n 1 >moved &&
	grep -q 'gate sha256:.* passed; rollout m/2, report:rollout-m@' moved
X
check 'the server answers with what was promoted' <<'X'
	until_true all_stable 3 &&
	state_is phase promoted
X
check 'judge and step of a promoted rollout: exit 0' <<'X'
	expect 0 mlv-serve rollout judge m &&
	expect 0 mlv-serve rollout step m
X
check 'a server that followed two rollouts stops with exit 0' stop
finish
