#!/bin/sh
# Rollouts that cannot be met: refused before a single unit moves.
. "$(dirname "$0")/../server.sh"
. "$TOP/tests/rollout.sh"
three_versions

refused() {	# exit status, words, policy's lines
	printf '%b' "$3" >bad.yaml
	expect "$1" mlv-serve rollout start m --policy bad.yaml model:m@candidate &&
	says "$2" &&
	test ! -e .mlv/rollouts/m.json
}
check 'a policy without a kind is refused' <<'X'
	refused 3 "says its 'kind'" 'steps: [10]\n'
X
check 'an unknown kind is refused with the nearest' <<'X'
	refused 3 "line 1: no kind is called 'canari'; did you mean 'canary'" 'kind: canari\n'
X
check 'an unknown member is refused with its line and the nearest' <<'X'
	refused 3 "line 2: unknown member 'step'; did you mean 'steps'?" 'kind: canary\nstep: [10]\n'
X
check 'steps that do not increase are refused' <<'X'
	refused 3 "steps only increase: 10 is not above 50" 'kind: canary\nsteps: [50, 10]\n' &&
	refused 3 "is not above 50" 'kind: canary\nsteps: [50, 50]\n'
X
check 'a step of 0 or 100 per cent is refused' <<'X'
	refused 3 "from 0.01 to 99.99" 'kind: canary\nsteps: [0, 10]\n' &&
	refused 3 "from 0.01 to 99.99" 'kind: canary\nsteps: [10, 100]\n'
X
check 'a request log that is a file is refused' <<'X'
	echo 'kind: canary' >good.yaml &&
	expect 2 mlv-serve rollout start m --policy good.yaml -l good.yaml model:m@candidate &&
	says "good.yaml' is no folder" &&
	test ! -e .mlv/rollouts/m.json
X
check 'alpha out of range is refused' <<'X'
	refused 3 "'alpha' is a number from" 'kind: canary\nalpha: 0\n' &&
	refused 3 "'alpha' is a number from" 'kind: canary\nalpha: 1.5\n'
X
check 'rows that can never come are refused' <<'X'
	refused 3 "'min_rows' is a whole number" 'kind: canary\nmin_rows: 0\n' &&
	refused 3 "'max_rows' (50) is less than 'min_rows' (100)" 'kind: canary\nmax_rows: 50\n'
X
check 'an unknown metric is refused with the nearest' <<'X'
	refused 3 "no metric is called 'error'; did you mean 'errors'" \
	    'kind: canary\nguards: [{metric: error, max: 0.1}]\n'
X
check 'a guard with two limits, or one that is not of its metric, is refused' <<'X'
	refused 3 "write two guards" 'kind: canary\nguards: [{metric: errors, max: 0.1, ratio: 2}]\n' &&
	refused 3 "shift is limited by 'ratio'" 'kind: canary\nguards: [{metric: shift, max: 0.1}]\n'
X
check 'a limit that no rate can pass is refused' <<'X'
	refused 3 "'max' is a number from 0 to" 'kind: canary\nguards: [{metric: errors, max: 1}]\n'
X
check 'latency without a threshold, and a value without bounds, are refused' <<'X'
	refused 3 "latency needs 'over'" 'kind: canary\nguards: [{metric: latency, max: 0.1}]\n' &&
	refused 3 "value needs 'column', 'low' and 'high'" 'kind: canary\ngoal: {metric: value, column: v}\n'
X
check 'a member that is of another metric is refused' <<'X'
	refused 3 "'over' is not of errors" 'kind: canary\nguards: [{metric: errors, over: 5}]\n'
X
check 'flips outside a shadow, and steps of a shadow, are refused' <<'X'
	refused 3 "flips are of a shadow" 'kind: ab\nguards: [{metric: flips, max: 0.1}]\n' &&
	refused 3 "a shadow has no steps" 'kind: shadow\nsteps: [10]\n'
X
check 'a goal that cannot be shown is refused' <<'X'
	refused 3 "cannot be shown" 'kind: shadow\ngoal: {metric: flips, margin: 0}\n' &&
	refused 3 "shift is a guard" 'kind: canary\ngoal: {metric: shift}\n'
X
check 'an output that the model does not have is refused' <<'X'
	refused 2 "the model has no output 'lable'" 'kind: canary\nguards: [{metric: shift, output: lable}]\n'
X
check 'a shift of a number without edges is refused' <<'X'
	refused 2 "give 'edges'" 'kind: canary\nguards: [{metric: shift, output: probabilities.yes}]\n'
X
check 'an alias that is not set is refused' <<'X'
	refused 3 "model:m has no alias 'stable'" 'kind: canary\nalias: stable\n'
X
check 'a gate that is not there is refused' <<'X'
	refused 3 "none.yaml" 'kind: canary\ngate: none.yaml\n'
X
policy <<'Y'
kind: canary
Y
check 'a candidate with another contract is refused: exit 1, and the input is named' <<'X'
	expect 1 mlv-serve rollout start m --policy rollout.yaml model:m@other &&
	says "does not keep the contract" &&
	says "input 'z' is gone" &&
	test ! -e .mlv/rollouts/m.json
X
check 'the champion as its own candidate is refused: exit 1' <<'X'
	expect 1 mlv-serve rollout start m --policy rollout.yaml model:m@1 &&
	says "model:m@champion means version 1 already"
X
check 'a candidate that is no version of the model is refused' <<'X'
	expect 2 mlv-serve rollout start m --policy rollout.yaml m.onnx &&
	says "is no version of model:m" &&
	expect 3 mlv-serve rollout start m --policy rollout.yaml model:m@9
X
check 'a candidate that does not pass the gate is refused: exit 1, and the rule is named' <<'X'
	echo "rules: [size < 10]" >gates.yaml &&
	printf 'kind: canary\ngate: gates.yaml\n' >gated.yaml &&
	expect 1 mlv-serve rollout start m --policy gated.yaml model:m@candidate &&
	says "size < 10" &&
	test ! -e .mlv/rollouts/m.json
X
check 'verbs on a rollout that there never was: exit 3, and how to begin one' <<'X'
	for verb in status judge step abort watch; do
		expect 3 mlv-serve rollout $verb m &&
		says "there is no rollout of 'm'" || return 1
	done
X
check 'a name that leaves the folder of rollouts is none' <<'X'
	expect 2 mlv-serve rollout status ../m &&
	expect 2 mlv-serve rollout abort ../m &&
	expect 2 mlv-serve rollout start ../m --policy rollout.yaml model:m@candidate
X
check 'rollout ls of none prints nothing' <<'X'
	expect 0 mlv-serve rollout ls &&
	test ! -s out
X
check 'a server goes on where a start was refused' <<'X'
	start model:m@champion --log .mlv/requests &&
	all_stable 1 &&
	stop
X
finish
