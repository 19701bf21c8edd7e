#!/bin/sh
# mlv-data schema, check, split, profile: on files, in a repository, and
# what they refuse.
. "$(dirname "$0")/../lib.sh"

rows() {	# first number, the number after the last one
	awk -v from="$1" -v to="$2" 'BEGIN {
		print "id,plan,months,charge"
		for (i = from; i < to; i++)
			printf "c%04d,%s,%d,%s\n", i, i % 3 ? "basic" : "gold",
			    i % 72, i % 11 ? i * 7 % 997 / 10 : ""
	}'
}


# --- schema and check of a CSV
fresh files
rows 0 400 >all.csv
check 'schema: YAML with columns, values and ranges' <<'X'
	expect 0 mlv-data schema all.csv &&
	cp out schema.yaml &&
	prints "plan:" &&
	prints "values: [basic, gold]" &&
	prints "max: 71"
X
check 'schema: a key is unique, its values not listed' <<'X'
	grep -q "unique: true" schema.yaml &&
	! grep -q c0001 schema.yaml
X
check 'check: the data that made the schema breaks no rule' <<'X'
	expect 0 mlv-data check --schema schema.yaml all.csv &&
	test ! -s out
X
check 'schema --json: one object of mlv.schema/1' <<'X'
	expect 0 mlv-data schema --json all.csv &&
	prints '{"schema":"mlv.schema/1"' &&
	test "$(wc -l <out)" = 1
X
check 'schema -: standard input gives the schema of the file' <<'X'
	mlv-data schema - <all.csv >piped.yaml &&
	same piped.yaml schema.yaml
X
check 'schema -o: the file holds what standard output would' <<'X'
	expect 0 mlv-data schema all.csv -o s2.yaml &&
	same s2.yaml schema.yaml &&
	test ! -s out
X

sed -e '2s/basic\|gold/silver/' -e '3s/,[0-9]*,/,900,/' -e '5s/^c0003/c0002/' all.csv >bad.csv
check 'check: three broken rules are exit 1 and three records' <<'X'
	expect 1 mlv-data check --schema schema.yaml bad.csv &&
	test "$(wc -l <out)" = 3
X
check 'check: a record has rule, column, severity, count, reason, examples, rows and file' <<'X'
	grep -q "^values	plan	error	1	not among the 2 values	\[\"silver\"\]	\[1\]	bad.csv$" out
X
check 'check: a number out of range is a record with value and row' <<'X'
	grep -q '^range	months	error	1	.*\["900"\]	\[2\]' out
X
check 'check: a key that is there twice is a record with key and row' <<'X'
	grep -q '^unique	id	error	1	.*\["c0002"\]	\[4\]' out
X
check 'check --json: a record is an object of mlv.check/1' <<'X'
	expect 1 mlv-data check --json --schema schema.yaml bad.csv &&
	prints '{"schema":"mlv.check/1","rule":"unique","column":"id"'
X
check 'check --bad: good rows on standard output, the others with number and reason in the file' <<'X'
	expect 1 mlv-data check -s schema.yaml bad.csv --bad q.csv &&
	sed "2,3d;5d" bad.csv | same out - &&
	{
		sed -n '1s/$/,_row,_reason/p' bad.csv
		sed -n '2s/$/,1,plan: values/p;3s/$/,2,months: range/p;5s/$/,4,id: unique/p' bad.csv
	} | same q.csv - &&
	says "bad.csv: months: range: " &&
	test "$(grep -c warning err)" = 3
X
check 'check --bad: the good rows keep the schema' <<'X'
	expect 1 mlv-data check -q -s schema.yaml bad.csv --bad q.csv &&
	cp out good.csv &&
	expect 0 mlv-data check -s schema.yaml good.csv
X
check 'check --bad: as a filter in a pipe' <<'X'
	expect 1 mlv-data check -q -s schema.yaml - --bad q2.csv <bad.csv &&
	same out good.csv &&
	same q2.csv q.csv
X
check 'check --bad --json: the records stay on standard output' <<'X'
	expect 1 mlv-data check --json -s schema.yaml bad.csv --bad q2.csv &&
	test "$(grep -c mlv.check/1 out)" = 3 &&
	same q2.csv q.csv
X
check 'check --bad: a row that breaks several rules says them all' <<'X'
	sed '3s/basic\|gold/silver/' bad.csv >two.csv &&
	expect 1 mlv-data check -q -s schema.yaml two.csv --bad q2.csv &&
	grep -q ',2,plan: values; months: range$' q2.csv
