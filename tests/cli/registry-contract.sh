#!/bin/sh
# An alias keeps the contract of what it means: other inputs, outputs or classes
# are refused by set and rollback, unless the change is allowed in words.
. "$(dirname "$0")/../lib.sh"

fresh contract
mlv-data init -q
awk 'BEGIN {
	print "a,b,kind,y,z"
	for (i = 0; i < 200; i++) {
		a = i * 37 % 101; b = i * 53 % 97
		print a "," b "," (i % 3 ? "u" : "v") "," (a + b > 90 ? "yes" : "no") "," \
		    (a > 70 ? "high" : a > 30 ? "mid" : "low")
	}
}' >t.csv
model() {	# options of fit...; registers it
	mlv-train fit -q t.csv -o m.onnx "$@" >fit.out && mlv-registry add -q m m.onnx
}
model -t y -d z -l logistic >one.out
model -t y -d z -l gbdt -s num_iterations=3 >two.out
model -t y -d z,b -l logistic >three.out
model -t z -d y -l logistic >four.out
model -t y -d z -l logistic --categorical b >five.out

check 'set of a new alias: there is no contract to keep' 'expect 0 mlv-registry set m@live 1'
check 'set to a version of another learner with the same columns: moved' <<'X'
	expect 0 mlv-registry set m@live 2 &&
	test ! -s err
X
check 'set to a version that lacks an input: refused, the input is named, nothing moves' <<'X'
	expect 1 mlv-registry set m@live 3 &&
	test ! -s out &&
	says "model:m@3 does not keep the contract of version 2, which live means now" &&
	says "input 'b' is gone" &&
	says "--allow-contract-change" &&
	expect 0 mlv-registry ls m &&
	grep "^model:m@2" out | grep -q live
X
check 'set to a version with other classes: refused, both lists are said' <<'X'
	expect 1 mlv-registry set m@live 4 &&
	says "the classes are high, low, mid, were no, yes"
X
check 'set to a version that reads an input as another type: refused' <<'X'
	expect 1 mlv-registry set m@live 5 &&
	says "input 'b' is category, was float64"
X
check 'set --allow-contract-change: moved, and the audit log says what changed' <<'X'
	expect 0 mlv-registry set m@live 3 --allow-contract-change -m "told all" &&
	expect 0 mlv-registry log m@live &&
	tail -n 1 out >last &&
	grep -q "contract changed: input 'b' is gone; told all" last
X
check 'rollback to a version with another contract: refused, then allowed' <<'X'
	expect 1 mlv-registry rollback m@live &&
	says "input 'b' is new" &&
	expect 0 mlv-registry rollback m@live --allow-contract-change &&
	prints "model:m@live	2	3"
X
check 'rollback to a version with the same contract needs no word' <<'X'
	expect 0 mlv-registry rollback m@live &&
	prints "model:m@live	1	2"
X
check 'set --drop needs no word, but does not make the contract forgotten' <<'X'
	expect 0 mlv-registry set --drop m@live &&
	expect 1 mlv-registry set m@live 3 &&
	says "the contract of version 1, which live meant before it was dropped" &&
	expect 0 mlv-registry set m@live 2 &&
	expect 0 mlv-registry set --drop m@live &&
	expect 0 mlv-registry set m@live 3 --allow-contract-change
X
check 'set from a model to a file the engine does not load: refused, the reverse is not' <<'X'
	echo "no model" >words.bin &&
	mlv-registry add -q m words.bin >out &&
	expect 1 mlv-registry set m@live 6 &&
	says "mlv-serve will not load it" &&
	expect 0 mlv-registry set m@live 6 --allow-contract-change &&
	expect 0 mlv-registry set m@live 1
X

finish
