#!/bin/sh
# mlv-train search run --learner: trials that fit our own learner, told by
# what it is judged by, and sharing the rows.
. "$(dirname "$0")/../lib.sh"

fresh searchfit
mlv-data init -q >/dev/null
rows() {	# seed, rows
	awk -v s="$1" -v n="$2" 'BEGIN {
		print "a,b,kind,who,y"
		for (i = 0; i < n; i++) {
			a = (i * 37 + s) % 101; b = (i * 53 + s) % 97
			print (i % 41 ? a : "") "," b "," (i % 3 ? "red" : "blue") ",w" i % 7 "," \
			    (a + (i * 29) % 31 > 70 ? "yes" : "no")
		}
	}'
}
rows 1 400 >rows.csv
rows 5 200 >valid.csv
cat >space.yaml <<'X'
learning_rate: {type: float, low: 0.01, high: 0.5, log: true}
num_leaves: {type: int, low: 2, high: 15}
class_weight: {type: categorical, choices: [balanced]}
X
new() {
	name=$1
	shift
	mlv-train search new "$name" --space space.yaml --direction maximize "$@"
}
drive() {
	name=$1
	shift
	mlv-train search run "$name" -l gbdt -t y -s num_iterations=8 -m auc "$@" rows.csv
}

all_hold() { test "$(jq -s "$1" out)" = true || { cat out; return 1; }; }

check 'search run --learner: a trial is a run whose metric is told, and the best model comes out' <<'X'
	expect 0 new one &&
	expect 0 drive one -n 5 -v valid.csv -o best.onnx --json &&
	all_hold 'length == 5 and all(.state == "complete" and .value > 0.5 and .value <= 1)' &&
	jq -r .run out | sort -u >runs && test "$(wc -l <runs)" = 5 &&
	expect 0 mlv-train search best one --json && cp out best &&
	expect 0 mlv-train show --json "$(jq -r .run best)" && cp out run &&
	jq -n --slurpfile r run --slurpfile b best '$r[0].metrics.auc == $b[0].value and
	    ($r[0].params.learning_rate - $b[0].params.learning_rate | fabs) < 1e-12 and
	    $r[0].params.num_leaves == $b[0].params.num_leaves and $r[0].name == "one-\($b[0].number)"' >is &&
	test "$(cat is)" = true &&
	expect 0 mlv-train eval best.onnx valid.csv -t y --json &&
	jq -n --slurpfile r out --slurpfile b best '$r[0].metrics.auc.value == $b[0].value' >is &&
	test "$(cat is)" = true
X
check 'search run --learner: all trials take the rows as the first made them ready' <<'X'
	test "$(ls .mlv/cache/matrix | grep -cv lock)" = 1
X
check 'search run --learner: the model of a trial is that of fit with its parameters' <<'X'
	expect 0 mlv-train search best one --json &&
	jq -r '.params | to_entries[] | "-s\n\(.key)=\(.value)"' out >words &&
	xargs mlv-train fit rows.csv -t y -l gbdt -s num_iterations=8 -v valid.csv -o same.onnx -q >/dev/null <words &&
	same same.onnx best.onnx
X
check 'search run --learner -j 4: as many at once, none lost' <<'X'
	expect 0 new many && expect 0 drive many -n 12 -j 4 -v valid.csv --json &&
	all_hold 'map(.number) | sort == [range(12)]' &&
	all_hold 'all(.state == "complete")'
X
check 'search run --learner --cv: the mean of the folds counts' <<'X'
	expect 0 new folds && expect 0 drive folds -n 3 --cv 3 --json && cp out trials &&
	expect 0 mlv-train show --json "$(head -n 1 trials | jq -r .run)" &&
	jq -n --slurpfile r out --slurpfile t trials '$r[0].metrics["cv.auc"] == $t[0].value' >is && test "$(cat is)" = true
X
check 'search run --learner: a pruner is told of each round, and of each fold' <<'X'
	expect 0 new pruned --pruner median --set pruner.n_startup_trials=2 --set pruner.n_warmup_steps=2 --seed 3 &&
	expect 0 drive pruned -n 14 -v valid.csv --json &&
	all_hold 'any(.state == "pruned") and any(.state == "complete")' &&
	all_hold 'all(.state != "pruned" or (.last_step >= 2 and .last_step <= 8))' &&
	expect 0 new prunedfolds --pruner median --set pruner.n_startup_trials=2 --seed 3 &&
	expect 0 drive prunedfolds -n 14 --cv 4 --json &&
	all_hold 'any(.state == "pruned") and all(.last_step >= 1 and .last_step <= 4)'
X
check 'search run --learner: what does not go together is refused, and no trial is asked' <<'X'
	expect 0 new no &&
	expect 2 drive no -n 1 && says 'say with --valid or --cv' &&
	expect 2 mlv-train search run no -l gbdt -t y -v valid.csv rows.csv && says 'say with --metric what counts' &&
	expect 2 mlv-train search run no -l gbdt -m auc -v valid.csv rows.csv && says 'say with --target' &&
	expect 2 mlv-train search run no -l gbdt -t y -m auc -v valid.csv && says 'the name of its data' &&
	expect 2 mlv-train search run no -t y -- true && says 'go with --learner' &&
	expect 2 mlv-train search run no -l logistic -t y -m auc -v valid.csv rows.csv &&
	says "the learner has no parameter 'learning_rate'" &&
	echo 'learning_rate: {type: float, low: 0.1, high: 1e9}' >wide.yaml &&
	expect 0 mlv-train search new wide --space wide.yaml &&
	expect 2 mlv-train search run wide -l gbdt -t y -m auc -v valid.csv rows.csv && says 'learning_rate' &&
	expect 0 mlv-train search show no --json && test ! -s out
X
check 'search run --learner: a metric that such a model has not fails each trial by name' <<'X'
	expect 0 new lost && expect 1 mlv-train search run lost -n 1 -l gbdt -t y -m rmse -v valid.csv rows.csv &&
	says "such a model has no metric 'rmse'"
X
check 'search run --learner: stopped by a signal it leaves its trials to be asked again' <<'X'
	rows 1 60000 >long.csv && expect 0 new stopped && {
		mlv-train search run stopped -l gbdt -t y -s num_iterations=100000 -s early_stopping_round=0 -m auc \
		    -v valid.csv long.csv 2>err & } && p=$! && n=0 &&
	until mlv-train search show stopped --json | grep -q running; do
		n=$((n + 1)); test $n -lt 200 || return 1; sleep 0.1
	done &&
	sleep 0.5 && kill -TERM $p && { wait $p; test $? != 0; } &&
	expect 0 mlv-train search ask stopped --json && holds '.number == 0'
X

check 'search run --learner: the best one may be a run that was added, its model by another name' <<'X'
	expect 0 mlv-train fit rows.csv -t y -l gbdt -s num_iterations=200 -s num_leaves=15 -v rows.csv \
	    -s class_weight=balanced -s learning_rate=0.3 -o other.onnx &&
	expect 0 mlv-train runs -q -n 1 &&
	cp out newest &&
	mlv-train search new added --space space.yaml --direction maximize &&
	expect 0 mlv-train search add added -m auc "$(cut -f1 newest)" &&
	expect 0 drive added -n 1 -v valid.csv -o front.onnx &&
	same front.onnx other.onnx
X
finish