X
check 'check --bad: JSON Lines get two members, CRLF and quotes stay' <<'X'
	printf 'columns:\n  a: {type: int64, max: 1}\n  "b,c": {type: int64, max: 1}\n' >two.yaml &&
	printf '{"a":1,"b,c":1}\n{"a":2 ,"b,c":1 }\n' >two.jsonl &&
	expect 1 mlv-data check -q -s two.yaml two.jsonl --bad q.jsonl &&
	printf '{"a":1,"b,c":1}\n' | same out - &&
	printf '{"a":2 ,"b,c":1 ,"_row":2,"_reason":"a: range"}\n' | same q.jsonl - &&
	printf 'a;"b,c"\r\n1;9\r\n1;1\r\n' >semi.csv &&
	expect 1 mlv-data check -q -s two.yaml semi.csv --bad q.csv2 &&
	printf 'a;"b,c"\r\n1;1\r\n' | same out - &&
	printf 'a;"b,c";_row;_reason\r\n1;9;1;b,c: range\r\n' | same q.csv2 -
X
check 'check --bad: standard output that is full is exit 3' <<'X'
	exits 3 mlv-data check -q -s schema.yaml bad.csv --bad q.csv >/dev/full
X
sed 's/  plan:/&\n    severity: warn/' schema.yaml >warn.yaml
sed '2s/basic\|gold/silver/' all.csv >one.csv
check 'check: a broken rule of severity warn is told with exit 0' <<'X'
	expect 0 mlv-data check -s warn.yaml one.csv &&
	prints "warn"
X
sed 's/  plan:/&\n    mostly: 0.99/' schema.yaml >mostly.yaml
check 'check: a column that is mostly right breaks no rule' <<'X'
	expect 0 mlv-data check -s mostly.yaml one.csv &&
	test ! -s out
X
cat schema.yaml - >rule.yaml <<'END'
rules:
  - expr: months >= 1 or charge is null
    name: used
END
check 'check: an expression over a row that does not hold is a record with its count' <<'X'
	expect 1 mlv-data check -s rule.yaml all.csv &&
	prints "expr	used	error	5"
X
printf 'plan,id,charge,extra\n' >cols.csv
check 'check: missing columns, new columns and too few rows are records' <<'X'
	expect 1 mlv-data check -s schema.yaml cols.csv &&
	prints "column_absent" &&
	prints '["months"]' &&
	prints "column_new" &&
	prints "rows	"
X
cat >what.yaml <<'END'
columns:
  n: {type: int64, min: 18, max: 99}
  d: {type: datetime, min: 2026-01-01}
  b: {type: boolean}
  t: {type: text, pattern: '[a-z]+', min_length: 2, max_length: 3}
rules: [{expr: n > 20 or b, name: old}]
END
cat >what.csv <<'END'
n,d,b,t
17,2025-06-01,maybe,ABCD
x,2026-01-02,1.0,ab
19,2026-01-02,0,cd
END
# A CSV as JSON Lines, every cell as text.
cat >json.awk <<'END'
NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i }
NR > 1 {
	for (i = 1; i <= NF; i++)
		printf "%s\"%s\":\"%s\"", (i > 1 ? "," : "{"), name[i], $i
	print "}"
}
END
expect 1 mlv-data check -s what.yaml what.csv >said 2>&1
check 'check: the reason says what type, range, pattern or length the rule asks for' <<'X'
	prints "cannot be read as int64" &&
	prints "not from 18 to 99" &&
	prints "less than 2026-01-01T00:00:00Z" &&
	prints "does not match '[a-z]+'" &&
	prints "length not from 2 to 3"
X
check 'check: the record of an expression has the values that it looked at' <<'X'
	prints 'expr	old	error	1	does not hold	["n=19 b=0"]	[3]'
X
check 'check: a cell of the wrong type breaks no expression over its column' <<'X'
	grep -q "^type	b	error	1	.*maybe" out &&
	! grep -q "^expr.*maybe" out
X
check 'check: JSON Lines break the rules that a CSV of these values breaks' <<'X'
	awk -F, -f json.awk what.csv >what.jsonl &&
	sed "s/csv$/jsonl/" out >want &&
	expect 1 mlv-data check -s what.yaml what.jsonl &&
	same out want
X
check 'check: a column that is not there is one record, and --bad writes no row' <<'X'
	cut -d, -f1-3 all.csv >less.csv &&
	expect 1 mlv-data check -z -s schema.yaml less.csv --bad q.csv &&
	tr "\0" "\n" <out >less &&
	cp less out &&
	test "$(cut -f1,4 out)" = "column_absent	1" &&
	test "$(wc -l <q.csv)" = 1
X
printf '{"a":1,"t":null,"u":{"x":1}}\n{"a":2,"t":null,"u":[1]}\n' >odd.jsonl
check 'check: JSON Lines with nulls and nested values keep their own schema' <<'X'
	mlv-data schema odd.jsonl >odd.yaml &&
	expect 0 mlv-data check -s odd.yaml odd.jsonl &&
	test ! -s out
