#!/bin/sh
# What counts as evidence: the model's own positive class, the usual threshold,
# rows it did not learn from, unless the policy names others.
. "$(dirname "$0")/../lib.sh"

fresh evidence
mlv-data init -q
rows() {	# first, last
	awk -v i="$1" -v last="$2" 'BEGIN {
		print "id,a,b,y"
		for (; i <= last; i++) {
			a = i * 37 % 101; b = i * 53 % 97
			print "k" i "," a "," b "," (a + i * 29 % 31 > 90 ? "Yes" : "No")
		}
	}'
}
rows 1 300 >train.csv
rows 301 600 >test.csv
mlv-train fit train.csv -t y -d id -l logistic -o m.onnx >fit.out
mlv-registry add -q m m.onnx >add.out
judge() { mlv-train eval m.onnx "$@" --no-importance >eval.out; }
cat >plain.yaml <<'X'
rules:
  - test.recall > 0.5
  - test.average_precision > 0.1
X
{ echo 'positive: No'; echo 'threshold: 0.3'; cat plain.yaml; } >no.yaml

check 'gate: an evaluation of the other class at another threshold does not count' <<'X'
	judge test.csv --positive No --threshold 0.3 &&
	expect 1 mlv-registry gate m@1 -p plain.yaml &&
	test "$(grep -c missing out)" = 2 &&
	says "does not count: its positive class is 'No', not the model's own, 'Yes', its threshold is 0.3, not 0.5"
X
check 'gate: it counts for a policy that names that class and threshold' <<'X'
	expect 0 mlv-registry gate m@1 -p no.yaml
X
check 'gate: each alone is enough not to count' <<'X'
	judge test.csv --threshold 0.3 &&
	expect 1 mlv-registry gate m@1 -p plain.yaml &&
	says "its threshold is 0.3, not 0.5" &&
	judge test.csv --positive No &&
	expect 1 mlv-registry gate m@1 -p plain.yaml &&
	says "its positive class is 'No'"
X
check 'gate: the plain evaluation counts, whatever came after it' <<'X'
	judge test.csv &&
	judge test.csv --positive No --threshold 0.3 &&
	expect 0 mlv-registry gate m@1 -p plain.yaml &&
	judge test.csv --positive Yes --threshold 0.5 &&
	expect 0 mlv-registry gate m@1 -p plain.yaml
X
check 'gate: what the champion lacks is told as its own' <<'X'
	expect 0 mlv-registry set m@champion 1 &&
	echo "rules: [champion.test.auc > 0.5]" >than.yaml &&
	echo "positive: Maybe" >>than.yaml &&
	expect 1 mlv-registry gate m@1 -p than.yaml &&
	says "the champion's evaluation under the label 'test' does not count" &&
	expect 0 mlv-registry set m@champion --drop
X
check 'gate: the same rows as a version, a file and a copy are the same evidence' <<'X'
	mlv-train fit train.csv -t y -d id -l gbdt --set num_leaves=4 -o n.onnx >fit2.out &&
	mlv-registry add -q m n.onnx >add.out &&
	expect 0 mlv-registry set m@champion 1 &&
	cp test.csv copy.csv &&
	mlv-data add -q --name later test.csv >add.out &&
	mlv-train eval m.onnx copy.csv --label same --no-importance >eval.out &&
	mlv-train eval n.onnx data:later --label same --no-importance >eval.out &&
	echo "rules: [same.auc - champion.same.auc > -1]" >same.yaml &&
	expect 0 mlv-registry gate m@2 -p same.yaml &&
	rows 301 500 >less.csv &&
	mlv-train eval n.onnx less.csv --label same --no-importance >eval.out &&
	expect 1 mlv-registry gate m@2 -p same.yaml &&
	says "the champion was evaluated on other data under the label 'same'" &&
	expect 0 mlv-registry set m@champion --drop
X
check 'gate: answers held against another column, or another output judged, do not count' <<'X'
	awk -F, -v OFS=, 'NR == 1 { print $0, "easy"; next } { print $0, ($2 > 50 ? "Yes" : "No") }' \
	    test.csv >easy.csv &&
	mlv-registry add -q fresh m.onnx >/dev/null &&
	mlv-train eval m.onnx easy.csv -t easy --no-importance --json --label other >eval.json &&
	jq -e '.target == "easy" and .own_target == "y"' eval.json &&
	echo "rules: [other.auc > 0]" >other.yaml &&
	expect 1 mlv-registry gate m@1 -p other.yaml &&
	says "its target is 'easy', not the model's own, 'y'" &&
	{ echo "target: easy"; cat other.yaml; } >easy.yaml &&
	expect 0 mlv-registry gate m@1 -p easy.yaml &&
	judge test.csv --score probabilities.No --positive Yes --label part &&
	echo "rules: [part.auc > 0]" >part.yaml &&
	expect 1 mlv-registry gate m@1 -p part.yaml &&
	says "it judged the output 'probabilities.No', not the usual one" &&
	judge test.csv --score probabilities --label whole &&
	echo "rules: [whole.auc > 0]" >whole.yaml &&
	expect 0 mlv-registry gate m@1 -p whole.yaml
