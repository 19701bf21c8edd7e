#!/bin/sh
# mlv-train eval: metrics with their intervals, what is refused, and how an
# evaluation is labelled and serves a gate as evidence.
. "$(dirname "$0")/../lib.sh"

rows() {	# how many, first number
	awk -v n="$1" -v from="$2" 'BEGIN {
		print "a,b,y,z,kind"
		for (i = from; i < from + n; i++) {
			a = (i * 37) % 101; b = (i * 53) % 97
			s = a / 10 - b / 20 + (i * 7919 % 13) / 3
			printf("%s,%s,%s,%.3f,%s\n", i % 17 ? a : "", b, s > 7 ? "Yes" : "No", s,
			    s > 8 ? "high" : s > 4 ? "mid" : "low")
		}
	}'
}
fresh eval
rows 500 1 >train.csv
rows 300 5000 >test.csv
mlv-train fit train.csv -t y -d z,kind -l logistic -o y.onnx >/dev/null
mlv-train fit train.csv -t kind -d z,y -l gbdt -o kind.onnx >/dev/null
mlv-train fit train.csv -t z -d y,kind -l linear -o z.onnx >/dev/null

# Every line of ./out has low <= value <= high, and there are ten.
within_intervals() {
	awk -F'\t' '
	!($3 <= $2 && $2 <= $4) { bad = 1 }
	END { exit bad || NR != 10 }' out
}

# --- metrics by task
check 'eval of two classes: the ten metrics come in their order' <<'X'
	expect 0 mlv-train eval y.onnx test.csv --target y &&
	test "$(cut -f1 out | tr "\n" " ")" = \
	    "auc logloss brier accuracy precision recall f1 ks average_precision ece "
X
check 'eval of two classes: every metric lies in its interval' 'within_intervals'
check 'eval of two classes: the AUC is good, with the DeLong interval, labelled test' <<'X'
	grep -qE "^auc	0\.[89].*	delong	test$" out
X
check 'eval of scores that say nothing: each metric and ks lie in their intervals' <<'X'
	rows 300 7 | awk -F, -v OFS=, \
	    'NR > 1 { $3 = NR % 2 ? "Yes" : "No" } { print }' >coin.csv &&
	expect 0 mlv-train eval y.onnx coin.csv &&
	within_intervals
X
check 'eval of three classes: auc_ovr and f1_macro are told' <<'X'
	expect 0 mlv-train eval kind.onnx test.csv &&
	prints auc_ovr &&
	prints f1_macro
X
check 'eval of numbers: rmse and r2 are told' <<'X'
	expect 0 mlv-train eval z.onnx test.csv &&
	prints rmse &&
	prints r2
X
check 'eval without --target: the target is that of the model' <<'X'
	expect 0 mlv-train eval y.onnx test.csv
X

# --- the evaluation as JSON
check 'eval --json: one object with metrics, ROC curve and confusion of all rows' <<'X'
	expect 0 mlv-train eval --json y.onnx test.csv &&
	test "$(wc -l <out)" = 1 &&
	holds '.schema == "mlv.evaluation/1"
	    and .metrics.auc.low <= .metrics.auc.value and .rows == 300
	    and (.roc | length > 10) and ([.confusion[][]] | add) == 300
	    and .positive == "Yes"'
X
check 'eval --json: the spread of the scores adds up to the rows, 20 bins a class' <<'X'
	holds '([.scores.negative[], .scores.positive[]] | add) == 300
	    and ([.scores.positive[]] | add) == .positives
	    and (.scores.positive | length) == 20'
X
check 'eval --json: the importance of the inputs is by AUC, the greatest loss first' <<'X'
	holds '.importance.metric == "auc" and .importance.rows == 300
	    and .importance.inputs[0].loss > 0.1
	    and ([.importance.inputs[].loss] == ([.importance.inputs[].loss] | sort | reverse))
	    and all(.importance.inputs[]; .std >= 0)'
