#!/bin/sh
# Judging a model: metrics with intervals, evidence for the gate.
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

check 'two classes' 'expect 0 mlv-train eval y.onnx test.csv --target y && test "$(cut -f1 out | tr "\n" " ")" = "auc logloss brier accuracy precision recall f1 ks average_precision ece "'
check 'every metric lies in its interval' 'awk -F"\t" "!(\$3 <= \$2 && \$2 <= \$4) { bad = 1 } END { exit bad || NR != 10 }" out'
check 'AUC is good and closed-form' 'grep -qE "^auc	0\.[89].*	delong	test$" out'
check 'so does ks of scores that say nothing' 'rows 300 7 | awk -F, -v OFS=, "NR > 1 { \$3 = NR % 2 ? \"Yes\" : \"No\" } { print }" >coin.csv && expect 0 mlv-train eval y.onnx coin.csv && awk -F"\t" "!(\$3 <= \$2 && \$2 <= \$4) { bad = 1 } END { exit bad || NR != 10 }" out'
check 'several classes' 'expect 0 mlv-train eval kind.onnx test.csv && prints auc_ovr && prints f1_macro'
check 'numbers' 'expect 0 mlv-train eval z.onnx test.csv && prints rmse && prints r2'
check 'the target is the model'\''s where none is said' 'expect 0 mlv-train eval y.onnx test.csv'
check 'JSON is one object with its curves' \
	'expect 0 mlv-train eval --json y.onnx test.csv && test "$(wc -l <out)" = 1 && jq -e ".schema == \"mlv.evaluation/1\" and .metrics.auc.low <= .metrics.auc.value and .rows == 300 and (.roc | length > 10) and ([.confusion[][]] | add) == 300 and .positive == \"Yes\"" out >/dev/null'
check 'how scores spread adds up to the rows' 'jq -e "([.scores.negative[], .scores.positive[]] | add) == 300 and ([.scores.positive[]] | add) == .positives and (.scores.positive | length) == 20" out >/dev/null'
check 'what matters most stands first' 'jq -e ".importance.metric == \"auc\" and .importance.rows == 300 and .importance.inputs[0].loss > 0.1 and ([.importance.inputs[].loss] == ([.importance.inputs[].loss] | sort | reverse)) and all(.importance.inputs[]; .std >= 0)" out >/dev/null'
check 'it can be left out' 'expect 0 mlv-train eval --json --no-importance y.onnx test.csv && jq -e "has(\"importance\") | not" out >/dev/null'
check 'of classes by log loss, of numbers by their error' 'expect 0 mlv-train eval --json kind.onnx test.csv && jq -e ".importance.metric == \"logloss\" and .importance.inputs[0].loss > 0" out >/dev/null && expect 0 mlv-train eval --json z.onnx test.csv && jq -e ".importance.metric == \"rmse\" and .importance.inputs[0].loss > 0" out >/dev/null'
check 'numbers by tenths: the answers rise, the rows add up' 'expect 0 mlv-train eval --json z.onnx test.csv && jq -e "([.reliability[].rows] | add) == 300 and (.reliability | length) == 10 and ([.reliability[].score] | . == sort) and .reliability[9].truth > .reliability[0].truth" out >/dev/null'
check 'too few rows say nothing of it' 'head -n 30 test.csv >few.csv && expect 0 mlv-train eval --json y.onnx few.csv && jq -e "has(\"importance\") | not" out >/dev/null'
check 'the other class as positive mirrors' \
	'expect 0 mlv-train eval --json y.onnx test.csv --positive No && cp out no && expect 0 mlv-train eval --json y.onnx test.csv && test "$(jq .metrics.brier.value out | cut -c1-10)" = "$(jq .metrics.brier.value no | cut -c1-10)" && jq -e ".positive == \"No\"" no >/dev/null'
check 'the threshold moves recall' 'expect 0 mlv-train eval --threshold 0 y.onnx test.csv && grep -qE "^recall	1	" out'
check 'the same again is the same bytes' 'expect 0 mlv-train eval --json y.onnx test.csv && cp out one && expect 0 mlv-train eval --json y.onnx test.csv && same one out'
check 'data from a pipe' 'mlv-train eval y.onnx - <test.csv >out 2>err && prints auc'
check 'an output by its name' 'expect 0 mlv-train eval --score probabilities y.onnx test.csv && expect 0 mlv-train eval --score probabilities.Yes y.onnx test.csv && prints auc'

