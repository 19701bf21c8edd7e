#!/bin/sh
# Classes that are numbers: their order, which is positive, and models of
# others whose classes are integers.
. "$(dirname "$0")/../lib.sh"

rows() {	# low class, high class
	awk -v low="$1" -v high="$2" 'BEGIN {
		print "a,b,y"
		for (i = 0; i < 200; i++) {
			a = (i * 37) % 101; b = (i * 53) % 97
			print a "," b "," (a + (i * 29) % 31 > 60 ? high : low)
		}
	}'
}

fresh classes
rows 9 10 >nine.csv
rows 10 9 >turned.csv

check 'fit: of the classes 9 and 10 the larger number is positive, and said' <<'X'
	expect 0 mlv-train fit nine.csv -t y -l logistic -o nine.onnx --json &&
	holds '.positive == "10"' &&
	grep -qa '\["9","10"\]' nine.onnx
X
check 'fit --positive 9: the smaller number is positive, and said' <<'X'
	expect 0 mlv-train fit nine.csv -t y -l logistic --positive 9 -o low.onnx --json &&
	holds '.positive == "9"'
X
check 'fit: numbers in the target keep their order whatever stands first' <<'X'
	expect 0 mlv-train fit turned.csv -t y -l logistic -o turned.onnx --json &&
	holds '.positive == "10"'
X
check 'eval: a model of 9 and 10 is judged for 10' <<'X'
	expect 0 mlv-train eval nine.onnx nine.csv --json &&
	holds '.positive == "10" and .classes == ["9", "10"] and .metrics.auc.value > 0.9'
X
check 'fit: names that look like numbers are in the order of their bytes' <<'X'
	sed 's/,9$/,n9/; s/,10$/,n10/' nine.csv >names.csv &&
	expect 0 mlv-train fit names.csv -t y -l logistic -o names.onnx --json &&
	holds '.positive == "n9"'
X
check 'fit: validation rows find their class by value' <<'X'
	expect 0 mlv-train fit nine.csv --valid nine.csv -t y -l gbdt -o valid.onnx --json &&
	holds '.metrics.auc.value > 0.9'
X

finish