X
check 'eval --no-importance: the importance is left out' <<'X'
	expect 0 mlv-train eval --json --no-importance y.onnx test.csv &&
	holds 'has("importance") | not'
X
check 'eval --json: importance is by log loss of classes, by rmse of numbers' <<'X'
	expect 0 mlv-train eval --json kind.onnx test.csv &&
	holds '.importance.metric == "logloss" and .importance.inputs[0].loss > 0' &&
	expect 0 mlv-train eval --json z.onnx test.csv &&
	holds '.importance.metric == "rmse" and .importance.inputs[0].loss > 0'
X
check 'eval --json of numbers: ten bins whose answers rise and whose rows add up' <<'X'
	expect 0 mlv-train eval --json z.onnx test.csv &&
	holds '([.reliability[].rows] | add) == 300
	    and (.reliability | length) == 10
	    and ([.reliability[].score] | . == sort)
	    and .reliability[9].truth > .reliability[0].truth'
X
check 'eval --json: of 30 rows no importance is told' <<'X'
	head -n 30 test.csv >few.csv &&
	expect 0 mlv-train eval --json y.onnx few.csv &&
	holds 'has("importance") | not'
X
check 'eval --positive No: the brier score is that of Yes, the positive class is No' <<'X'
	expect 0 mlv-train eval --json y.onnx test.csv --positive No &&
	cp out no &&
	expect 0 mlv-train eval --json y.onnx test.csv &&
	test "$(jq .metrics.brier.value out | cut -c1-10)" = \
	    "$(jq .metrics.brier.value no | cut -c1-10)" &&
	jq -e '.positive == "No"' no >/dev/null
X
check 'eval --threshold 0: the recall is 1' <<'X'
	expect 0 mlv-train eval --threshold 0 y.onnx test.csv &&
	grep -qE "^recall	1	" out
X
check 'eval --json twice: the bytes are the same' <<'X'
	expect 0 mlv-train eval --json y.onnx test.csv &&
	cp out one &&
	expect 0 mlv-train eval --json y.onnx test.csv &&
	same one out
X
check 'eval -: rows come from standard input' <<'X'
	mlv-train eval y.onnx - <test.csv >out 2>err &&
	prints auc
X
check 'eval --score: an output is named, with or without its class' <<'X'
	expect 0 mlv-train eval --score probabilities y.onnx test.csv &&
	expect 0 mlv-train eval --score probabilities.Yes y.onnx test.csv &&
	prints auc
X

# --- refused in one line, nothing printed
refused() {	# exit status, words, arguments...
	code=$1 words=$2
	shift 2
	expect "$code" mlv-train eval "$@" &&
	    says "$words" &&
	    test "$(wc -l <err)" = 1 &&
	    test ! -s out
}
check 'eval: rows without a column of the model are refused by its name' <<'X'
	cut -d, -f2- test.csv >cut.csv &&
	refused 3 "'a'" y.onnx cut.csv
X
check 'eval -t: a target that does not exist is refused by name' <<'X'
	refused 3 nope y.onnx test.csv -t nope
X
check 'eval --positive: a model of three classes or of numbers is refused' <<'X'
	refused 2 "two classes" kind.onnx test.csv --positive low &&
	refused 2 "two classes" z.onnx test.csv --positive 1
X
check 'eval --score: an output that does not exist is refused by name' <<'X'
	refused 3 nope y.onnx test.csv --score nope
X

# --- rows that allow only some metrics
check 'eval of rows of one class: a warning, and the metrics that one class allows' <<'X'
	{ head -n 1 test.csv; grep ,No, test.csv; } >one.csv &&
	expect 0 mlv-train eval y.onnx one.csv &&
	says "only one class is there" &&
	test "$(cut -f1 out | tr "\n" " ")" = "logloss brier accuracy precision recall f1 ece "