X
check 'check: a member that no row has is absent, a member of no column is new' <<'X'
	printf '{"a":1,"u":3,"new":3}\n' >no.jsonl &&
	expect 1 mlv-data check -s odd.yaml no.jsonl &&
	prints 'column_new	\N	error	1	columns the schema does not know	["new"]' &&
	prints 'column_absent	\N	error	1	columns that are not there	["t"]'
X
check 'schema, check: a JSON object with one member twice is refused' <<'X'
	printf '{"a":1,"a":null}\n' >two.jsonl &&
	expect 3 mlv-data schema two.jsonl &&
	says "line 1: member 'a' is there twice" &&
	expect 3 mlv-data check -s odd.yaml two.jsonl &&
	says "line 1: member 'a' is there twice"
X
printf 'a,b\n1.5,x\ninf,y\n2,x\n' >inf.csv
check 'schema, check: a CSV with infinite values keeps its own schema, they are no bound' <<'X'
	mlv-data schema inf.csv >inf.yaml &&
	! grep -q "max: 2" inf.yaml &&
	grep -q "min: 1.5" inf.yaml &&
	expect 0 mlv-data check -s inf.yaml inf.csv
X
printf 'a,b\n1,caf\351\n2,th\351\n' >latin.csv
check 'schema: values that are not UTF-8 are left out with a warning, and check passes' <<'X'
	expect 0 mlv-data schema latin.csv &&
	says "column 'b' holds bytes that are not UTF-8" &&
	cp out latin.yaml &&
	! grep -q values: latin.yaml &&
	expect 0 mlv-data check -s latin.yaml latin.csv
X
check 'schema: a column name that is not UTF-8 is refused, iconv named' <<'X'
	printf "n\351\n1\n" >name.csv &&
	expect 3 mlv-data schema name.csv &&
	says iconv
X
awk 'BEGIN {
	for (r = 0; r < 3; r++) {
		for (i = 0; i < 12000; i++)
			printf "%s%s", i ? "," : "", r ? r + i / 8 : "gene_" i
		print ""
	}
}' >wide.csv
check 'schema, check, profile: a table of 12,000 columns is taken' <<'X'
	mlv-data schema wide.csv >wide.yaml &&
	expect 0 mlv-data check -s wide.yaml wide.csv &&
	test ! -s out &&
	mlv-data profile wide.csv >p &&
	mlv-data profile --schema wide.yaml wide.csv >q &&
	same p q &&
	expect 0 mlv-data profile --merge p q
X
printf 'a,t\nyes,no\nOn,2\nnope,x\n' >norway.csv
check 'schema: words and numbers that YAML reads otherwise are quoted' <<'X'
	expect 0 mlv-data schema norway.csv &&
	prints '["On", nope, "yes"]' &&
	prints '["2", "no", x]'
X
for bound in \
    '{type: datetime, min: 5}' \
    '{type: int64, min: 2026-01-01}' \
    '{type: text, max: 3}' \
    '{type: int64, min: 3, max: 2}' \
    '{type: text, min_length: 3, max_length: 2}' \
    '{type: datetime, min: .inf}'; do
	check "check: a bound that bounds nothing is refused: $bound" <<-'X'
		printf 'columns:\n  a: %s\n' "$bound" >no.yaml &&
		expect 3 mlv-data check -s no.yaml all.csv &&
		says "column 'a': line 2: 'm"
	X
done
check 'check: a pattern with an error is refused as it was written, with the place' <<'X'
	printf 'columns: {t: {type: text, pattern: "[a-z"}}\n' >no.yaml &&
	expect 2 mlv-data check -s no.yaml all.csv &&
	says "pattern '[a-z' at 4"
X
check 'check --stdin: files are named on standard input' <<'X'
	printf "all.csv\nbad.csv\n" >names &&
	exits 1 mlv-data check -s schema.yaml --stdin <names >out &&
	prints bad.csv
X

# --- schemas and tables that are refused
check 'check: an unknown word in a schema is refused by line, the nearest one named' <<'X'
	printf "columns:\n  a:\n    type: int64\n    mim: 3\n" >no.yaml &&
	expect 3 mlv-data check -s no.yaml all.csv &&
	says "no.yaml: column 'a': line 4: 'mim' is not known; is it 'min'?"
X
check 'check: a rule on a column that the schema does not have is refused' <<'X'
	printf "columns: {a: {type: int64}}\nrules: [{expr: b > 1}]\n" >no.yaml &&
	expect 2 mlv-data check -s no.yaml all.csv &&
	says "no column 'b' in the schema"
X
check 'check without --schema is a usage error' <<'X'
	expect 2 mlv-data check all.csv &&
	says --schema
X
check 'check: a file that does not exist is refused in one line' <<'X'
	expect 3 mlv-data check -s schema.yaml nope.csv &&
	says "nope.csv" &&
	test "$(wc -l <err)" = 1
