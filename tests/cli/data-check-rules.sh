#!/bin/sh
# check: columns as a whole, rows that rules look at, keys into other tables,
# freshness, and what earlier versions were like.
. "$(dirname "$0")/../lib.sh"

fresh rules
# schema from standard input, rows after it; what is broken: rule, column, hits
broken() {
	{
		echo 'schema: mlv.schema/1'
		cat
	} >s.yaml
	mlv-data check -s s.yaml --json "$@" >out 2>err
	got=$?
	jq -r '[.rule, .column, .hits, .what] | @tsv' out >told
	return $got
}
told() { grep -qF "$1" told || { echo "not told: $1"; cat told err; return 1; }; }
# it is refused, with these words
refused() { broken t.csv; [ $got = 3 ] && grep -qF "$1" err || { cat err; return 1; }; }
seq 1 100 | awk 'BEGIN { print "n,x,at,city,k" } {
	printf "%d,%s,2026-01-%02dT00:00:00Z,%s,%d\n", $1, $1 == 50 ? "" : $1 / 10, 1 + $1 % 28, "c" $1 % 5, $1 % 7 }' >t.csv

# --- columns as a whole
check 'aggregates within their bounds break nothing' <<'X'
	broken t.csv <<-Y
		extra: true
		columns:
		  n:
		    type: int64
		    mean: {min: 50.5, max: 50.5}
		    median: {min: 50.5, max: 50.5}
		    sum: {min: 5050, max: 5050}
		    least: {min: 1, max: 1}
		    greatest: {max: 100}
		    stdev: {min: 29.011, max: 29.012}
		    distinct: {min: 100, max: 100}
		    quantiles: {0.25: {min: 25.75, max: 25.75}, 0.9: {above: 90, below: 91}, 1: {min: 100}}
		  x: {type: float64, missing: {max: 0.01}, distinct: {min: 99, max: 99}}
		  at: {type: datetime, least: {min: 2026-01-01}, greatest: {max: 2026-01-28}, median: {min: 2026-01-10}}
		  city: {type: category, distinct: {min: 5, max: 5}, distinct_share: {max: 0.05}, missing: {max: 0}}
	Y
X
check 'aggregates out of their bounds are told with their value' <<'X'
	! broken t.csv <<-Y &&
		extra: true
		columns:
		  n: {type: int64, mean: {max: 50}, quantiles: {0.9: {min: 95}}, sum: {above: 5050}}
		  x: {type: float64, missing: {max: 0}}
		  at: {type: datetime, greatest: {max: 2026-01-20}}
		  city: {type: category, distinct: {min: 6}, severity: warn}
	Y
	told 'aggregate	n	1	mean is 50.5, more than 50' &&
	told 'aggregate	n	1	quantile 0.9 is 90.1, less than 95' &&
	told 'aggregate	n	1	sum is 5050, not above 5050' &&
	told 'aggregate	x	1	missing is 0.01, more than 0' &&
	told 'aggregate	at	1	greatest is 2026-01-28T00:00:00Z, more than 2026-01-20T00:00:00Z' &&
	test "$(jq -r 'select(.column == "city") | .severity + .anomaly' out)" = warnFEATURE_TYPE_LOW_UNIQUE
X
check 'the same with any number of threads, and of values that do not fit in memory' <<'X'
	awk 'BEGIN { print "v"; for (i = 0; i < 4300000; i++) print (i * 7919) % 4299999 }' >big.csv &&
	printf 'columns:\n  v: {type: int64, distinct: {max: 0}, median: {max: 0}, mean: {max: 0}}\n' >big.yaml &&
	expect 1 mlv-data check -s big.yaml big.csv &&
	prints 'distinct is 4299999, more than 0' &&
	prints 'median is 2149998.5, more than 0' &&
	cp out first &&
	MLV_THREADS=1 expect 1 mlv-data check -s big.yaml big.csv &&
	same out first
X
check 'an aggregate of no values is kept' <<'X'
	printf 'v\n' >none.csv &&
	broken none.csv <<-Y
		columns:
		  v: {type: float64, mean: {min: 5}, distinct_share: {min: 1}, least: {min: 3}}
	Y
X
check 'what is asked of the wrong type is refused with its line' <<'X'
	refused "line 6: 'mean' is for numbers and dates" <<-Y
		extra: true
		columns:
		  city:
		    type: category
		    mean: {min: 5}
	Y
X

# --- which rows count
check 'when: a rule looks only at the rows where it holds' <<'X'
	! broken t.csv <<-Y &&
		extra: true
		columns:
		  n: {type: int64, max: 40, when: city = 'c1' and k < 3}
		  k: {type: int64}
		  x: {type: float64, min_fraction: 1, when: n != 50}
		  city: {type: category}
		rules:
		  - {expr: n < 90, when: k = 0, name: early}
	Y
	told 'range	n	5	more than 40, where city' &&
	told 'expr	early	2	does not hold, where k = 0' &&
	test "$(wc -l <told)" = 2