X
check 'eval of rows without one of three classes: a warning names auc_ovr, f1_macro is told' <<'X'
	{ head -n 1 test.csv; grep -v ,low test.csv | grep -v ^a; } >two.csv &&
	expect 0 mlv-train eval kind.onnx two.csv &&
	says "auc_ovr" &&
	! grep -q auc_ovr out &&
	prints f1_macro
X
check 'eval of one row of a class: the interval of auc_ovr keeps to the other classes' <<'X'
	{ cat two.csv; grep -m 1 ,low test.csv; } >rare.csv &&
	expect 0 mlv-train eval kind.onnx rare.csv &&
	awk -F"\t" '$1 == "auc_ovr" && $3 > 0.5 { good = 1 } END { exit !good }' out
X
check 'eval: ks of mirrored truths is the same distance' <<'X'
	expect 0 mlv-train eval y.onnx test.csv &&
	cp out right &&
	sed "s/Yes/x/; s/No/Yes/; s/,x,/,No,/" test.csv >wrong.csv &&
	expect 0 mlv-train eval y.onnx wrong.csv &&
	test "$(grep ^ks out | cut -f2)" = "$(grep ^ks right | cut -f2)"
X
check 'eval --task binary of scores beyond 0 to 1: AUC is told, log loss, brier and ece are not' <<'X'
	sed "1s/,z,/,u,/; 1s/y,/z,/; s/Yes/1/; s/No/0/" test.csv >raw.csv &&
	expect 0 mlv-train eval z.onnx raw.csv --task binary &&
	says "no probabilities" &&
	prints auc &&
	! grep -qE "logloss|brier|ece" out
X
check 'eval --json: MLV_THREADS=1 and MLV_THREADS=2 give the same bytes' <<'X'
	MLV_THREADS=1 mlv-train eval --json kind.onnx test.csv >one &&
	MLV_THREADS=2 mlv-train eval --json kind.onnx test.csv >two &&
	same one two
X
check 'eval of a model of 0 and 1: true and false in the rows count as 1 and 0' <<'X'
	sed "s/Yes/1/; s/No/0/" train.csv >n.csv &&
	sed "s/Yes/true/; s/No/false/" test.csv >t.csv &&
	sed "s/Yes/1/; s/No/0/" test.csv >n2.csv &&
	mlv-train fit n.csv -t y -d z,kind -l logistic -o n.onnx >out &&
	expect 0 mlv-train eval n.onnx t.csv &&
	cp out one &&
	expect 0 mlv-train eval n.onnx n2.csv &&
	same one out
X
check 'eval of a target of one number: r2 is 0 and has no interval' <<'X'
	awk -F, -v OFS=, 'NR > 1 { $4 = "0.1" } { print }' test.csv >flat.csv &&
	expect 0 mlv-train eval z.onnx flat.csv &&
	grep -qF "r2	0	\N	\N	\N	" out &&
	expect 0 mlv-train eval --json z.onnx flat.csv &&
	holds '.metrics.r2 == {"value": 0}'
X
check 'eval of two rows: an auc of 1 has a wide interval, named newcombe' <<'X'
	{ head -n 1 test.csv; grep -m 1 ,Yes, test.csv; grep -m 1 ,No, test.csv; } >pair.csv &&
	expect 0 mlv-train eval --json y.onnx pair.csv &&
	holds '.metrics.auc | .value == 1 and .low < 0.3 and .interval == "newcombe"' &&
	holds '[.metrics[] | select(.low == .high)] == []'
X

# --- more that is refused
check 'eval: rows of which none has a class that the model knows are refused by name' <<'X'
	sed "s/Yes/Perhaps/; s/No/Perhaps/" test.csv >odd.csv &&
	refused 3 Perhaps y.onnx odd.csv
X
check 'eval: text in a column of numbers is refused by its value' <<'X'
	sed "5s/^[0-9]*/abc/" test.csv >text.csv &&
	refused 3 abc y.onnx text.csv
