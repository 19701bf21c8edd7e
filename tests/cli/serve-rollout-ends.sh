#!/bin/sh
# Rollouts that end as nobody planned: aborted, killed, moved by others,
# damaged, split wrongly; shadows and bandits.
. "$(dirname "$0")/../server.sh"
. "$TOP/tests/rollout.sh"
three_versions
start model:m@champion --log .mlv/requests

policy <<'Y'
kind: canary
steps: [50]
goal: {metric: errors, margin: 0.2}
min_rows: 20
wait: 0
Y
# As a whole: a server must not read half of it.
put_back() { cp whole s && mv s .mlv/rollouts/m.json; }
champion() { mlv-registry set m@champion "$1" >set.out && until_true all_stable "$1"; }
check 'abort: all units to the champion, whatever was seen, with a word' <<'X'
	begin 3 &&
	until_true share_is 50 &&
	expect 0 mlv-serve rollout abort m -m "a bank holiday" &&
	prints "m/1	canary	aborted	0" &&
	until_true all_stable 1 &&
	grep -q 'rollout m/1 abort: a bank holiday' .mlv/audit/log
X
check 'an alias that somebody else moves: judged 1, as nothing can be compared' <<'X'
	begin 3 &&
	mlv-registry set m@champion 2 >set.out &&
	expect 1 mlv-serve rollout judge m &&
	says "does not mean version 1 any more" &&
	expect 1 mlv-serve rollout step m &&
	champion 1
X
# The state as a kill leaves it between two of its steps.
as_if_killed() { jq '.phase = "promoting"' .mlv/rollouts/m.json >s && mv s .mlv/rollouts/m.json; }
shown() { until_true share_is 50 && ask_units 1 400 && until_true judged 0; }
check 'killed before the alias moved: the next step moves it' <<'X'
	begin 3 &&
	shown &&
	as_if_killed &&
	expect 0 mlv-serve rollout step m &&
	state_is phase promoted &&
	alias_is 3
X
check 'a rollout that has ended is not judged again: status tells how it ended' <<'X'
	expect 0 mlv-serve rollout status m --json &&
	head -n 1 out >now &&
	jq -e '.phase == "promoted" and .verdict == "promote" and .next == null' now &&
	jq -e --slurpfile s .mlv/rollouts/m.json '.why == $s[0].why' now
X
check 'killed after the alias moved: the next step only says so' <<'X'
	champion 1 &&
	begin 3 &&
	shown &&
	as_if_killed &&
	mlv-registry set m@champion 3 >set.out &&
	expect 0 mlv-serve rollout step m &&
	state_is phase promoted
X
check 'verbs killed at any moment leave a state that goes on' <<'X'
	champion 1 &&
	begin 3 &&
	shown &&
	for pause in 0.001 0.002 0.003 0.004 0.005 0.006 0.008 0.01 0.015 0.02; do
		timeout -s KILL $pause mlv-serve rollout judge m >killed.out 2>&1
		timeout -s KILL $pause mlv-serve rollout step m >killed.out 2>&1
		expect 0 mlv-serve rollout status m || return 1
	done &&
	expect 0 mlv-serve rollout step m &&
	state_is phase promoted &&
	alias_is 3 &&
	expect 0 mlv-data fsck
X
check 'a gate that no longer holds at the end: exit 1, nothing moves, it goes on' <<'X'
	champion 1 &&
	begin 3 &&
	shown &&
	jq '.gate = "rules: [size < 10]"' .mlv/rollouts/m.json >s &&
	mv s .mlv/rollouts/m.json &&
	expect 1 mlv-serve rollout step m &&
	says "size < 10" &&
	alias_is 1 &&
	state_is phase running &&
	state_is share 50
X
check 'a damaged state: verbs say 3, a server keeps what it has and says so once' <<'X'
	cp .mlv/rollouts/m.json whole &&
	echo "{" >.mlv/rollouts/m.json &&
	expect 3 mlv-serve rollout status m &&
	says "no state of a rollout" &&
	says "newest version of report:rollout-m" &&
	: >.mlv/rollouts/other.json &&
	expect 3 mlv-serve rollout ls &&
	test "$(wc -l <err)" = 2 &&
	rm .mlv/rollouts/other.json &&
	until_true grep -q "keeping the rollout as it is" server.err &&
	ask_units 1 100 &&
	test "$(answered_by canary)" -gt 20 &&
	test "$(grep -c "keeping the rollout" server.err)" = 1 &&
	put_back &&
	expect 0 mlv-serve rollout abort m
X
check 'rollout ls: one a model, the last one' <<'X'
	expect 0 mlv-serve rollout ls &&
	test "$(wc -l <out)" = 1 &&
	prints "m/6	canary	aborted"
X

