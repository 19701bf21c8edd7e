#!/bin/sh
# What a rollout measures, from a log as servers write it: refusals, slow
# requests, answers that shift, values that came later, of canaries and A/B.
. "$(dirname "$0")/../server.sh"
. "$TOP/tests/rollout.sh"
three_versions

# A log of 2,000 units, half of them the candidate's; what is bad of its every
# third unit is said in awk: status, micros, answer.
log_of() {	# candidate's bad: status, micros, label
	mkdir -p log
	awk -v id="$(state id)" -v bad_status="$1" -v bad_micros="$2" -v bad_label="$3" '
	BEGIN {
		for (i = 1; i <= 2000; i++) {
			canary = i % 2; bad = canary && i % 3 == 0
			status = bad ? bad_status : 200
			printf "{\"time\":\"2099-01-02T03:04:05Z\",\"unit\":\"u%d\",\"version\":\"%s\",", i, canary ? 3 : 1
			printf "\"variant\":\"%s\",\"rollout\":\"%s\",\"share\":50,", canary ? "canary" : "stable", id
			printf "\"place\":\"%016x\",\"micros\":%d,", i, bad ? bad_micros : 100
			if (status != 200)
				printf "\"status\":%d}\n", status
			else
				printf "\"inputs\":{\"x\":1},\"outputs\":{\"label\":\"%s\",\"p\":%s}}\n", \
				    bad ? bad_label : i % 5 ? "no" : "yes", bad ? 0.9 : 0.1
		}
	}' >log/requests.jsonl
}
begin() {	# policy's lines behind its kind and steps
	policy
	expect 0 mlv-serve rollout start m --policy rollout.yaml --log log model:m@3
}
ended() { expect 0 mlv-serve rollout abort m; }
fired() {	# the guard's measure and limit
	awk -F'\t' -v m="$1" -v l="$2" '$1 == "guard" && $2 == m && $3 == l { print $NF }' out | grep -qx true
}

check 'no difference: promoted, with each guard at rest' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards: [{metric: errors, ratio: 1}, {metric: latency, over: 1, ratio: 1}, {metric: shift, ratio: 1.25}]
wait: 0
Y
	log_of 200 100 no &&
	expect 0 mlv-serve rollout judge m &&
	exits 1 grep -q "^guard.*true$" out &&
	grep "^goal" out | grep -q "true$" &&
	ended
X
check 'refusals: the guards of errors fire, the others do not' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards:
  - {metric: errors, ratio: 2}
  - {metric: errors, max: 0.1}
  - {metric: errors, max: 0.5}
  - {metric: latency, over: 1, ratio: 1}
wait: 0
Y
	log_of 503 100 no &&
	expect 1 mlv-serve rollout judge m &&
	fired errors 'ratio 2' &&
	fired errors 'max 0.1' &&
	exits 1 fired errors 'max 0.5' &&
	exits 1 fired 'latency>1ms' 'ratio 1' &&
	ended
X
check 'slow requests: the guard of latency fires at its threshold, not at another' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards: [{metric: latency, over: 5, ratio: 1.5}, {metric: latency, over: 50, ratio: 1.5}]
wait: 0
Y
	log_of 200 20000 no &&
	expect 1 mlv-serve rollout judge m &&
	says "latency>5ms of the candidate is 0.333" &&
	fired 'latency>5ms' 'ratio 1.5' &&
	exits 1 fired 'latency>50ms' 'ratio 1.5' &&
	ended
X
check 'answers of another class, and of another bin: the guards of shift fire' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards: [{metric: shift, ratio: 1.5}, {metric: shift, output: probabilities.yes, edges: [0.5], ratio: 1.5}]
wait: 0
Y
	log_of 200 100 yes &&
	sed -i 's/"p":/"probabilities.yes":/' log/requests.jsonl &&
	expect 1 mlv-serve rollout judge m &&
	fired shift:yes 'ratio 1.5' &&
	fired 'shift:>=0.5' 'ratio 1.5' &&
	ended
X
values() {	# what each third and each other unit of the candidate is worth
	awk -v a="$1" -v b="$2" 'BEGIN {
		print "unit,v"
		for (i = 1; i <= 2000; i++)
			print "u" i "," (i % 2 ? (i % 3 ? b : a) : 50 + i % 7)
	}' >values.csv
}
check 'an A/B test of a value: worth more is promoted, worth less is rolled back' <<'X'
	begin <<'Y' &&
kind: ab
goal: {metric: value, column: v, low: 0, high: 100}
wait: 0
Y
	log_of 200 100 no &&
	values 90 60 &&
	expect 0 mlv-serve rollout judge m --labels values.csv --key unit &&
	awk -F'\t' '$1 == "goal" { print $2, $3, int($4 + 0.5), int($5 + 0.5) }' out >means &&
	echo 'value:v margin 0 70 53' | same - means &&
	values 10 40 &&
	expect 1 mlv-serve rollout judge m --labels values.csv --key unit &&
	says "rollback: value:v of the candidate is" &&
	ended
X
check 'an A/B test without a difference says neither' <<'X'
	begin <<'Y' &&
kind: ab
goal: {metric: value, column: v, low: 0, high: 100}
wait: 0
Y
	log_of 200 100 no &&
	values 53 53 &&
	expect 4 mlv-serve rollout judge m --labels values.csv --key unit &&
	says "value:v: e =" &&
	ended
X
check 'a value that is better when it is low, and one beyond its bounds, which is said' <<'X'
	begin <<'Y' &&
kind: ab
goal: {metric: value, column: v, low: 0, high: 80, better: low}
wait: 0
Y
	log_of 200 100 no &&
	values 90 60 &&
	expect 1 mlv-serve rollout judge m --labels values.csv --key unit &&
	says "value:v was beyond its 'low' or 'high'" &&
	ended
X
check 'a guard on a value beside another goal' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards: [{metric: value, column: v, low: 0, high: 100, margin: 5}]
wait: 0
Y
	log_of 200 100 no &&
	values 53 50 &&
	expect 0 mlv-serve rollout judge m --labels values.csv --key unit &&
	values 10 40 &&
	expect 1 mlv-serve rollout judge m --labels values.csv --key unit &&
	fired value:v 'margin 5' &&
	ended
X
check 'one busy client that is refused a thousand times is one unit' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards: [{metric: errors, ratio: 1}, {metric: errors, max: 0.02}]
wait: 0
Y
	log_of 200 100 no &&
	sed -n '1s/"inputs".*/"status":400}/p' log/requests.jsonl >one &&
	for i in $(seq 1000); do cat one; done >>log/requests.jsonl &&
	expect 0 mlv-serve rollout judge m &&
	ended
X
check 'lines of another rollout, of another version and torn ones are passed over' <<'X'
	begin <<'Y' &&
kind: canary
steps: [50]
guards: [{metric: errors, max: 0.02}]
wait: 0
Y
	log_of 503 100 no &&
	sed 's|"rollout":"m/[0-9]*"|"rollout":"m/1"|' log/requests.jsonl >other &&
	sed 's|"version":"[13]"|"version":"2"|; s/"place":"0/"place":"1/' log/requests.jsonl >>other &&
	cut -c1-100 log/requests.jsonl >>other &&
	mv other log/requests.jsonl &&
	expect 4 mlv-serve rollout judge m &&
	says "nothing is logged of it" &&
	ended
X
finish