X
check 'eval: a file of a header alone is refused for its lack of rows' <<'X'
	head -n 1 test.csv >none.csv &&
	refused 3 "no rows" y.onnx none.csv
X
check 'eval: a CSV file in place of the model is refused by name' <<'X'
	refused 3 test.csv test.csv test.csv
X
check 'eval: a truncated model is refused by name' <<'X'
	head -c 900 y.onnx >half.onnx &&
	refused 3 half.onnx half.onnx test.csv
X
check 'eval: a model file that does not exist is refused by name' <<'X'
	refused 3 nope.onnx nope.onnx test.csv
X
check 'eval: no data, a threshold of 2, an unknown task or a label with a space is refused' <<'X'
	refused 2 "model and data" y.onnx &&
	refused 2 threshold --threshold 2 y.onnx test.csv &&
	refused 2 task --task x y.onnx test.csv &&
	refused 2 label --label "A B" y.onnx test.csv
X
check 'eval --record: refused outside a repository, and together with --no-record' <<'X'
	refused 2 "mlv-data init" --record y.onnx test.csv &&
	refused 2 "exclude each other" --record --no-record y.onnx test.csv &&
	expect 0 mlv-train eval --no-record y.onnx test.csv
X
check 'eval to a full disk is exit 3' 'exits 3 mlv-train eval y.onnx test.csv >/dev/full 2>err'

# --- evidence for the gate
fresh gate
rows 500 1 >train.csv
rows 300 5000 >test.csv
mlv-data init >/dev/null
mlv-data add train.csv test.csv >/dev/null 2>&1
mlv-train fit data:train -t y -d z,kind -l logistic -o y.onnx >record
mlv-registry add m --stdin <record >/dev/null
printf 'rules:\n  - test.auc >= 0.7\n' >gates.yaml
check 'registry gate: a model without an evaluation does not pass' <<'X'
	expect 1 mlv-registry gate model:m@1 --policy gates.yaml
X
check 'eval --no-record: in a repository no evaluation is kept for the gate' <<'X'
	expect 0 mlv-train eval --no-record y.onnx data:test &&
	expect 1 mlv-registry gate model:m@1 --policy gates.yaml
X
check 'eval in a repository: the evaluation is kept, and the gate passes' <<'X'
	expect 0 mlv-train eval y.onnx data:test &&
	expect 0 mlv-registry gate model:m@1 --policy gates.yaml
X

# --- an evaluation is labelled by what the model saw of its data
label() {	# the label in ./out, and what the rows were to the model
	jq -r '.label + " " + (.seen // "new")' out
}
check 'eval of the training data: it is labelled train, and the gate passes it by' <<'X'
	mlv-train fit data:train -t y -d z,kind -l gbdt --valid data:test \
	    --set num_iterations=5 -o g.onnx >record &&
	mlv-registry add g --stdin <record >/dev/null &&
	expect 0 mlv-train eval --json model:g@1 data:train &&
	test "$(label)" = "train train" &&
	test ! -s err &&
	expect 1 mlv-registry gate g@1 -p gates.yaml &&
	says "no record of" &&
	expect 0 mlv-train eval g.onnx data:train &&
	test "$(cut -f6 out | sort -u)" = train
X
check 'eval of the training data by path, pipe or copied model: it is labelled train' <<'X'
	cp train.csv copy.csv &&
	expect 0 mlv-train eval --json g.onnx copy.csv &&
	test "$(label)" = "train train" &&
	mlv-train eval --json g.onnx - <train.csv >out &&
	test "$(label)" = "train train" &&
	cp g.onnx same.onnx &&
	expect 0 mlv-train eval --json same.onnx train.csv &&
	test "$(label)" = "train train"