X
printf 'a,b\n1,2\n3\n4,5,6\n' >ragged.csv
check 'schema: ragged rows are refused with their line numbers' <<'X'
	expect 3 mlv-data schema ragged.csv &&
	says "ragged.csv: rows must have 2 cells, but line 3 has 1, line 4 has 3"
X
check 'check: ragged rows are refused with their line numbers' <<'X'
	expect 3 mlv-data check -s schema.yaml ragged.csv &&
	says "ragged.csv: rows must have 2 cells, but line 3 has 1, line 4 has 3"
X
printf '39, State-gov, ?\n50, ?, 13\n' >adult.csv
check 'schema: a file without a header is refused, --columns named' <<'X'
	expect 3 mlv-data schema adult.csv &&
	says "--columns"
X
check 'schema --columns --na: names, spaces and missing values are read as given' <<'X'
	expect 0 mlv-data schema adult.csv --columns age,work,hours --na "?" &&
	prints "age:" &&
	prints "na: [" &&
	prints "columns: [age, work, hours]"
X
check 'schema: a column name that is there twice gets a number, and it is told' <<'X'
	printf "a,b,a\n" >dup.csv &&
	expect 0 mlv-data schema dup.csv &&
	prints "a_2:" &&
	says "is called 'a_2'"
X

# --- lines before the data
printf '|1x3 Cross validator\n25, Private, 40\n38, Local-gov, 50\n28, Private, 30\n' >pre.csv
check 'schema: a line before the data is refused, --skip-lines named' <<'X'
	expect 3 mlv-data schema pre.csv --columns age,work,hours &&
	says "3 column names given, but line 1 has 1 cell; the next has 3: --skip-lines 1 begins there" &&
	expect 3 mlv-data schema pre.csv &&
	says "rows must have 1 cell, but line 2 has 3" &&
	says "--skip-lines"
X
check 'profile, schema, check --skip-lines: the line before the data is passed over' <<'X'
	expect 0 mlv-data profile pre.csv --columns age,work,hours --skip-lines 1 &&
	prints '"rows":3' &&
	expect 0 mlv-data schema pre.csv --columns age,work,hours --skip-lines 1 &&
	! grep -q skip out
X
check 'check --skip-lines: a schema made with it holds for the file, with the line and without it' <<'X'
	cp out pre.yaml &&
	expect 0 mlv-data check -s pre.yaml pre.csv --skip-lines 1 &&
	tail -n +2 pre.csv >rest.csv &&
	expect 0 mlv-data check -s pre.yaml rest.csv &&
	test ! -s out
X
check 'profile --skip-lines: the line number of an error counts the skipped lines' <<'X'
	sed "s/28/x28/" pre.csv >prebad.csv &&
	expect 3 mlv-data profile prebad.csv --columns age,work,hours --skip-lines 1 \
	    --type age=int64 &&
	says "line 4"
X
check 'split --skip-lines: each part begins with the skipped line and is read like the whole' <<'X'
	expect 0 mlv-data split pre.csv --columns age,work,hours --skip-lines 1 \
	    --by age a=1 b=1 &&
	test "$(head -n 1 pre-a.csv)" = "$(head -n 1 pre.csv)" &&
	expect 0 mlv-data profile pre-b.csv --columns age,work,hours --skip-lines 1 &&
	test "$(cat pre-a.csv pre-b.csv | wc -l)" = 5
X
check 'profile --skip-lines: lines before a CSV header are passed over' <<'X'
	printf "made by x\n\nid,v\n1,2\n" >h.csv &&
	expect 0 mlv-data profile h.csv --skip-lines 2 &&
	prints '"rows":1'
X
check 'profile --skip-lines: lines before JSON Lines are passed over' <<'X'
	printf '# x\n{"a":1}\n{"a":2}\n' >h.jsonl &&
	expect 0 mlv-data profile h.jsonl --skip-lines 1 &&
	prints '"rows":2'
X
check 'check, profile --skip-lines: the line number of a JSON error counts the skipped line' <<'X'
	printf '{"a":"x"}\n' >one.jsonl &&
	mlv-data schema one.jsonl >one.yaml &&
	printf '# x\n{"a":"x"}\n[1]\n' >h.jsonl &&
	expect 3 mlv-data check -s one.yaml h.jsonl --skip-lines 1 &&
	says "line 3" &&
	expect 3 mlv-data profile h.jsonl --skip-lines 1 &&
	says "line 3"
X
check 'profile --skip-lines: more lines than the file has or fewer than 0 are refused' <<'X'
	expect 3 mlv-data profile h.csv --skip-lines 9 &&
	says "empty" &&
	expect 2 mlv-data profile h.csv --skip-lines -1
