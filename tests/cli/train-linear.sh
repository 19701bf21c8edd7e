#!/bin/sh
# mlv-train fit of linear learners to many rows: categories of many levels,
# threads, and answers known beforehand.  That they are scikit-learn's is held
# by tests/golden/fits.sh and tests/interop/fit.py.
. "$(dirname "$0")/../lib.sh"

fresh linear
# 90,000 rows, enough to begin at a sample; 60 levels, each with a share of
# its own, and numbers that say nothing
awk 'BEGIN {
	print "level,kind,x,y"
	for (i = 0; i < 90000; i++) {
		l = i % 60; x = (i * 7919) % 1009
		print "l" l ",k" int(i / 60) % 3 "," x "," ((int(i / 60) * 37) % 100 < 10 + l ? "yes" : "no")
	}
}' >many.csv
fit() { mlv-train fit many.csv -t y -l logistic "$@"; }

check 'fit -l logistic: one coefficient a level, hardly held: each level is answered by its own share' <<'X'
	expect 0 fit -d kind,x -s C=1e8 -s tol=1e-9 -o m.onnx &&
	expect 0 mlv-serve batch -i many.csv -o scored.csv m.onnx &&
	paste -d , many.csv scored.csv | awk -F , '
	NR > 1 { n[$1]++; yes[$1] += $4 == "yes"; got[$1] = $NF }
	END {
		for (k in n) {
			d = got[k] - yes[k] / n[k]
			if (d < 0) d = -d
			if (d > most) most = d
			seen++
		}
		printf "%d levels, %g apart\n", seen, most
		exit !(seen == 60 && most < 1e-6)
	}'
X
check 'fit -l logistic --threads 1, 2 and 3: the same bytes of model' <<'X'
	for t in 1 2 3; do
		expect 0 fit --threads $t -o t$t.onnx || return 1
	done &&
	same t1.onnx t2.onnx &&
	same t1.onnx t3.onnx
X
check 'fit -l logistic, l1: levels that say nothing have no coefficient, those that do keep theirs' <<'X'
	expect 0 fit -s penalty=l1 -s C=.005 --json -o s.onnx &&
	holds '.converged == true' &&
	expect 0 mlv-serve batch -i many.csv -o scored.csv s.onnx &&
	paste -d , many.csv scored.csv | awk -F , '{ got[$1] = $NF }
	END { exit !(got["l59"] > got["l30"] && got["l30"] > got["l0"] && got["l30"] == got["l31"]) }'
X
check 'fit -l linear: a number that is a sum of its levels is found to the digit' <<'X'
	awk -F , 'NR == 1 { print "level,kind,x,z"; next }
	{ printf "%s,%s,%s,%.9f\n", $1, $2, $3, 2 * substr($1, 2) - 5 * substr($2, 2) + $3 / 64 }' many.csv >sums.csv &&
	expect 0 mlv-train fit sums.csv -t z -l linear -o z.onnx &&
	expect 0 mlv-serve batch -i sums.csv -o scored.csv z.onnx &&
	paste -d , sums.csv scored.csv | awk -F , '
	NR > 1 { d = $4 - $NF; if (d < 0) d = -d; if (d > most) most = d }
	END { print most; exit !(NR == 90001 && most < 1e-4) }'
X
check 'fit -l logistic: more coefficients than it takes are refused by name' <<'X'
	awk 'BEGIN {
		print "a,b,c,d,e,f,g,h,i,y"
		for (i = 0; i < 2000; i++) {
			for (c = 0; c < 9; c++)
				printf "v%d_%d,", c, (i + c) % 1000
			print i % 2
		}
	}' >wide.csv &&
	expect 3 mlv-train fit wide.csv -t y -l logistic -o w.onnx &&
	says "are more than Newton's method takes" &&
	[ ! -e w.onnx ]
X
finish