X
check 'eval of the validation data is labelled valid, that of new data test, and the gate passes' <<'X'
	expect 0 mlv-train eval --json g.onnx data:test &&
	test "$(label)" = "valid valid" &&
	rows 300 9000 >new.csv &&
	expect 0 mlv-train eval --json g.onnx new.csv &&
	test "$(label)" = "test new" &&
	expect 0 mlv-registry gate g@1 -p gates.yaml
X
check 'eval of the training data after a test: the gate still finds the test' <<'X'
	echo "rules: [test.rows = 300, train.rows = 500]" >n.yaml &&
	expect 0 mlv-train eval g.onnx data:train &&
	expect 0 mlv-registry gate g@1 -p n.yaml
X
check 'eval --label test of the training data: the label is taken, with a warning' <<'X'
	expect 0 mlv-train eval --json --label test g.onnx data:train &&
	test "$(label)" = "test train" &&
	says "the model learned from rows of data:train in run:" &&
	test "$(wc -l <err)" = 1 &&
	expect 0 mlv-train eval --label train-again g.onnx data:train &&
	test ! -s err
X
check 'eval of the data that the training data was split from: it is labelled train' <<'X'
	rows 900 300 >all.csv &&
	mlv-data add all.csv >/dev/null 2>&1 &&
	mlv-data split data:all learn=50 watch=20 rest=30 >/dev/null &&
	mlv-train fit data:all-learn -t y -d z,kind -l gbdt -v data:all-watch \
	    --set num_iterations=5 -o s.onnx >/dev/null &&
	expect 0 mlv-train eval --json s.onnx data:all &&
	test "$(label)" = "train train"
X
check 'eval of the part of a split that training left out: it is labelled test' <<'X'
	expect 0 mlv-train eval --json s.onnx data:all-rest &&
	test "$(label)" = "test new" &&
	test ! -s err
X
check 'eval of the part of a split that training validated on: it is labelled valid' <<'X'
	expect 0 mlv-train eval --json s.onnx data:all-watch &&
	test "$(label)" = "valid valid"
X
check 'eval of what another command read before it wrote the model: it is labelled train' <<'X'
	rows 50 77 >own.csv &&
	cp y.onnx u.onnx &&
	expect 0 mlv-train run -d own.csv -o u2.onnx -- cp u.onnx u2.onnx &&
	expect 0 mlv-train eval --json u2.onnx own.csv &&
	test "$(label)" = "train train"
X

# --- policies on rows, data and bytes
gate() {	# rule, exit status
	printf 'rules:\n  - %s\n' "$1" >one.yaml &&
	    expect "$2" mlv-registry gate m@1 -p one.yaml
}
check 'registry gate: a policy asks for the rows, the name and the bytes of the evaluated data' <<'X'
	expect 0 mlv-train eval model:m@1 data:test &&
	id=$(sha256sum test.csv | cut -c1-64) &&
	gate "test.rows >= 300" 0 &&
	gate "test.rows >= 301" 1 &&
	says "test.rows=300" &&
	gate 'test.data == "data:test"' 0 &&
	gate "test.data = 'data:other'" 1 &&
	says "test.data=data:test" &&
	gate "test.data_id = 'sha256:$id'" 0 &&
	gate "test.data_id = 'sha256:0'" 1 &&
	gate "rows = 300 and other.rows = 300" 1 &&
	says "other.rows"
X
check 'registry gate: a policy asks for the path and the bytes of an evaluated file' <<'X'
	expect 0 mlv-train eval model:m@1 new.csv &&
	gate "test.data = 'new.csv'" 0 &&
	gate "test.data_id = 'sha256:$(sha256sum new.csv | cut -c1-64)'" 0 &&
	expect 0 mlv-train eval model:m@1 data:test
X
check 'eval of a registered model: the record is a named report' <<'X'
	expect 0 mlv-train eval --json --label holdout model:m@1 data:test &&
	holds '.name | startswith("report:eval-")'
X
check 'fsck after the evaluations: the repository is whole' 'expect 0 mlv-data fsck'
finish