X
check 'profile, check --columns: names of the first line, in any order, make it a header' <<'X'
	printf "work,age,hours\nPrivate,25,40\nLocal-gov,38,50\n" >own.csv &&
	expect 0 mlv-data profile own.csv --columns age,work,hours &&
	prints '"rows":2' &&
	prints '"Private"' &&
	expect 0 mlv-data check -s pre.yaml own.csv --bad q.csv &&
	same out own.csv &&
	test "$(cat q.csv)" = work,age,hours,_row,_reason
X
check 'schema: JSON Lines are read by their members' <<'X'
	printf '{"a":1}\n{"a":2}\n' >x.jsonl &&
	expect 0 mlv-data schema x.jsonl &&
	prints "type: int64"
X

# --- bytes that are no table
printf 'a\0,\0b\0\n\0001\0,\0002\0\n\0' >wide.csv
check 'schema: a NUL byte is refused with its line' <<'X'
	expect 3 mlv-data schema wide.csv &&
	says "wide.csv: line 1: a NUL byte"
X
xz -c all.csv >all.csv.xz 2>/dev/null || printf '\3757zXZ\0' >all.csv.xz
check 'schema, check, split: an xz file is refused, xz -dc named' <<'X'
	expect 3 mlv-data schema all.csv.xz &&
	says "xz -dc" &&
	expect 3 mlv-data check -s schema.yaml all.csv.xz &&
	says "xz -dc" &&
	expect 3 mlv-data split all.csv.xz a=1 b=1 &&
	says "xz -dc"
X
printf '[{"a":1},\n {"a":2}]\n' >list.json
check 'schema: a JSON list is refused' <<'X'
	expect 3 mlv-data schema list.json &&
	says "list.json: a JSON list"
X
printf ',a,b\n0,1,x\n1,2,y\n' >index.csv
check 'schema: a column without a name is called by its place, and it is told' <<'X'
	expect 0 mlv-data schema index.csv &&
	prints "column_1:" &&
	says "column 1 (no name)"
X
check 'schema, check, split --header --columns: the names given replace those of the header' <<'X'
	expect 0 mlv-data schema index.csv --header --columns row,a,b &&
	cp out i.yaml &&
	prints "  row:" &&
	prints "max: 2" &&
	expect 0 mlv-data check -s i.yaml index.csv &&
	expect 0 mlv-data split index.csv --header --columns row,a,b a=1 b=1 &&
	test "$(sort index-a.csv index-b.csv | grep -c "^,a,b$")" = 2
X
printf '"a" "b"\n"1" 2 3\n"2" 4 5\n' | tr ' ' ';' >r.csv
check 'profile --header --columns: a header one name short, as of R, is replaced' <<'X'
	expect 0 mlv-data profile r.csv --header --columns row,a,b &&
	prints '"rows":2' &&
	expect 3 mlv-data profile r.csv --header --columns a,b &&
	says "rows must have 2 cells"
X
for v in "schema all.csv -o" "profile all.csv -o" "check -s schema.yaml all.csv --bad"; do
	check "$v: a file that is read is not overwritten" <<-'X'
		cp all.csv was &&
		expect 2 mlv-data $v ./all.csv &&
		says 'what is read' &&
		same was all.csv
	X
done
check 'schema to a full disk is exit 3' 'exits 3 mlv-data schema all.csv >/dev/full 2>err'
check 'schema into a closed pipe says nothing on stderr' <<'X'
	: >err &&
	{ mlv-data schema all.csv 2>err | true; } &&
	test ! -s err
X

# --- mlv-data split
fresh splits
rows 0 400 >all.csv
check 'split: a record a part, in order, with name and path' <<'X'
	expect 0 mlv-data split all.csv --by id train=70 valid=15 test=15 &&
	test "$(cut -f1,5 out | tr "\t\n" "  ")" = \
	    "all-train all-train.csv all-valid all-valid.csv all-test all-test.csv "
X
check 'split: the id in the record is the SHA-256 of the part' <<'X'
	test "sha256:$(sha256sum <all-train.csv | cut -c1-64)" = \
	    "$(sed -n "1s/.*\(sha256:[0-9a-f]*\).*/\1/p" out)"
X
check 'split: every row is in one part, unchanged' <<'X'
	{
		head -n 1 all.csv
		tail -q -n +2 all-train.csv all-valid.csv all-test.csv | sort
	} >joined &&
	same joined all.csv
X
check 'split train=70: the part has about 70 % of the rows' <<'X'
	n=$(wc -l <all-train.csv) &&
	test "$n" -gt 250 &&
	test "$n" -lt 310
X
rows 0 600 >more.csv
check 'split --by: rows added to the data move no row to another part' <<'X'
	expect 0 mlv-data split more.csv --by id train=70 valid=15 test=15 -n grown &&
	tail -n +2 all-test.csv >want &&
	tail -n +2 grown-test.csv | awk -F, 'substr($1, 2) + 0 < 400' >got &&
	test -s got &&
	same got want
