#!/bin/sh
# mlv-train search importance, add, and budgets: what a search found, what it
# is given, and when it ends.  That importances are Optuna's, and that Optuna
# takes what was added, is held by tests/interop/search.py.
. "$(dirname "$0")/../lib.sh"

fresh found
mlv-data init -q >/dev/null
cat >space.yaml <<'X'
lr: {type: float, low: 0, high: 1}
depth: {type: int, low: 1, high: 9}
kind: {type: categorical, choices: [a, b, c]}
one: {type: int, low: 3, high: 3}
X
new() { mlv-train search new "$@" --space space.yaml >/dev/null; }
all_hold() { test "$(jq -s "$1" out)" = true || { cat out; return 1; }; }

check 'search importance: what the value hangs on comes first, shares sum to 1' <<'X'
	new known --sampler random &&
	mlv-train search run known -n 60 -q -- awk 'BEGIN { print 10 * {lr} + {depth} / 9 }' >/dev/null &&
	expect 0 mlv-train search importance known --json &&
	all_hold 'length == 4 and .[0].name == "lr" and .[0].share > 0.8 and .[3].name == "one" and .[3].share == 0' &&
	all_hold '(map(.share) | add - 1 | fabs) < 1e-12 and .[0].trials == 60' &&
	cp out first && expect 0 mlv-train search importance known --json && same out first &&
	expect 0 mlv-train search importance known --seed 1 --json && all_hold '.[0].name == "lr"' && ! cmp -s out first
X
check 'search importance: a categorical parameter counts as its choices do' <<'X'
	new choices --sampler random &&
	mlv-train search run choices -n 60 -q -- sh -c 'case {kind} in a) echo 1 ;; b) echo 5 ;; *) echo 2 ;; esac' \
	    >/dev/null &&
	expect 0 mlv-train search importance choices --json && all_hold '.[0].name == "kind" and .[0].share > 0.95'
X
check 'search importance: too few trials, and one value for all, are an honest no' <<'X'
	new none && expect 1 mlv-train search importance none && says 'needs two complete trials' &&
	new flat && mlv-train search run flat -n 5 -q -- echo 1 >/dev/null &&
	expect 1 mlv-train search importance flat && says 'no parameter matters' &&
	expect 2 mlv-train search importance flat --objective 2 && says 'has 1 direction' &&
	expect 2 mlv-train search importance && expect 3 mlv-train search importance nope
X
check 'search add --param: a trial that is asked next, with what it must have' <<'X'
	new queued && expect 0 mlv-train search add queued -p lr=0.25 -p kind=b --json &&
	holds '.number == 0 and .state == "waiting"' &&
	expect 0 mlv-train search ask queued --json && holds '.number == 0 and .params.lr == 0.25 and .params.kind == "b"' &&
	holds '.params.depth >= 1' &&
	expect 2 mlv-train search add queued -p lr=7 && says "'lr'" &&
	expect 2 mlv-train search add queued -p what=7 && says "no parameter 'what'" &&
	expect 2 mlv-train search add queued && expect 2 mlv-train search add queued -p lr=1 x
X
check 'search add: runs of old are complete trials, those that do not fit are named' <<'X'
	for lr in 0.1 0.2 0.3; do
		mlv-train run -n old -p lr=$lr -p depth=4 -p kind=a -p one=3 -q -- mlv-train log auc=$lr -q >/dev/null || return 1
	done &&
	mlv-train run -n far -p lr=9 -p depth=4 -p kind=a -p one=3 -q -- mlv-train log auc=1 -q >/dev/null &&
	mlv-train run -n less -p lr=0.5 -q -- mlv-train log auc=1 -q >/dev/null &&
	mlv-train run -n mute -p lr=0.5 -p depth=4 -p kind=a -p one=3 -q -- true >/dev/null &&
	new warm --direction maximize &&
	expect 0 mlv-train runs && cp out runs &&
	expect 0 mlv-train search add warm -m auc --stdin --json <runs &&
	all_hold 'length == 3 and all(.state == "complete" and .params.depth == 4)' &&
	all_hold '(map(.value) | sort) == [0.1, 0.2, 0.3]' &&
	says "its 'lr' is none of the space" && says "it has no parameter 'depth'" && says "it has no metric 'auc'" &&
	expect 1 mlv-train search add warm -m auc --stdin <runs && says 'already' &&
	says "no run was added to 'warm'" &&
	expect 0 mlv-train search best warm --json && holds '.value == 0.3' &&
	expect 0 mlv-train search ask warm --json && holds '.number == 3' &&
	expect 3 mlv-train search add warm -m auc nosuchrun
X
check 'search run --seconds: no trial begins after so long' <<'X'
	new timed && expect 0 mlv-train search run timed --seconds 0.3 -q -- sh -c 'sleep 0.1; echo 1' &&
	n=$(wc -l <out) && test "$n" -ge 1 && test "$n" -le 4
X
if [ -r /sys/class/powercap/intel-rapl:0/energy_uj ]; then
check 'search run --joules: no trial begins after so much' <<'X'
	new energy && expect 0 mlv-train search run energy --joules 0.001 -q -- sh -c 'sleep 0.1; echo 1' &&
	test "$(wc -l <out)" -le 2
X
else
check 'search run --joules: refused by name where no counter can be read' <<'X'
	new energy && expect 3 mlv-train search run energy --joules 5 -- echo 1 &&
	says 'no counters of energy can be read here' && expect 0 mlv-train search show energy && test ! -s out
X
fi

finish