bad() {	# exit status, words, arguments...
	code=$1 words=$2
	shift 2
	expect "$code" mlv-train eval "$@" && says "$words" && test "$(wc -l <err)" = 1 && test ! -s out
}
check 'a column the model needs is missing' 'cut -d, -f2- test.csv >cut.csv && bad 3 "'\''a'\''" y.onnx cut.csv'
check 'no such target' 'bad 3 nope y.onnx test.csv -t nope'
check 'a positive class of many or of numbers' 'bad 2 "two classes" kind.onnx test.csv --positive low && bad 2 "two classes" z.onnx test.csv --positive 1'
check 'no such output' 'bad 3 nope y.onnx test.csv --score nope'
check 'one class only: what can be said is said' '{ head -n 1 test.csv; grep ,No, test.csv; } >one.csv && expect 0 mlv-train eval y.onnx one.csv && says "only one class is there" && test "$(cut -f1 out | tr "\n" " ")" = "logloss brier accuracy precision recall f1 ece "'
check 'a class of several is missing' '{ head -n 1 test.csv; grep -v ,low test.csv | grep -v ^a; } >two.csv && expect 0 mlv-train eval kind.onnx two.csv && says "auc_ovr" && ! grep -q auc_ovr out && prints f1_macro'
check 'a class of one row leaves the interval of the others' '{ cat two.csv; grep -m 1 ,low test.csv; } >rare.csv && expect 0 mlv-train eval kind.onnx rare.csv && awk -F"\t" "\$1 == \"auc_ovr\" && \$3 > 0.5 { good = 1 } END { exit !good }" out'
check 'ks is the distance of two distributions, whichever is above' 'expect 0 mlv-train eval y.onnx test.csv && cp out right && sed "s/Yes/x/; s/No/Yes/; s/,x,/,No,/" test.csv >wrong.csv && expect 0 mlv-train eval y.onnx wrong.csv && test "$(grep ^ks out | cut -f2)" = "$(grep ^ks right | cut -f2)"'
check 'scores that are no probabilities have no log loss' 'sed "1s/,z,/,u,/; 1s/y,/z,/; s/Yes/1/; s/No/0/" test.csv >raw.csv && expect 0 mlv-train eval z.onnx raw.csv --task binary && says "no probabilities" && prints auc && ! grep -qE "logloss|brier|ece" out'
check 'one thread and two judge alike' 'MLV_THREADS=1 mlv-train eval --json kind.onnx test.csv >one && MLV_THREADS=2 mlv-train eval --json kind.onnx test.csv >two && same one two'
check 'truth and falsehood are 1 and 0 to a model of 0 and 1' 'sed "s/Yes/1/; s/No/0/" train.csv >n.csv && sed "s/Yes/true/; s/No/false/" test.csv >t.csv && sed "s/Yes/1/; s/No/0/" test.csv >n2.csv && mlv-train fit n.csv -t y -d z,kind -l logistic -o n.onnx >out && expect 0 mlv-train eval n.onnx t.csv && cp out one && expect 0 mlv-train eval n.onnx n2.csv && same one out'
check 'a truth without variation' 'awk -F, -v OFS=, "NR > 1 { \$4 = \"0.1\" } { print }" test.csv >flat.csv && expect 0 mlv-train eval z.onnx flat.csv && grep -q "^r2	0	0	0	" out'
check 'a class the model does not know' 'sed "s/Yes/Perhaps/" test.csv >odd.csv && bad 3 Perhaps y.onnx odd.csv'
check 'text where a number goes' 'sed "5s/^[0-9]*/abc/" test.csv >text.csv && bad 3 abc y.onnx text.csv'
check 'no rows' 'head -n 1 test.csv >none.csv && bad 3 "no rows" y.onnx none.csv'
check 'not a model' 'bad 3 test.csv test.csv test.csv'
check 'half a model' 'head -c 900 y.onnx >half.onnx && bad 3 half.onnx half.onnx test.csv'
check 'no such file' 'bad 3 nope.onnx nope.onnx test.csv'
check 'words that are off' 'bad 2 "model and data" y.onnx && bad 2 threshold --threshold 2 y.onnx test.csv && bad 2 task --task x y.onnx test.csv && bad 2 label --label "A B" y.onnx test.csv'
check '--record without a repository is told' 'bad 2 "mlv-data init" --record y.onnx test.csv && bad 2 "exclude each other" --record --no-record y.onnx test.csv && expect 0 mlv-train eval --no-record y.onnx test.csv'
check 'a full disk' 'mlv-train eval y.onnx test.csv >/dev/full 2>err; test $? = 3'