X
check 'a rule on a column beside its own: not_values, above, below, not_pattern, mostly' <<'X'
	! broken t.csv <<-Y &&
		extra: true
		columns:
		  n: {type: int64}
		  city: {type: category}
		rules:
		  - {column: n, above: 1, below: 100}
		  - {column: n, max: 90, mostly: 0.9}
		  - {column: n, max: 89, mostly: 0.9, severity: warn}
		  - {column: city, not_values: [c0]}
		  - {column: city, not_pattern: 'c[12]', when: n > 95}
	Y
	told 'range	n	2	not from 1 (not itself) to 100 (not itself)' &&
	told 'range	n	11	more than 89' &&
	told 'values	city	20	among the 1 values that may not be' &&
	told "pattern	city	2	matches 'c[12]', where n > 95" &&
	test "$(wc -l <told)" = 4
X
check 'compound keys with when and mostly' <<'X'
	! broken t.csv <<-Y &&
		extra: true
		columns:
		  k: {type: int64}
		  city: {type: category}
		  n: {type: int64}
		unique:
		  - [k, city]
		  - {columns: [k, city], when: n <= 35}
		  - {columns: [k, city], mostly: 0.3, severity: warn}
	Y
	told 'unique	k,city	65	together seen before' &&
	test "$(wc -l <told)" = 1
X
check '--bad: rows go by what they broke in the order of the schema' <<'X'
	cat >s.yaml <<-Y &&
		columns:
		  a: {type: int64, unique: true}
		  b: {type: int64, max: 5}
		rules:
		  - {column: a, max: 9}
		unique: [[a, b]]
	Y
	printf 'a,b\n1,1\n1,9\n1,1\n10,1\n' >r.csv &&
	expect 1 mlv-data check -q -s s.yaml r.csv --bad bad.csv &&
	printf 'a,b\n1,1\n' | same out - &&
	cat >want <<-Y &&
		a,b,_row,_reason
		1,9,2,a: unique; b: range
		1,1,3,"a: unique; a,b: unique"
		10,1,4,a: range
	Y
	same bad.csv want
X

# --- other tables
check 'references: values that are not in another table' <<'X'
	printf 'id,land\n1,DE\n2.0,FR\n3,DE\n' >customers.csv &&
	printf 'customer,land\n1,DE\n2,FR\n4,DE\n,DE\n3,FR\n' >orders.csv &&
	! broken orders.csv <<-Y &&
		columns:
		  customer: {type: int64}
		  land: {type: category}
		references:
		  - {column: customer, data: customers.csv, to: id}
		  - {columns: [customer, land], data: customers.csv, to: [id, land], severity: warn}
	Y
	told "reference	customer	1	not in 'customers.csv'" &&
	told "reference	customer,land	2	not in 'customers.csv'"
X
check 'references: --bad, and another table that is not there' <<'X'
	expect 1 mlv-data check -q -s s.yaml orders.csv --bad bad.csv &&
	grep -qx '4,DE,3,customer: reference' bad.csv &&
	rm customers.csv &&
	expect 3 mlv-data check -s s.yaml orders.csv &&
	says 'reference: ' &&
	says customers.csv
X
check 'references: into data of the repository' <<'X'
	mlv-data init >/dev/null &&
	printf 'id\n1\n2\n3\n4\n' >customers.csv &&
	mlv-data add customers.csv >/dev/null &&
	sed 's/customers.csv, to: id/data:customers, to: id/;/land\], data/d' -i s.yaml &&
	expect 0 mlv-data check -s s.yaml orders.csv
X

# --- time
check 'freshness: the newest date and --now' <<'X'
	broken --now 2026-01-29T00:00:00Z t.csv <<-Y &&
		extra: true
		columns:
		  at: {type: datetime}
		freshness: [{column: at, max_age: 1d}]
	Y
	expect 1 mlv-data check -s s.yaml t.csv --now 2026-01-29T00:00:01Z &&
	prints 'the newest is 2026-01-28T00:00:00Z, more than 1d before 2026-01-29T00:00:01Z' &&
	expect 1 mlv-data check -s s.yaml t.csv &&
	expect 2 mlv-data check -s s.yaml t.csv --now yesterday &&
	says "is no time"
