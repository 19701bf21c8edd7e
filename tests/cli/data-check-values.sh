#!/bin/sh
# check: what a value is (NaN is missing, 1.0 and 1e0 are one) and that one
# bad cell says nothing of the cells after it.
. "$(dirname "$0")/../lib.sh"

fresh values
printf 'x\n1\nNAN\n100\n200\n-5\n' >nan.csv
cat >nan.yaml <<'X'
schema: mlv.schema/1
columns:
  x: {type: float64, min: 0, max: 10, min_fraction: 1}
rules:
  - expr: x < 50
X
finding() {	# rule, its hits and rows
	got=$(jq -c "select(.rule == \"$1\") | [.hits, .rows]" out)
	[ "$got" = "$2" ] || { echo "$1: $got"; return 1; }
}
check 'check: a NaN hides no later row from the range' <<'X'
	expect 1 mlv-data check -s nan.yaml nan.csv --json &&
	finding range '[3,[3,4,5]]'
X
check 'check: a NaN hides no later row from a rule' <<'X'
	expect 1 mlv-data check -s nan.yaml nan.csv --json &&
	finding expr '[2,[3,4]]'
X
check 'check: a NaN counts as missing' <<'X'
	expect 1 mlv-data check -s nan.yaml nan.csv --json &&
	finding missing '[1,[2]]'
X
check 'check: a cell of the wrong type hides no later row' <<'X'
	printf 'x\nabc\n100\n' >word.csv &&
	expect 1 mlv-data check -s nan.yaml word.csv --json &&
	finding range '[1,[2]]'
X

# --- what is the same
unique() {	# type, values...
	type=$1
	shift
	{ echo x; printf '%s\n' "$@"; } >same.csv
	printf 'schema: mlv.schema/1\ncolumns:\n  x: {type: %s, unique: true}\n' "$type" >same.yaml
	mlv-data check -s same.yaml same.csv >out 2>err
}
check 'unique: 1.0, 1.00 and 1e0 are one number' <<'X'
	expect 1 unique float64 1.0 1.00 1e0
X
check 'unique: 0 and -0 are one number' <<'X'
	expect 1 unique float64 0 -0
X
check 'unique: integers beyond 2^53 that differ by one are two' <<'X'
	expect 0 unique int64 9007199254740993 9007199254740992
X
check 'unique: a date-time and the same moment in another zone are one' <<'X'
	expect 1 unique datetime 2026-01-01T00:00:00Z 2026-01-01T01:00:00+01:00
X
check 'unique: texts are the same by their bytes only' <<'X'
	expect 0 unique text 1.0 1.00 1e0
X
check 'a key of two columns: numbers in it are the same by value' <<'X'
	printf 'a,b\n1.0,x\n1,x\n2,x\n' >key.csv &&
	{
		printf 'schema: mlv.schema/1\ncolumns:\n  a: {type: float64}\n  b: {type: text}\n' &&
		printf 'unique:\n  - [a, b]\n'
	} >key.yaml &&
	expect 1 mlv-data check -s key.yaml key.csv &&
	prints '1 x'
X

finish
