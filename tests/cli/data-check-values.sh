#!/bin/sh
# check and schema: what a value is (NaN is missing, 1.0 and 1e0 are one,
# integers are exact), that one bad cell says nothing of the cells after it,
# and very wide schemas.
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
check 'check: a NaN in JSON Lines, a word or not, is missing and hides no later row' <<'X'
	printf '{"x":1}\n{"x":NaN}\n{"x":100}\n{"x":"NAN"}\n{"x":200}\n' >nan.jsonl &&
	expect 1 mlv-data check -s nan.yaml nan.jsonl --json &&
	finding range '[2,[3,5]]' &&
	finding missing '[2,[2,4]]'
X
check 'check: a cell of the wrong type hides no later row' <<'X'
	printf 'x\nabc\n100\n' >word.csv &&
	expect 1 mlv-data check -s nan.yaml word.csv --json &&
	finding range '[1,[2]]'
X

# --- integers and moments beyond what a double holds
fresh exact
cat >id.csv <<'END'
id,when
1582218195625938945,2300-01-01T00:00:00.000001Z
1582218195625938946,2300-01-01T00:00:00.000003Z
END
check 'schema: the range of integers beyond 2^53 is exact' <<'X'
	expect 0 mlv-data schema id.csv -o id.yaml &&
	grep -q "min: 1582218195625938945$" id.yaml &&
	grep -q "max: 1582218195625938946$" id.yaml
X
check 'schema: the range of date-times is exact to the microsecond' <<'X'
	grep -q "max: \"2300-01-01T00:00:00.000003Z\"" id.yaml
X
check 'check: integers beyond 2^53 keep their own schema' <<'X'
	expect 0 mlv-data check -s id.yaml id.csv &&
	test ! -s out
X
cat >off.csv <<'END'
id,when
1582218195625938944,2300-01-01T00:00:00.000001Z
1582218195625938947,2300-01-01T00:00:00.000004Z
END
check 'check: one more and one less are out of the range' <<'X'
	expect 1 mlv-data check -s id.yaml off.csv &&
	prints "range	id	error	2	not from 1582218195625938945 to 1582218195625938946	" &&
	prints "range	when	error	1	"
X
check 'check: one more and one less are out of the range in JSON Lines' <<'X'
	sed 's/^\([0-9]*\),\(.*\)$/{"id":\1,"when":"\2"}/;1d' off.csv >off.jsonl &&
	expect 1 mlv-data check -s id.yaml off.jsonl &&
	prints "range	id	error	2	" &&
	prints "range	when	error	1	"
X
cat >rule.yaml <<'END'
columns:
  id: {type: int64}
extra: true
rules:
  - expr: id != 1582218195625938947
  - expr: id + 1 != 1582218195625938945
END
check 'check: rules compare and add integers exactly' <<'X'
	expect 1 mlv-data check -s rule.yaml off.csv &&
	test "$(grep -c "^expr	.*	error	1	" out)" = 2 &&
	expect 0 mlv-data check -s rule.yaml id.csv
X
check 'check: an integer written with a point and zeros is exact' <<'X'
	printf 'id\n9007199254740993.0\n9007199254740993\n' >point.csv &&
	{
		echo 'columns:' &&
		echo '  id: {type: int64, min: 9007199254740993, unique: true}'
	} >point.yaml &&
	expect 1 mlv-data check -s point.yaml point.csv --json &&
	test "$(wc -l <out)" = 1 &&
	finding unique '[1,[2]]'
X
check 'schema --type int64 of JSON Lines: an integer with a point and zeros is exact' <<'X'
	printf '{"id":9007199254740993.0}\n{"id":7}\n' >point.jsonl &&
	expect 0 mlv-data schema point.jsonl --type id=int64 &&
	prints "max: 9007199254740993"
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
check 'unique: what is of the wrong type is the same by its bytes only' <<'X'
	expect 1 unique int64 word Word &&
	prints "type	x	error	2	" &&
	! grep -q ^unique out
X
key() {	# rows...
	{ echo a,b; printf '%s\n' "$@"; } >key.csv
	{
		printf 'schema: mlv.schema/1\ncolumns:\n  a: {type: float64}\n  b: {type: text}\n'
		printf 'unique:\n  - [a, b]\n'
	} >key.yaml
	mlv-data check -s key.yaml key.csv >out 2>err
}
check 'a key of two columns: numbers in it are the same by value' <<'X'
	expect 1 key 1.0,x 1,x 2,x &&
	prints '1 x'
X
check 'a key of two columns: texts in it are the same by their bytes' 'expect 0 key 1,1.0 1,1.00'
check 'a key of two columns: a row with a NaN has none' 'expect 0 key NAN,x NaN,x'

# --- very wide schemas
# The sanitizers reserve more than any limit.
limited() {
	[ -n "${MLV_SANITIZED:-}" ] || ulimit -v 600000
	expect "$@"
}
fresh wide
{ echo columns: && seq 0 19999 | sed 's/.*/  c&: {type: int64}/'; } >wide.yaml
printf 'a\n1\n' >x.csv
check 'check: a schema of 20,000 columns needs little memory a column' <<'X'
	(limited 1 mlv-data check -s wide.yaml x.csv) &&
	grep -q "^column_absent	[^	]*	error	20000	" out
X
{ seq -s, 0 9999 | sed 's/[0-9]*/c&/g' && seq -s, 0 9999 && seq -s, 1 10000; } >w.csv
sed 's/^\( *c[0-9]*\): .*/\1: {type: int64, max: 9999}/;10002,$d' wide.yaml >w.yaml
check 'check: a file of 10,000 columns needs little memory a column' <<'X'
	(limited 1 mlv-data check -s w.yaml w.csv) &&
	test "$(wc -l <out)" = 1 &&
	prints "range	c9999	error	1	"
X

finish