X
check 'split --seed: another seed gives another split' <<'X'
	mlv-data split all.csv --by id --seed 7 train=70 valid=15 test=15 -n seed >/dev/null &&
	! cmp -s seed-test.csv all-test.csv
X
awk 'BEGIN {
	print "k,v"
	for (i = 0; i < 300; i++)
		print "k" i % 30 "," i
}' >keys.csv
check 'split --by: rows of one key are in one part' <<'X'
	mlv-data split keys.csv --by k a=50 b=50 >/dev/null &&
	tail -n +2 keys-a.csv | cut -d, -f1 | sort -u >a &&
	tail -n +2 keys-b.csv | cut -d, -f1 | sort -u >b &&
	test -s a &&
	test -s b &&
	test -z "$(comm -12 a b)"
X
awk 'BEGIN {
	print "v,y"
	for (i = 0; i < 1000; i++)
		print i "," (i % 50 == 7 ? "rare" : i % 3 ? "often" : "")
}' >classes.csv
check 'split --stratify: every part has its share of each value, and of rows without one' <<'X'
	expect 0 mlv-data split classes.csv --stratify y train=70 test=30 &&
	test "$(grep -c rare classes-train.csv)" = 14 &&
	test "$(grep -c rare classes-test.csv)" = 6 &&
	test "$(grep -c ',$' classes-test.csv)" = "$(($(grep -c ',$' classes.csv) * 3 / 10))" &&
	test "$(cat classes-*.csv | wc -l)" = 1002
X
check 'split --stratify: one row a value is dealt out by the shares, not all to the first part' <<'X'
	expect 0 mlv-data split classes.csv --stratify v a=50 b=50 &&
	test "$(wc -l <classes-a.csv)" -gt 420 &&
	test "$(wc -l <classes-b.csv)" -gt 420
X
check 'split --stratify: equal lines stay together' <<'X'
	sed '1!p' classes.csv >twice.csv &&
	expect 0 mlv-data split twice.csv --stratify y a=50 b=50 &&
	tail -n +2 twice-a.csv | sort | uniq -c | awk '$1 % 2 { odd = 1 } END { exit odd }'
X
check 'split: --by, --stratify and --time exclude each other; an unknown column is refused' <<'X'
	expect 2 mlv-data split classes.csv --stratify y --by v a=50 b=50 &&
	says "exclude each other" &&
	expect 3 mlv-data split classes.csv --stratify nope a=50 b=50 &&
	says nope
X
printf 'd,v\r\n2026-03-01,3\r\n2026-01-01,"1\r\n"\r\n2026-02-01,2' >time.csv
check 'split --time: the oldest rows are in the first part, CRLF and quoted line ends kept' <<'X'
	expect 0 mlv-data split time.csv --time d old=2 new=1 &&
	printf 'd,v\r\n2026-01-01,"1\r\n"\r\n2026-02-01,2\r\n' >want &&
	same time-old.csv want
X
check 'split without --by: every line is in one part' <<'X'
	expect 0 mlv-data split all.csv a=1 b=1 &&
	test "$(cat all-a.csv all-b.csv | wc -l)" = 402
X
check 'split: shares that add up to 85 are taken as parts of it, with a warning' <<'X'
	expect 0 mlv-data split all.csv train=70 valid=15 -o . &&
	says "the shares add up to 85, not to 100 or 1: taken as train 82.35 %, valid 17.65 %" &&
	test "$(wc -l <err)" = 1 &&
	expect 0 mlv-data split all.csv a=0.7 b=0.2 c=0.1 &&
	test ! -s err
X
check 'split: every line of JSON Lines is in one part' <<'X'
	seq 0 98 | sed 's/.*/{"id":&}/' >x.jsonl &&
	expect 0 mlv-data split x.jsonl --by id a=1 b=1 &&
	test "$(cat x-a.jsonl x-b.jsonl | wc -l)" = 99
X
check 'split: a part that would overwrite the data is refused, no part is written' <<'X'
	cp all.csv own-a.csv &&
	expect 2 mlv-data split own-a.csv -n own a=1 b=1 &&
	says "what is read" &&
	same own-a.csv all.csv &&
	test ! -e own-b.csv
X
printf 'a,b\n1,2\n3\n4,5\n6,7,8\n' >ragged.csv
check 'split: ragged rows are refused with their line numbers, no part is written' <<'X'
	expect 3 mlv-data split ragged.csv a=1 b=1 &&
	says "line 3 has 1, line 5 has 3" &&
	expect 3 mlv-data split ragged.csv --by a a=1 b=1 &&
	says "line 3 has 1, line 5 has 3" &&
	test ! -e ragged-a.csv
X
check 'split: a line of JSON Lines that is no object is refused by its number' <<'X'
	printf '{"id":1}\n[2]\n' >no.jsonl &&
	expect 3 mlv-data split no.jsonl a=1 b=1 &&
	says "no.jsonl: line 2"
