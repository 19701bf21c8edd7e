#!/bin/sh
# mlv-drift compare: what no test of values sees (missing values, columns that
# are gone, changed types), and samples too small to judge.
. "$(dirname "$0")/../lib.sh"

# plan,months,charge; of a hundred rows, so many lack the charge
rows() {	# how many, missing in a hundred
	awk -v n="$1" -v miss="$2" 'BEGIN {
		print "plan,months,charge"
		for (i = 0; i < n; i++)
			printf "%s,%d,%s\n", i * 7 % 10 < 3 ? "gold" : "basic", i * 31 % 72,
			    i * 37 % 100 < miss ? "" : i * 7 % 997 / 10
	}'
}

fresh files
rows 2000 2 >ref.csv
rows 1500 2 >same.csv
rows 1500 40 >miss.csv
rows 12 0 >few.csv
cut -d, -f1,3 same.csv >gone.csv
awk -F, -v OFS=, 'NR == 9 { $2 = "oops" } 1' same.csv >bad.csv
check 'as many missing values: the same' <<'X'
	expect 0 mlv-drift compare --any ref.csv same.csv
X
check 'missing values from 2 to 40 in a hundred: drift of that column' <<'X'
	expect 1 mlv-drift compare --any ref.csv miss.csv &&
	grep -q "^charge.*drift$" out &&
	test "$(grep -c "drift$" out)" = 1 &&
	says "column 'charge': 2 % missing in the reference, 40 % in the current data"
X
check 'a column that is gone: drift of that column' <<'X'
	expect 1 mlv-drift compare --any ref.csv gone.csv &&
	grep -q "^months.gone.*drift$" out
X
check 'a column that is gone: with --exclude it does not count' <<'X'
	expect 0 mlv-drift compare --any -x months ref.csv gone.csv
X
check 'one bad cell: the type of that column changed, the others are judged' <<'X'
	expect 1 mlv-drift compare --any ref.csv bad.csv &&
	grep -q "^months.*type changed$" out &&
	grep -q "^charge.*same$" out &&
	grep -q "^plan.*same$" out
X
check 'twelve rows: too few, exit 0' <<'X'
	expect 0 mlv-drift compare --any ref.csv few.csv &&
	grep -q "^(dataset).*too few$" out
X
check 'twelve rows with --min-rows 12: judged' <<'X'
	expect 1 mlv-drift compare --any --min-rows 12 ref.csv few.csv &&
	! grep -q "too few" out
X
check 'twelve rows --json: no verdict, too_few is true' <<'X'
	expect 0 mlv-drift compare --json ref.csv few.csv &&
	prints '"drifted":null,"too_few":true'
X
finish
