#!/bin/sh
# mlv-train fit and eval --cv: folds by content, class, group and time, what
# is told of them and what is refused.  That the metrics are scikit-learn's
# is held by tests/interop/folds.py.
. "$(dirname "$0")/../lib.sh"

fresh folds
awk 'BEGIN {
	print "a,b,who,day,z,y"
	for (i = 0; i < 300; i++) {
		a = (i * 37) % 101; b = (i * 53) % 97
		print a "," b ",w" i % 12 "," (i * 7919) % 300 "," a + (i * 29) % 31 "," \
		    (a + (i * 29) % 31 > 110 ? "yes" : "no")
	}
}' >rows.csv
fold() { mlv-train fit rows.csv -l logistic -o m.onnx --json "$@"; }

check 'fit --cv 5: each metric has five values, their mean and standard deviation' <<'X'
	expect 0 fold -t y -d who,day,z --cv 5 &&
	holds '.folds == 5 and .folds_kind == "stratified" and .rows == 300' &&
	holds '.cv.auc.values | length == 5' &&
	holds '.cv.auc | (.values | add / 5) as $m | (.mean - $m | fabs) < 1e-12' &&
	holds '.cv.auc | .mean as $m |
	    (.sd - (.values | map((. - $m) * (. - $m)) | add / 5 | sqrt) | fabs) < 1e-12'
X
check 'fit --cv: the model is that of all rows, as without it' <<'X'
	cp m.onnx cv.onnx &&
	expect 0 fold -t y -d who,day,z &&
	same cv.onnx m.onnx
X
check 'fit --cv: the plain record holds mean and spread' <<'X'
	expect 0 mlv-train fit rows.csv -t y -d who,day,z -l gbdt -o g.onnx --cv 3 &&
	grep -qE 'cv\.auc=[0-9.]+\+-[0-9.e-]+' out
X
check 'fit --cv: folds are by content: rows in another order, and other learners, have the same' <<'X'
	expect 0 fold -t y -d who,day,z --cv 4 &&
	jq -c '.cv.accuracy.values' out >one &&
	{ head -n 1 rows.csv; tail -n +2 rows.csv | sort; } >turned.csv &&
	expect 0 mlv-train fit turned.csv -t y -d who,day,z -l logistic -o m.onnx --json --cv 4 &&
	jq -c '.cv.accuracy.values' out >two &&
	same one two &&
	expect 0 fold -t y -d who,day,z --cv 4 --seed 3 &&
	jq -c '.cv.accuracy.values' out >three &&
	! cmp -s one three
X
check 'fit --cv --threads 1 and 2: the same folds and metrics' <<'X'
	for t in 1 2; do
		expect 0 mlv-train fit rows.csv -t y -d who,day,z -l gbdt -o m.onnx --json --cv 3 --threads $t &&
		jq -c .cv out >t$t || return 1
	done &&
	same t1 t2
X
check 'fit --cv --by: a group is in one fold, and no column of the model' <<'X'
	expect 0 fold -t y -d day,z --cv 3 --by who &&
	holds '.folds_kind == "grouped" and .features == 2' &&
	expect 0 fold -t y -d day,z --cv 12 --by who &&
	expect 3 fold -t y -d day,z --cv 13 --by who &&
	says "the groups of column 'who' fill 12 folds, not 13: there are too few different ones"
X
check 'fit --cv --time: what is judged comes after what was learned' <<'X'
	awk -F, -v OFS=, 'NR > 1 { $5 = $4 } { print }' rows.csv >later.csv &&
	expect 0 mlv-train fit later.csv -t z -d y,who,a -l gbdt -o m.onnx --json --cv 4 --time day &&
	holds '.folds_kind == "time-ordered" and .features == 1' &&
	holds '.cv.mae.values | min > 20'
X
check 'fit --cv of numbers: plain folds, rmse and r2' <<'X'
	expect 0 mlv-train fit rows.csv -t z -d y,who,day -l linear -o m.onnx --json --cv 3 &&
	holds '.folds_kind == "plain" and (.cv.rmse.values | length) == 3'
X
check 'fit --cv in a repository: the run has cv.auc by fold, its mean and cv.auc.sd' <<'X'
	mlv-data init >/dev/null &&
	expect 0 fold -t y -d who,day,z --cv 3 &&
	mean=$(jq .cv.auc.mean out) &&
	run=$(jq -r .name out) &&
	expect 0 mlv-train show --json "$run" &&
	grep -q '"cv.auc.sd"' out &&
	grep -q "$mean" out &&
	expect 0 mlv-train show -m cv.auc "$run" &&
	test "$(grep -c . out)" -ge 3
X
check 'fit --cv: what does not go together is a usage error' <<'X'
	expect 2 fold -t y -d who,day,z --cv 1 &&
	expect 2 fold -t y -d who,day,z --by who &&
	says "give --cv" &&
	expect 2 fold -t y --cv 3 --by who --time day &&
	expect 2 fold -t y --cv 3 --valid rows.csv &&
	says "exclude each other" &&
	expect 3 fold -t y -d day,z --cv 3 --time who &&
	says "neither dates nor numbers"
X
check 'fit --cv: with more folds than rows nothing is written' <<'X'
	head -n 4 rows.csv >few.csv &&
	rm -f few.onnx &&
	expect 3 mlv-train fit few.csv -t z -d y,who,day -l linear -o few.onnx --cv 5 &&
	says "too few different rows for 5 folds" &&
	test ! -e few.onnx
X
check 'eval --cv: mean and spread of a model over folds of the rows; nothing is kept' <<'X'
	expect 0 fold -t y -d who,day,z &&
	expect 0 mlv-train eval m.onnx rows.csv --cv 5 --json &&
	jq -se 'map(select(.metric == "auc"))[0] | .folds == 5 and .folds_kind == "stratified" and
	    (.values | length) == 5 and .mean > 0.8' out &&
	expect 0 mlv-train eval m.onnx rows.csv --cv 3 --by who &&
	grep -qE '^auc	0\.[0-9]+	0\.[0-9]+	3	grouped$' out &&
	expect 2 mlv-train eval m.onnx rows.csv --cv 3 --label x
X

finish