X
check 'split of a part by its own key: a warning names --seed, and another seed gives none' <<'X'
	mlv-data split all.csv --by id a=70 b=30 >/dev/null &&
	expect 0 mlv-data split all-a.csv --by id c=80 d=20 &&
	says "its share would be" &&
	says "another --seed" &&
	expect 0 mlv-data split all-a.csv --by id --seed 1 c=80 d=20 &&
	test ! -s err
X
check 'split --by: a key of few values is warned of' <<'X'
	expect 0 mlv-data split all.csv --by plan a=80 b=20 &&
	says "the keys are few"
X
check 'split --by: a column of other case is refused, the nearest one named' <<'X'
	expect 3 mlv-data split all.csv --by Id a=1 b=1 &&
	says "is it 'id'"
X
check 'split --by: a column that does not exist is refused, no part is written' <<'X'
	expect 3 mlv-data split all.csv --by nope a=1 b=1 -n none &&
	says "no column 'nope'" &&
	test ! -e none-a.csv
X
check 'split: a part without a share is a usage error' <<'X'
	expect 2 mlv-data split all.csv a b=1 &&
	says "NAME=SHARE"
X
check 'split: a share of 0 is a usage error' 'expect 2 mlv-data split all.csv a=0 b=1'
check 'split: a single part is a usage error' 'expect 2 mlv-data split all.csv a=1'
check 'split -o: the parts are written into the folder' <<'X'
	mkdir d &&
	expect 0 mlv-data split all.csv -o d a=1 b=1 &&
	test -s d/all-a.csv
X
check 'split -o: a folder that does not exist is refused' <<'X'
	expect 3 mlv-data split all.csv -o nowhere a=1 b=1 &&
	says nowhere
X
check 'split -: standard input without --name is a usage error' <<'X'
	exits 2 mlv-data split - a=1 b=1 <all.csv 2>err &&
	says --name
X

# --- mlv-data profile
fresh profiles
rows 0 400 >all.csv
rows 400 900 >rest.csv
{ cat all.csv; tail -n +2 rest.csv; } >whole.csv
mlv-data schema whole.csv >s.yaml
check 'profile: an object of mlv.profile/1' <<'X'
	expect 0 mlv-data profile all.csv &&
	prints '"schema":"mlv.profile/1"'
X
check 'profile: no value of a key is told' '! grep -q c0123 out'
check 'profile: MLV_THREADS=1 and MLV_THREADS=2 give the same bytes' <<'X'
	MLV_THREADS=1 mlv-data profile whole.csv >one &&
	MLV_THREADS=2 mlv-data profile whole.csv >two &&
	same one two
X
check 'profile --merge: profiles of two parts give the bytes of the profile of the whole' <<'X'
	mlv-data profile --schema s.yaml all.csv >a.json &&
	mlv-data profile --schema s.yaml rest.csv >b.json &&
	mlv-data profile whole.csv >w.json &&
	mlv-data profile --merge b.json a.json >m.json &&
	same m.json w.json
X
check 'profile: rows in another order give the same bytes' <<'X'
	{ head -n 1 whole.csv; tail -n +2 whole.csv | sort -t, -k3 -r; } >sorted.csv &&
	mlv-data profile --schema s.yaml sorted.csv >o.json &&
	same o.json w.json
X
check 'profile -o: the file holds what standard output would' <<'X'
	expect 0 mlv-data profile whole.csv -o f.json &&
	same f.json w.json
X
check 'profile --merge --stdin: names come from standard input, without any it is an error' <<'X'
	printf "a.json\nb.json\n" | mlv-data profile --merge --stdin >m.json &&
	same m.json w.json &&
	expect 2 mlv-data profile --merge
X
printf 'a\n1e308\n1.7e308\n1e308\n' >huge.csv
check 'profile: the mean of values near the greatest number is finite' <<'X'
	expect 0 mlv-data profile huge.csv &&
	prints '"mean":1.2333333333333335e+308'
X
check 'profile --merge: a file that is no profile is refused' <<'X'
	expect 3 mlv-data profile --merge all.csv &&
	says all.csv
X
check 'profile --merge: profiles of other columns are refused' <<'X'
	printf "x\n1\n" >x.csv &&
	mlv-data profile x.csv >x.json &&
	expect 3 mlv-data profile --merge w.json x.json &&
	says column
X
check 'profile --drop: the columns are left out, one that does not exist is refused' <<'X'
	mlv-data profile --drop id,plan all.csv >d.json &&
	! grep -q '"plan"' d.json &&
	expect 3 mlv-data profile --drop nope all.csv
X