# --- a broken split, and refusals
policy <<'Y'
kind: canary
steps: [50]
guards: [{metric: errors, max: 0.02}]
min_rows: 20
wait: 0
Y
check 'requests of one side that are not logged: judged as a broken split' <<'X'
	until_true all_stable 1 &&
	begin 3 &&
	until_true share_is 50 &&
	ask_units 1 400 &&
	sleep 0.5 &&
	mkdir half &&
	cat .mlv/requests/*.jsonl | grep -v '"canary"' >half/requests.jsonl &&
	cp .mlv/rollouts/m.json whole &&
	jq --arg l "$PWD/half" '.log = $l' whole >s &&
	mv s .mlv/rollouts/m.json &&
	expect 1 mlv-serve rollout judge m &&
	says "the split, or what is logged of it, is broken" &&
	grep "^split" out | grep -q "true$" &&
	put_back
X
check 'requests that only the candidate refuses: rolled back by the guard' <<'X'
	grep ^canary variants | cut -d" " -f3 | head -n 40 >units &&
	while read -r unit; do
		answers 400 "$url/invocations" -H "X-Unit-Id: $unit" -H "$as_json" -d "{" || return 1
	done <units &&
	until_true judged 1 &&
	expect 1 mlv-serve rollout step m &&
	says "errors of the candidate is" &&
	says "beyond max 0.02" &&
	until_true all_stable 1
X
check 'watch counts what comes, and begins again when segments are gone' <<'X'
	begin 3 &&
	until_true share_is 50 &&
	kept=$server &&
	{ background sh -c 'mlv-serve rollout watch m --every 0.1 >watched; echo $? >watch.status'; } &&
	watcher=$server server=$kept &&
	ask_units 1 40 &&
	sleep 0.5 &&
	rm .mlv/requests/*.jsonl &&
	ask_units 1 40 &&
	grep ^canary variants | cut -d" " -f3 >units &&
	while read -r unit; do
		answers 400 "$url/invocations" -H "X-Unit-Id: $unit" -H "$as_json" -d "{" || return 1
	done <units &&
	until_true test -s watch.status &&
	test "$(cat watch.status)" = 1 &&
	state_is phase 'rolled back'
X
check 'a refusal is a line with a status, which is no row and no torn line' <<'X'
	cat .mlv/requests/*.jsonl | jq -c 'select(.status) | [.status, .variant, has("outputs")]' | sort -u >statuses &&
	echo '[400,"canary",false]' | same - statuses &&
	expect 0 mlv-data cat .mlv/requests &&
	test "$(wc -l <out)" = "$(cat .mlv/requests/*.jsonl | grep -c '"outputs"')"
X

# --- a shadow
policy <<'Y'
kind: shadow
goal: {metric: flips, margin: 0.1}
min_rows: 20
wait: 0
Y
compared_reaches() {	# rows that were compared
	test "$(mlv-serve rollout status m --json | jq -s 'map(select(.schema == "mlv.compared/1"))[0].rows')" -ge "$1"
}
# Until the server has it, nothing is compared.
shadowed() { ask_units 2999 2999 && sleep 0.3 && compared_reaches 1; }
check 'a shadow answers nobody: all requests are the champion'"'"'s' <<'X'
	begin 2 &&
	prints "shadow	running	0" &&
	until_true shadowed &&
	ask_units 1 200 &&
	test "$(answered_by stable)" = 200 &&
	until_true compared_reaches 201
X
check 'a shadow that answers the opposite: every row flips, and it is rolled back' <<'X'
	expect 0 mlv-serve rollout status m --json &&
	jq -es 'map(select(.schema == "mlv.compared/1"))[0] | .flips > .rows * 0.9 and .failed == 0' out &&
	jq -es 'map(select(.schema == "mlv.compared.size/1").rows) | add > 200' out &&
	expect 1 mlv-serve rollout step m &&
	says "flips of the candidate is" &&
	alias_is 1
X
check 'lines of a shadow are no rows of the log' <<'X'
	grep -q '"shadow":{' .mlv/requests/*.jsonl &&
	expect 0 mlv-data cat .mlv/requests &&
	test "$(wc -l <out)" = "$(cat .mlv/requests/*.jsonl | grep -c '"outputs"')"
X
check 'many rows in one request: a shadow compares each of them' <<'X'
	begin 3 &&
	until_true shadowed &&
	cut -d, -f2,3 rows.csv >many.csv &&
	answers 200 "$url/invocations" -H "$as_csv" --data-binary @many.csv &&
	until_true compared_reaches 3001 &&
	test "$(metric mlv_shadow_dropped_total)" = 0
X
check 'a shadow that says the same is promoted' <<'X'
	ask_units 1 300 &&
	until_true judged 0 &&
	expect 0 mlv-serve rollout step m &&
	alias_is 3 &&
	champion 1
X

# --- a bandit
policy <<'Y'
kind: bandit
goal: {metric: mistakes, target: y, margin: 0}
min_rows: 20
wait: 0
floor: 10
Y
# Four rows of the canary turn out wrong.
spoil() {
	grep ^canary variants | cut -d" " -f3 | head -n 4 >spoilt
	awk -F, -v OFS=, 'NR == FNR { bad[$1] = 1; next } $1 in bad { $2 = "never" } 1' spoilt late.csv >spoilt.csv
}
check 'a bandit takes units from the arm that errs, down to its floor' <<'X'
	begin 3 &&
	until_true share_is 50 &&
	ask_units 1 150 &&
	sleep 0.5 &&
	spoil &&
	cp .mlv/rollouts/m.json whole &&
	expect 0 mlv-serve rollout step m --labels spoilt.csv --key unit &&
	prints "m/11	bandit	running	10"
X
check 'a bandit gives units to the arm that does not, and the same log gives the same share' <<'X'
	put_back &&
	grep ^stable variants | sed s/stable/canary/ >other &&
	mv other variants &&
	spoil &&
	expect 0 mlv-serve rollout step m --labels spoilt.csv --key unit &&
	share=$(state share) &&
	test "$share" = 90 &&
	put_back &&
	expect 0 mlv-serve rollout step m --labels spoilt.csv --key unit &&
	state_is share "$share" &&
	until_true share_is "$share"
X
check 'a server without a request log does not follow, and says why' <<'X'
	stop &&
	start model:m@champion &&
	ask_units 1 100 &&
	test "$(answered_by stable)" = 100 &&
	grep -q "rollout m/11 is not followed: no request is logged" server.err &&
	test "$(wc -l <server.err)" = 1
X
check 'a server that followed eleven rollouts stops with exit 0' stop
finish
