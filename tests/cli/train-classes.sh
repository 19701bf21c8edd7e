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

# --- rows without a target
awk -F, 'NR % 10 == 0 { print $1 "," $2 ","; next } { print }' nine.csv >gaps.csv
awk 'NR == 1 || NR % 10' nine.csv >whole.csv
check 'fit --drop-missing-target: the model is that of the other rows, and they are counted' <<'X'
	expect 0 mlv-train fit gaps.csv -t y -l gbdt --drop-missing-target -o gaps.onnx --json &&
	says "20 of 200 rows have no value of the target 'y' and are left out" &&
	holds '.rows == 180 and .rows_without_target == 20' &&
	expect 0 mlv-train fit whole.csv -t y -l gbdt -o whole.onnx &&
	same gaps.onnx whole.onnx
X
check 'fit --drop-missing-target: numbers and validation rows lose theirs, too' <<'X'
	expect 0 mlv-train fit gaps.csv --valid gaps.csv -t y --task regression -l gbdt \
	    --drop-missing-target -o gaps.onnx --json &&
	holds '.rows == 180' &&
	expect 0 mlv-train fit whole.csv --valid whole.csv -t y --task regression -l gbdt -o whole.onnx &&
	same gaps.onnx whole.onnx
X
check 'fit --drop-missing-target: with no target in any row there is nothing to learn from' <<'X'
	awk -F, 'NR > 1 { $3 = "" } { print $1 "," $2 "," $3 }' nine.csv >none.csv &&
	expect 3 mlv-train fit none.csv -t y -l gbdt --drop-missing-target -o none.onnx &&
	says "no rows to learn from" &&
	test ! -e none.onnx
X
check 'eval: rows without a target are refused with their count and the flag' <<'X'
	expect 3 mlv-train eval nine.onnx gaps.csv &&
	says "20 of 200 rows have no value of the target 'y': --drop-missing-target"
X
check 'eval --drop-missing-target: the metrics are those of the other rows' <<'X'
	expect 0 mlv-train eval nine.onnx whole.csv &&
	cp out right &&
	expect 0 mlv-train eval nine.onnx gaps.csv --drop-missing-target &&
	says "20 of 200 rows" &&
	same out right
X

# --- a class that the model does not know
sed '3s/,[0-9]*$/,11/; 5s/,[0-9]*$/,11/' nine.csv >eleven.csv
check 'eval: rows of a class the model does not know count as wrong' <<'X'
	expect 0 mlv-train eval nine.onnx nine.csv --json &&
	wrong=$(jq '[.confusion[0][1] + .confusion[1][0]] | add' out) &&
	expect 0 mlv-train eval nine.onnx eleven.csv --json &&
	says "2 rows of a class that the model does not know, as '11' in row 2, count as wrong" &&
	holds '.unknown_rows == 2 and .rows == 200 and ([.confusion[][]] | add) == 198' &&
	holds '(.metrics.accuracy.value - 1 + ('"$wrong"' + 2) / 200 | fabs) < 0.02'
X
sed 's/,9$/,low/; s/,10$/,high/; 2,50s/,[a-z]*$/,mid/' nine.csv >three.csv
sed '60,63s/,[a-z]*$/,huge/' three.csv >four.csv
check 'eval of several classes: an unknown one is wrong for accuracy and f1' <<'X'
	expect 0 mlv-train fit three.csv -t y -l gbdt -o three.onnx &&
	expect 0 mlv-train eval three.onnx three.csv --json &&
	cp out right &&
	expect 0 mlv-train eval three.onnx four.csv --json &&
	holds '.unknown_rows == 4' &&
	jq -se '.[0].metrics.accuracy.value > .[1].metrics.accuracy.value and
	    .[0].metrics.f1_macro.value > .[1].metrics.f1_macro.value and
	    .[0].metrics.logloss.value < .[1].metrics.logloss.value' right out
X
check 'fit --valid: rows of an unknown class count as wrong and stop nothing' <<'X'
	expect 0 mlv-train fit nine.csv --valid eleven.csv -t y -l gbdt -o valid.onnx --json &&
	says "count as wrong" &&
	holds '.metrics.accuracy.value > 0.8'
X

# --- whole numbers beyond 2^24
big() {	# expression of a whole number by row
	awk 'BEGIN {
		print "big,y"
		for (i = 0; i < 200; i++)
			printf "%.0f,%s\n", '"$1"', (i % 7 > 3 ? "p" : "n")
	}'
}
big '20000001 + i' >keys.csv
big '20000001 + i % 50' >prices.csv
check 'fit: whole numbers beyond 2^24 that all differ are keys, refused with both flags' <<'X'
	expect 3 mlv-train fit keys.csv -t y -l gbdt -o k.onnx &&
	says "nearly all of them different, which are keys: --drop big" &&
	says "--numeric big"
X
check 'fit: whole numbers beyond 2^24 that repeat are numbers, rounded and said so' <<'X'
	expect 0 mlv-train fit prices.csv -t y -l gbdt -o p.onnx &&
	says "column 'big' holds whole numbers beyond 2^24, which are rounded to float32" &&
	expect 0 mlv-train fit prices.csv -t y -l gbdt --numeric big -o q.onnx &&
	test ! -s err &&
	same p.onnx q.onnx
X

finish
