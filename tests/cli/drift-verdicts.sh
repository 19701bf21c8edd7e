#!/bin/sh
# mlv-drift compare: what no test of values sees (missing values, columns that
# are gone, changed types), samples too small to judge, and --evidently, which
# leaves all of that out.
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
	grep -q "^charge.*drift$" out &&
	! grep -q "too few" out
X
check 'twelve rows with --evidently: judged, and drift' <<'X'
	expect 1 mlv-drift compare --any --evidently ref.csv few.csv &&
	! grep -q "too few" out
X
check 'twelve rows --json: no verdict, too_few is true' <<'X'
	expect 0 mlv-drift compare --json ref.csv few.csv &&
	prints '"drifted":null,"too_few":true'
X
check '--evidently: missing values and a column gone do not count' <<'X'
	expect 0 mlv-drift compare --any --evidently ref.csv miss.csv &&
	expect 0 mlv-drift compare --any --evidently --json ref.csv gone.csv &&
	prints '"columns":2'
X
check 'a tenth more missing: drift, but not with --missing 0.2' <<'X'
	rows 1500 12 >tenth.csv &&
	expect 1 mlv-drift compare --any ref.csv tenth.csv &&
	grep -qx "charge	missing	0.1	0.05	drift" out &&
	expect 0 mlv-drift compare --any --missing 0.2 ref.csv tenth.csv
X
check 'fewer missing values than before: drift, too' <<'X'
	expect 1 mlv-drift compare --any miss.csv ref.csv &&
	grep -q "^charge.missing.*drift$" out
X
check 'values that became infinite are missing' <<'X'
	awk -F, -v OFS=, 'NR % 3 == 2 { $3 = "inf" } 1' same.csv >inf.csv &&
	expect 1 mlv-drift compare --any ref.csv inf.csv &&
	grep -q "^charge.missing.*drift$" out
X
check 'an emptied column: drift, even with too few rows' <<'X'
	awk -F, -v OFS=, 'NR > 1 { $3 = "" } 1' few.csv >void.csv &&
	expect 1 mlv-drift compare --any ref.csv void.csv &&
	grep -q "^charge.missing.*drift$" out &&
	grep -q "^months.*too few$" out
X
check 'a column that never had a value: the same' <<'X'
	awk -F, -v OFS=, 'NR > 1 { $3 = "" } 1' ref.csv >none.csv &&
	expect 0 mlv-drift compare --any none.csv none.csv
X
dated() { awk -v miss="$1" 'BEGIN { print "x,day"; for (i = 0; i < 900; i++)
	printf "%d,%s\n", i % 50, i % 100 < miss ? "" : "2026-01-" 10 + i % 20 }'; }
dated 2 >days.csv
dated 40 >holes.csv
check 'dates: values are not compared, missing ones are' <<'X'
	expect 0 mlv-drift compare --any --json days.csv days.csv &&
	prints '"columns":1,"threshold":0.5,"missing":[],"new":[],"skipped":["day"]' &&
	expect 1 mlv-drift compare --any --json days.csv holes.csv &&
	prints '"column":"day","method":"missing"'
X

# --- sampling noise: two draws of one population, the reference a small one
fresh noise
draw() {	# rows, seed
	awk -v n="$1" -v seed="$2" '
	function u() { s = s * 16807 % 2147483647; return s / 2147483647 }
	BEGIN {
		s = seed
		print "a,b,c"
		for (i = 0; i < n; i++)
			printf "k%d,%d,%.6f\n", 30 * u() * u(), 8 * u(), u() + u() + u()
	}'
}
draw 300 77 >small.csv
draw 20000 4711 >large.csv
check 'a small reference: what chisquare takes for drift is noise, and said to be' <<'X'
	expect 0 mlv-drift compare --any --json small.csv large.csv &&
	prints '"drifted":false,"reason":"chance","test_drifted":true' &&
	says "column 'a': chisquare says drift, yet 300 and 20000 values" &&
	expect 1 mlv-drift compare --any --evidently small.csv large.csv
X
check 'a small sample: distances of fifty rows are noise' <<'X'
	draw 50 99 >fifty.csv &&
	expect 0 mlv-drift compare --any large.csv fifty.csv &&
	expect 1 mlv-drift compare --any --evidently large.csv fifty.csv
X
check 'a small sample that moved: drift' <<'X'
	awk -F, -v OFS=, 'NR > 1 { $3 += 1 } 1' fifty.csv >moved.csv &&
	expect 1 mlv-drift compare --any large.csv moved.csv &&
	grep -q "^c.*drift$" out &&
	test "$(grep -c "drift$" out)" = 1
X
check 'a hundred cells a thousand times too large, of twenty thousand: drift' <<'X'
	awk -F, -v OFS=, 'NR > 1 && NR <= 101 { $3 *= 1000 } 1' large.csv >outliers.csv &&
	expect 1 mlv-drift compare --any large.csv outliers.csv &&
	grep -q "^c.*drift$" out
X
check 'profiles say the same as rows' <<'X'
	for f in small large fifty moved; do
		mlv-data profile $f.csv -o $f.json >/dev/null || return 1
	done &&
	expect 0 mlv-drift compare --any small.json large.json &&
	expect 0 mlv-drift compare --any large.json fifty.json &&
	expect 1 mlv-drift compare --any large.json moved.json
X
check 'new categories are named, the most frequent first' <<'X'
	{ cat fifty.csv; printf 'new,1,1\nx,1,1\nx,2,2\n'; } >fresh.csv &&
	expect 0 mlv-drift compare --json large.csv fresh.csv &&
	says "column 'a': 2 categories not in the reference, in 3 rows: 'x', 'new'" &&
	prints '"new_categories":["x","new"],"new_category_count":2,"new_category_rows":3' &&
	{ cat fifty.csv; echo new,1,1; } >fresh.csv &&
	expect 0 mlv-drift compare large.csv fresh.csv &&
	says "column 'a': 1 category not in the reference, in 1 row: 'new'"
X
check 'a test that cannot be run for one column: that one is unknown' <<'X'
	awk -F, -v OFS=, '{ $2 = NR == 1 ? "b" : "7.5" } 1' large.csv >flat.csv &&
	expect 0 mlv-drift compare -x a --share 0.6 -m anderson flat.csv flat.csv &&
	grep -q "^b	anderson.*unknown$" out &&
	says "column 'b': 'anderson' needs two distinct values: unknown" &&
	expect 3 mlv-drift compare -x a -m b=anderson flat.csv flat.csv
X
finish
