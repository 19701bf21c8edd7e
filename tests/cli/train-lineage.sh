#!/bin/sh
# What a model learned from is found through every run that made its bytes: a
# copy, a run without inputs or a conversion turns no training row into a test.
. "$(dirname "$0")/../lib.sh"

rows() {
	awk 'BEGIN {
		print "id,a,b,y"
		for (i = 0; i < 400; i++) {
			a = (i * 37) % 101; b = (i * 53) % 97
			print "k" i "," a "," b "," (a + (i * 29) % 31 > 60 ? "Yes" : "No")
		}
	}'
}
label() { mlv-train eval "$@" --no-importance --json | jq -r .label; }

fresh lineage
mlv-data init -q
rows >rows.csv
mlv-data add -q rows.csv >add.out
mlv-data split data:rows --by id train=70 test=30 >split.out
mlv-train fit data:rows-train -t y -d id -l logistic -o m.onnx >fit.out
fit=$(cut -f1 fit.out)

check 'eval: the rows a fit learned from are train' <<'X'
	test "$(label m.onnx data:rows-train)" = train
X
check 'eval: after a run without inputs copied the model, they still are' <<'X'
	mlv-train run -o copy.onnx -- cp m.onnx copy.onnx >out 2>err &&
	test "$(label copy.onnx data:rows-train)" = train &&
	test "$(label m.onnx data:rows-train)" = train
X
check 'eval: a model made of the model learned from the same rows' <<'X'
	{ cat m.onnx; printf '\252\001\003abc'; } >other.bytes &&
	mlv-train run -d m.onnx -d other.bytes -o made.onnx -- cp other.bytes made.onnx >out 2>err &&
	test "$(label made.onnx data:rows-train 2>/dev/null)" = train
X
check 'eval: the rows that were held out are test' <<'X'
	test "$(label m.onnx data:rows-test)" = test &&
	test "$(label copy.onnx data:rows-test)" = test
X
check 'registry add: a version keeps the run that learned, not the copy' <<'X'
	expect 0 mlv-registry add churn copy.onnx &&
	prints "$fit"
X
check 'gate: training rows under a copy are no evidence of a test' <<'X'
	mlv-train eval copy.onnx data:rows-train --no-importance >out 2>err &&
	rm -rf .mlv/refs/report &&
	mlv-train eval copy.onnx data:rows-train --no-importance >out 2>err &&
	echo 'rules: [test.auc > 0.5]' >gate.yaml &&
	expect 1 mlv-registry gate churn@1 -p gate.yaml &&
	prints missing
X

finish