# --- whole numbers that are no doubles
check 'profile: least and greatest of whole numbers beyond 2^53 are exact, merged and read back too' <<'X'
	printf 'id,x\n1582218195625938945,1\n1582218195625938947,2\n' >big1.csv &&
	printf 'id,x\n-9223372036854775807,3\n1582218195625938949,4\n' >big2.csv &&
	expect 0 mlv-data profile big1.csv -o big1.json &&
	mlv-data profile big2.csv -o big2.json >/dev/null &&
	jq -e '.columns[0] | .min_exact == "1582218195625938945" and .max_exact == "1582218195625938947"' big1.json &&
	jq -e '.columns[1] | has("min_exact") | not' big1.json &&
	expect 0 mlv-data profile --merge big1.json big2.json &&
	holds '.columns[0] | .min_exact == "-9223372036854775807" and .max_exact == "1582218195625938949"' &&
	cat big1.csv >both.csv && tail -n 2 big2.csv >>both.csv &&
	mlv-data profile both.csv | same out -
X

# --- in a repository
fresh repository
mlv-data init >/dev/null
rows 0 400 >churn.csv
mlv-data add churn.csv >/dev/null

check 'check, profile: the schema of a CSV holds for JSON Lines of these columns' <<'X'
	mlv-data schema data:churn >s.yaml &&
	! grep -q "format" s.yaml &&
	read='read:\n  format: csv\n  delimiter: ","\n  header: true' &&
	sed "s/^ordered/$read\nordered/" s.yaml >csv.yaml &&
	grep -q "format: csv" csv.yaml &&
	awk -F, -f ../files/json.awk churn.csv >served.jsonl &&
	test -s served.jsonl &&
	expect 0 mlv-data check -s s.yaml served.jsonl &&
	expect 0 mlv-data check -s csv.yaml served.jsonl &&
	expect 0 mlv-data check -s csv.yaml - <served.jsonl &&
	expect 0 mlv-data profile --schema csv.yaml served.jsonl
X
check 'check: a CSV that begins like an object is read as the schema says' <<'X'
	printf '{"a\nx\n' >brace.csv &&
	printf "schema: mlv.schema/1\nread: {format: csv}\nextra: true\ncolumns: {}\n" \
	    >brace.yaml &&
	expect 0 mlv-data check -s brace.yaml brace.csv
X
check 'schema, check: a name is taken where a file is' <<'X'
	mlv-data schema data:churn >s.yaml &&
	expect 0 mlv-data check -s s.yaml data:churn
X
check 'split of a name: the parts are datasets and no files' <<'X'
	expect 0 mlv-data split data:churn --by id train=70 test=30 &&
	prints "data:churn-train@1" &&
	test ! -e churn-train.csv
X
check 'split of a name: the parts have the bytes that files would have' <<'X'
	mlv-data split churn.csv --by id train=70 test=30 >/dev/null &&
	mlv-data cat data:churn-train >got &&
	same got churn-train.csv
X
check 'split of a name: a part is linked to its source and its key' <<'X'
	mlv-data show data:churn-train >out &&
	prints "data:churn@1" &&
	prints '"by":["id"]'
X
check 'split of a name twice: the version stays 1' <<'X'
	expect 0 mlv-data split data:churn --by id train=70 test=30 &&
	prints "data:churn-train@1"
X
check 'profile -o profile:NAME: the profile is stored under the name' <<'X'
	expect 0 mlv-data profile data:churn-train -o profile:churn-train &&
	prints "profile:churn-train@1"
X
check 'profile -o profile:NAME --json: the record is JSON with name and version' <<'X'
	expect 0 mlv-data profile data:churn-train -o profile:churn-train --json &&
	prints '"name":"profile:churn-train@1"'
X
check 'profile --merge: a stored profile is taken by its name' <<'X'
	expect 0 mlv-data profile --merge profile:churn-train
X
check 'fsck after splits and profiles: the repository is whole' 'expect 0 mlv-data fsck'
printf '1, ?\n2, x\n' >ad.csv
mlv-data add ad.csv --columns n,s --na '?' >/dev/null
check 'schema of a name: column names and missing values given to add are remembered' <<'X'
	mlv-data schema data:ad >out &&
	prints "columns: [n, s]" &&
	prints "type: int64"
X
check 'schema of a part: column names given to add are passed on by split' <<'X'
	mlv-data split data:ad a=1 b=1 >/dev/null 2>&1 &&
	{ mlv-data schema data:ad-a || mlv-data schema data:ad-b; } >out 2>&1 &&
	prints "columns: [n, s]"
X
cd .. && mkdir -p none && cd none
check 'schema of a name outside a repository is refused in one line' <<'X'
	expect 3 mlv-data schema data:churn &&
	test "$(wc -l <err)" = 1
X
printf 'id,x\n1,a\n' >two.csv && echo before >kept
check 'schema -o /dev/stdout: the output is appended where the shell appends' <<'X'
	mlv-data schema two.csv -o /dev/stdout >>kept &&
	test "$(head -n 1 kept)" = before &&
	grep -q "^schema:" kept
X
finish
