#!/bin/sh
# NannyML's estimates of days without labels and scikit-learn's metrics of the
# joined rows, frozen by tests/interop/cbpe.py and dle.py.
. "$(dirname "$0")/../lib.sh"
frozen=$TOP/tests/golden/drift/perf.tsv

fresh late
cut -d , -f 1-4 "$TOP/tests/golden/drift/perf.csv" >answers.csv
echo id,truth >late.csv
awk -F , '$6 == "False" { print $1 "," $5 }' "$TOP/tests/golden/drift/perf.csv" | sort -r >>late.csv
perf() { # option...
	mlv-drift perf --labels late.csv --key id --time when --score score --answer answer --positive Yes \
		--estimate cbpe --reference-until 2026-03-07 "$@" answers.csv
}
# The frozen values of a kind against field F of the records whose KEY is that.
near() { # kind, field, field of the key
	awk -F '\t' -v kind="$1" -v at="$2" -v key="$3" '
		NR == FNR { if ($1 == kind) { want[$2 "\t" $3] = $4; left++ }; next }
		($key "\t" $3) in want {
			d = $at - want[$key "\t" $3]
			if (d < -1e-9 || d > 1e-9) { print $key, $3, $at, "not", want[$key "\t" $3]; bad = 1 }
			left--
		}
		END { if (left) print left " were not printed"; exit bad || left != 0 }' "$frozen" out
}
check 'perf, cbpe: NannyML estimates of each day, calibrated on labels of the first week' <<'X'
	expect 0 perf &&
	near estimated 7 2
X
check 'perf: the metrics of scikit-learn over the joined rows' <<'X'
	expect 0 perf &&
	near realised 4 1
X
check 'perf: the same bytes when labels stand in another order' <<'X'
	expect 0 perf &&
	mv out first &&
	{ head -n 1 late.csv && tail -n +2 late.csv | sort; } >sorted.csv &&
	mv sorted.csv late.csv &&
	expect 0 perf &&
	same first out
X

fresh three
cut -d , -f 1-6 "$TOP/tests/golden/drift/perf3.csv" >answers.csv
echo id,truth >late.csv
awk -F , '$8 == "False" { print $1 "," $7 }' "$TOP/tests/golden/drift/perf3.csv" | sort -r >>late.csv
frozen=$TOP/tests/golden/drift/perf3.tsv
check 'perf, cbpe of three classes: NannyML estimates of each day, each class calibrated against the rest' <<'X'
	expect 0 mlv-drift perf --labels late.csv --key id --time when --estimate cbpe --reference-until 2026-03-07 \
		answers.csv &&
	near estimated 7 2
X

fresh loss
cut -d , -f 1-6 "$TOP/tests/golden/drift/dle.csv" >answers.csv
echo id,truth >late.csv
awk -F , '$8 == "False" { print $1 "," $7 }' "$TOP/tests/golden/drift/dle.csv" | sort -r >>late.csv
check 'perf, dle: NannyML estimates of each day and their bands, learned from the first week' <<'X'
	expect 0 mlv-drift perf --labels late.csv --key id --time when --estimate dle --features a,b,place \
		--reference-until 2026-03-07 answers.csv &&
	awk -F '\t' '
		NR == FNR { want[$1 FS $2] = $3; high[$1 FS $2] = $4; left++; next }
		($2 FS $3) in want {
			d = $7 / want[$2 FS $3] - 1
			u = $9 / high[$2 FS $3] - 1
			if (d * d > 1e-12 || u * u > 1e-12) { print $2, $3, $7, $9; bad = 1 }
			left--
		}
		END { exit bad || left != 0 }' "$TOP/tests/golden/drift/dle.tsv" out
X
finish