X
check 'trend: rows, mean and missing share beside the last profiles' <<'X'
	for n in 90 100 110
	do
		head -n $((n / 2)) t.csv >part.csv &&
		mlv-data profile part.csv -o profile:t >/dev/null || return 1
	done &&
	cat >s.yaml <<-Y &&
		extra: true
		columns:
		  n: {type: int64}
		  x: {type: float64}
		trend: {profile: t, last: 3, rows: 0.5, mean: 0.2, missing: 0.005}
	Y
	head -n 50 t.csv >part.csv &&
	expect 0 mlv-data check -s s.yaml part.csv &&
	expect 1 mlv-data check -s s.yaml t.csv --json &&
	jq -r '[.rule, .column, .anomaly, .what] | @tsv' out >told &&
	told 'trend		COMPARATOR_HIGH_NUM_EXAMPLES	rows 100, farther than 0.5 from 49, the median of the last 3 of profile:t' &&
	told 'trend	n		mean 50.5, farther than 0.2 from 25, ' &&
	told 'trend	x		missing share 0.01, farther than 0.005 from 0, ' &&
	sed 's/profile: t/profile: nobody/' -i s.yaml &&
	expect 0 mlv-data check -s s.yaml t.csv
X

# --- a page to hand on
check '--html: what was asked and found, escaped, the same twice' <<'X'
	printf 'a,b\n1,<b>\n9,x\n' >h.csv &&
	cat >h.yaml <<-Y &&
		columns:
		  a: {type: int64, max: 5, mean: {max: 9}}
		  b: {type: category, values: [x], severity: warn}
		rules: [{expr: a < 100, name: small}]
	Y
	expect 1 mlv-data check -s h.yaml h.csv --html h.html &&
	prints 'range	a	error	1	' &&
	grep -q 'Data check: h.csv' h.html &&
	grep -q '&lt;b&gt;' h.html &&
	! grep -q '<td><b>' h.html &&
	grep -q 'more than 5' h.html &&
	grep -q 'ENUM_TYPE_UNEXPECTED_STRING_VALUES' h.html &&
	grep -q 'a &lt; 100' h.html &&
	cp h.html first.html &&
	expect 1 mlv-data check -s h.yaml h.csv --html h.html &&
	same h.html first.html &&
	expect 2 mlv-data check -s h.yaml h.csv h.csv --html h.html &&
	expect 2 mlv-data check -s h.yaml h.csv --html h.csv
X

# --- what is refused, with its line
check 'members that nobody knows are refused by name' <<'X'
	refused "'medain' is not known; is it 'median'?" <<-Y &&
		columns: {n: {type: int64, medain: {min: 1}}}
	Y
	refused "'type' is said of the column, not in a rule" <<-Y &&
		columns: {n: {type: int64}}
		rules: [{column: n, type: text}]
	Y
	refused "'above' is one more lower bound" <<-Y &&
		columns: {n: {type: int64, min: 1, above: 2}}
	Y
	refused 'must be a time such as' <<-Y &&
		columns: {at: {type: datetime}}
		freshness: [{column: at, max_age: soon}]
	Y
	refused 'names a column that is no datetime' <<-Y &&
		columns: {n: {type: int64}}
		freshness: [{column: n, max_age: 1d}]
	Y
	refused "needs 'data'" <<-Y &&
		columns: {n: {type: int64}}
		references: [{column: n}]
	Y
	refused 'is no quantile' <<-Y
		columns: {n: {type: int64, quantiles: {1.5: {min: 0}}}}
	Y
X
check 'a condition that cannot be read is told with file and line' <<'X'
	printf 'columns:\n  a: {type: int64,\n    when: "a >"}\n' >odd.yaml &&
	expect 2 mlv-data check -s odd.yaml t.csv &&
	says "odd.yaml: line 3: 'when': expected a value at the end" &&
	printf 'columns:\n  a: {type: int64}\nrules:\n- {expr: a > 1, when: b = 1}\n' >odd.yaml &&
	expect 2 mlv-data check -s odd.yaml t.csv &&
	says "odd.yaml: line 4: 'when': no column 'b' in the schema" &&
	printf 'columns:\n  a: {type: int64\n' >odd.yaml &&
	expect 3 mlv-data check -s odd.yaml t.csv &&
	says 'odd.yaml: YAML line 2: did not find'
X
check 'a Great Expectations pattern of more than a MiB is refused, not cut' <<'X'
	awk 'BEGIN {
		printf "{\"expectations\": [{\"expectation_type\": \"expect_column_values_to_match_regex_list\", "
		printf "\"kwargs\": {\"column\": \"a\", \"match_on\": \"any\", \"regex_list\": ["
		for (i = 0; i < 60000; i++) printf "%s\"pattern-number-%d\"", (i ? ", " : ""), i
		print "]}}]}"
	}' >long.json &&
	expect 3 mlv-data check -s long.json t.csv &&
	says 'a condition or pattern of more than 1 MiB'
X
check 'a condition about a column that the schema does not have is exit 2' <<'X'
	! broken t.csv <<-Y &&
		columns: {n: {type: int64, max: 3, when: z > 2}}
	Y
	test "$got" = 2 &&
	says "no column 'z' in the schema"
X
finish