fresh gate
rows 500 1 >train.csv
rows 300 5000 >test.csv
mlv-data init >/dev/null
mlv-data add train.csv test.csv >/dev/null 2>&1
mlv-train fit data:train -t y -d z,kind -l logistic -o y.onnx >record
mlv-registry add m --stdin <record >/dev/null
printf 'rules:\n  - test.auc >= 0.7\n' >gates.yaml
check 'without evidence the gate does not hold' 'expect 1 mlv-registry gate model:m@1 --policy gates.yaml'
check '--no-record keeps none' 'expect 0 mlv-train eval --no-record y.onnx data:test && expect 1 mlv-registry gate model:m@1 --policy gates.yaml'
check 'an evaluation is evidence' 'expect 0 mlv-train eval y.onnx data:test && expect 0 mlv-registry gate model:m@1 --policy gates.yaml'
# evidence is called what it is, whoever asks
label() { jq -r ".label + \" \" + (.seen // \"new\")" out; }
check 'the training data is no test: the gate looks elsewhere' \
	'mlv-train fit data:train -t y -d z,kind -l gbdt --valid data:test --set num_iterations=5 -o g.onnx >record && mlv-registry add g --stdin <record >/dev/null && expect 0 mlv-train eval --json model:g@1 data:train && test "$(label)" = "train train" && test ! -s err && expect 1 mlv-registry gate g@1 -p gates.yaml && says "no record of" && expect 0 mlv-train eval g.onnx data:train && test "$(cut -f6 out | sort -u)" = train'
check 'by content: as a path, from a pipe, the file of another name' \
	'cp train.csv copy.csv && expect 0 mlv-train eval --json g.onnx copy.csv && test "$(label)" = "train train" && mlv-train eval --json g.onnx - <train.csv >out && test "$(label)" = "train train" && cp g.onnx same.onnx && expect 0 mlv-train eval --json same.onnx train.csv && test "$(label)" = "train train"'
check 'the validation data is valid, what is new is test' \
	'expect 0 mlv-train eval --json g.onnx data:test && test "$(label)" = "valid valid" && rows 300 9000 >new.csv && expect 0 mlv-train eval --json g.onnx new.csv && test "$(label)" = "test new" && expect 0 mlv-registry gate g@1 -p gates.yaml'
check 'and stays the evidence when the training data is judged later' \
	'echo "rules: [test.rows = 300, train.rows = 500]" >n.yaml && expect 0 mlv-train eval g.onnx data:train && expect 0 mlv-registry gate g@1 -p n.yaml'
check 'another word for training data is taken, and warned of' \
	'expect 0 mlv-train eval --json --label test g.onnx data:train && test "$(label)" = "test train" && says "the model learned from rows of data:train in run:" && test "$(wc -l <err)" = 1 && expect 0 mlv-train eval --label train-again g.onnx data:train && test ! -s err'
check 'what the training data was split from is no test either, what was split beside it is' \
	'rows 900 300 >all.csv && mlv-data add all.csv >/dev/null 2>&1 && mlv-data split data:all learn=50 watch=20 rest=30 >/dev/null && mlv-train fit data:all-learn -t y -d z,kind -l gbdt -v data:all-watch --set num_iterations=5 -o s.onnx >/dev/null && expect 0 mlv-train eval --json s.onnx data:all && test "$(label)" = "train train" && expect 0 mlv-train eval --json s.onnx data:all-rest && test "$(label)" = "test new" && test ! -s err && expect 0 mlv-train eval --json s.onnx data:all-watch && test "$(label)" = "valid valid"'
check 'what any other command read it may have learned from' \
	'rows 50 77 >own.csv && cp y.onnx u.onnx && expect 0 mlv-train run -d own.csv -o u2.onnx -- cp u.onnx u2.onnx && expect 0 mlv-train eval --json u2.onnx own.csv && test "$(label)" = "train train"'
gate() { printf 'rules:\n  - %s\n' "$1" >one.yaml && expect "$2" mlv-registry gate m@1 -p one.yaml; }
check 'a policy pins its evidence: rows, data, bytes' \
	'expect 0 mlv-train eval model:m@1 data:test && id=$(sha256sum test.csv | cut -c1-64) &&
	gate "test.rows >= 300" 0 && gate "test.rows >= 301" 1 && says "test.rows=300" && gate "test.data == \"data:test\"" 0 && gate "test.data = '"'data:other'"'" 1 && says "test.data=data:test" && gate "test.data_id = '"'sha256:\$id'"'" 0 && gate "test.data_id = '"'sha256:0'"'" 1 && gate "rows = 300 and other.rows = 300" 1 && says "other.rows"'
check 'evidence on a file: its path and its bytes' \
	'expect 0 mlv-train eval model:m@1 new.csv && gate "test.data = '"'new.csv'"'" 0 && gate "test.data_id = '"'sha256:\$(sha256sum new.csv | cut -c1-64)'"'" 0 && expect 0 mlv-train eval model:m@1 data:test'
check 'a registered model by name' 'expect 0 mlv-train eval --json --label holdout model:m@1 data:test && jq -e ".name | startswith(\"report:eval-\")" out >/dev/null'
check 'the repository is whole' 'expect 0 mlv-data fsck'
finish