X
check 'gate: rules may ask for the class and the threshold' <<'X'
	printf "%s\n" "rules: [test.positive = 'Yes', test.threshold = 0.5]" >said.yaml &&
	expect 0 mlv-registry gate m@1 -p said.yaml
X
check 'gate: rows the model learned from are no test because somebody calls them so' <<'X'
	expect 0 mlv-train eval m.onnx train.csv --no-importance --label holdout &&
	echo "rules: [holdout.auc > 0.5]" >holdout.yaml &&
	expect 1 mlv-registry gate m@1 -p holdout.yaml &&
	says "the model learned from its rows" &&
	judge train.csv --label train2 &&
	echo "rules: [train2.auc > 0.5]" >again.yaml &&
	expect 0 mlv-registry gate m@1 -p again.yaml &&
	judge train.csv &&
	echo "rules: [train.auc > 0.5]" >train.yaml &&
	expect 0 mlv-registry gate m@1 -p train.yaml
X
check 'gate: a model that looks for the first class is judged by that one' <<'X'
	mlv-train fit -q train.csv -t y -d id -l logistic --positive No -o n.onnx >fit.out &&
	mlv-registry add -q n n.onnx >add.out &&
	mlv-train eval n.onnx test.csv --no-importance >eval.out &&
	expect 0 mlv-registry gate n@1 -p plain.yaml
X
check 'eval --json says class, own class and threshold' <<'X'
	expect 0 mlv-train eval m.onnx test.csv --no-record --json --positive No --threshold 0.3 &&
	holds '.positive == "No" and .own_positive == "Yes" and .threshold == 0.3'
X
check 'a policy with a threshold that is no number, or a class that is no word: refused' <<'X'
	printf "%s\n" "threshold: high" "rules: [size > 1]" >odd.yaml &&
	expect 3 mlv-registry gate m@1 -p odd.yaml &&
	says "line 1: 'threshold' is a number" &&
	printf "%s\n" "positive: [Yes]" "rules: [size > 1]" >odd.yaml &&
	expect 3 mlv-registry gate m@1 -p odd.yaml &&
	says "line 1: 'positive' is a word" &&
	printf "%s\n" "treshold: 0.3" "rules: [size > 1]" >odd.yaml &&
	expect 3 mlv-registry gate m@1 -p odd.yaml &&
	says "did you mean 'threshold'"
X

# --- a verdict is kept with what it rests on
judge test.csv
check 'set --gate: the log leads to the verdict, and that to policy, values and evidence' <<'X'
	expect 0 mlv-registry set m@champion 1 --gate plain.yaml &&
	expect 0 mlv-registry log --json m@champion &&
	verdict=$(tail -n 1 out | jq -r .verdict) &&
	expect 0 mlv-data cat "$verdict" &&
	holds '.about == "verdict" and .verdict == "pass" and (.rules | length) == 2' &&
	holds '.rules[0].values | startswith("test.recall=0.")' &&
	cp out verdict.json
X
check 'gate, and a set that is refused, keep their verdict, too' <<'X'
	echo "rules: [test.auc > 2]" >never.yaml &&
	expect 1 mlv-registry gate --json m@1 -p never.yaml &&
	id=$(jq -r .id out) &&
	expect 0 mlv-data cat "$id" &&
	holds '.about == "verdict" and .verdict == "fail" and .rules[0].verdict == "fail"' &&
	holds '[.links[].rel] | contains(["policy", "candidate", "evidence"])' &&
	echo "rules: [test.auc > 3]" >never.yaml &&
	expect 1 mlv-registry set m@champion 1 --gate never.yaml &&
	for report in $(ls .mlv/refs/report | grep gate-); do mlv-data cat "report:$report"; done >all &&
	grep -q '"expr":"test.auc > 3","rule"' all
X
part() { jq -r ".links[] | select(.rel == \"$1\").id" verdict.json; }
check 'the policy of a verdict is the file it was, byte for byte' <<'X'
	expect 0 mlv-data cat "$(part policy)" &&
	same plain.yaml out
X
check 'the evidence of a verdict is the evaluation that was judged' <<'X'
	test "$(part evidence | wc -l)" = 1 &&
	expect 0 mlv-data cat "$(part evidence)" &&
	holds '.about == "evaluation" and .label == "test"' &&
	test "$(part candidate)" = "$(mlv-registry show m@1 | sed -n "s/^manifest	//p")"
X
check 'a verdict that was changed or lost is found by fsck' <<'X'
	expect 0 mlv-data fsck &&
	digits=$(part policy | cut -d: -f2) &&
	rm -f ".mlv/objects/$(echo "$digits" | cut -c1-2)/$(echo "$digits" | cut -c3-)" &&
	expect 1 mlv-data fsck &&
	prints "$digits"
X

finish
