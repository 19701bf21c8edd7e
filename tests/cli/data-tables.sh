#!/bin/sh
# mlv-data schema, check, split, profile: on files, in a repository, and
# what they refuse.
. "$(dirname "$0")/../lib.sh"

# id,plan,months,charge with 400 rows; $1: first row
rows() {
	awk -v from="$1" -v to="$2" 'BEGIN { print "id,plan,months,charge"
		for (i = from; i < to; i++)
			printf "c%04d,%s,%d,%s\n", i, i % 3 ? "basic" : "gold",
			    i % 72, i % 11 ? i * 7 % 997 / 10 : "" }'
}

fresh files
rows 0 400 >all.csv
check 'schema prints YAML' 'expect 0 mlv-data schema all.csv && cp out schema.yaml &&
	prints "plan:" && prints "values: [basic, gold]" && prints "max: 71"'
check 'a key is unique, no values listed' 'grep -q "unique: true" schema.yaml && ! grep -q c0001 schema.yaml'
check 'the data keeps its schema' 'expect 0 mlv-data check --schema schema.yaml all.csv && test ! -s out'
check 'schema --json is one object' 'expect 0 mlv-data schema --json all.csv && prints "{\"schema\":\"mlv.schema/1\"" && test "$(wc -l <out)" = 1'
check 'schema from a pipe' 'mlv-data schema - <all.csv >piped.yaml && same piped.yaml schema.yaml'
check 'schema -o writes a file' 'expect 0 mlv-data schema all.csv -o s2.yaml && same s2.yaml schema.yaml && test ! -s out'

sed -e '2s/basic\|gold/silver/' -e '3s/,[0-9]*,/,900,/' -e '5s/^c0003/c0002/' all.csv >bad.csv
check 'broken rules are exit 1, a record each' 'expect 1 mlv-data check --schema schema.yaml bad.csv &&
	test "$(wc -l <out)" = 3'
check 'the record names rule, column, hits, examples and rows' \
	'grep -q "^values	plan	error	1	not among the 2 values	\[\"silver\"\]	\[1\]	bad.csv$" out'
check 'range' 'grep -q "^range	months	error	1	.*\[\"900\"\]	\[2\]" out'
check 'uniqueness' 'grep -q "^unique	id	error	1	.*\[\"c0002\"\]	\[4\]" out'
check '--json' 'expect 1 mlv-data check --json --schema schema.yaml bad.csv &&
	prints "{\"schema\":\"mlv.check/1\",\"rule\":\"unique\",\"column\":\"id\""'
check '--bad keeps those rows as they stand' 'expect 1 mlv-data check -s schema.yaml bad.csv --bad q.csv &&
	sed -n "1,3p;5p" bad.csv >want && same q.csv want'
sed 's/  plan:/&\n    severity: warn/' schema.yaml >warn.yaml
sed '2s/basic\|gold/silver/' all.csv >one.csv
check 'a warning is told and exit 0' 'expect 0 mlv-data check -s warn.yaml one.csv && prints "warn"'
sed 's/  plan:/&\n    mostly: 0.99/' schema.yaml >mostly.yaml
check 'mostly' 'expect 0 mlv-data check -s mostly.yaml one.csv && test ! -s out'
{ cat schema.yaml; printf 'rules:\n  - expr: months >= 1 or charge is null\n    name: used\n'; } >rule.yaml
check 'expressions over a row' 'expect 1 mlv-data check -s rule.yaml all.csv && prints "expr	used	error	5"'
printf 'plan,id,charge,extra\n' >cols.csv
check 'columns and rows' 'expect 1 mlv-data check -s schema.yaml cols.csv && prints "column_absent" &&
	prints "[\"months\"]" && prints "column_new" && prints "rows	"'
cat >what.yaml <<'END'
columns:
  n: {type: int64, min: 18, max: 99}
  d: {type: datetime, min: 2026-01-01}
  b: {type: boolean}
  t: {type: text, pattern: '[a-z]+', min_length: 2, max_length: 3}
rules: [{expr: n > 20 or b, name: old}]
END
printf 'n,d,b,t\n17,2025-06-01,maybe,ABCD\nx,2026-01-02,1.0,ab\n19,2026-01-02,0,cd\n' >what.csv
expect 1 mlv-data check -s what.yaml what.csv >said 2>&1
check 'a record says what the rule asks for' 'prints "cannot be read as int64" && prints "not from 18 to 99" &&
	prints "less than 2026-01-01T00:00:00Z" && prints "does not match '"'[a-z]+'"'" && prints "length not from 2 to 3"'
check 'a rule names the values it looked at' 'prints "expr	old	error	1	does not hold	[\"n=19 b=0\"]	[3]"'
check 'a cell of the wrong type breaks its own rule alone' 'grep -q "^type	b	error	1	.*maybe" out && ! grep -q "^expr.*maybe" out'
check 'JSON Lines break the same rules' 'awk -F, "NR > 1 { printf \"{\\\"n\\\":\\\"%s\\\",\\\"d\\\":\\\"%s\\\",\\\"b\\\":\\\"%s\\\",\\\"t\\\":\\\"%s\\\"}\\n\", \$1, \$2, \$3, \$4 }" what.csv >what.jsonl &&
	sed "s/csv$/jsonl/" out >want && expect 1 mlv-data check -s what.yaml what.jsonl && same out want'
check 'a column that is not there breaks one rule' 'cut -d, -f1-3 all.csv >less.csv && expect 1 mlv-data check -s schema.yaml less.csv --bad q.csv &&
	test "$(cut -f1,4 out)" = "column_absent	1" && test "$(wc -l <q.csv)" = 1'
printf '{"a":1,"t":null,"u":{"x":1}}\n{"a":2,"t":null,"u":[1]}\n' >odd.jsonl
check 'nulls and nested values keep their own schema' 'mlv-data schema odd.jsonl >odd.yaml && expect 0 mlv-data check -s odd.yaml odd.jsonl && test ! -s out'
check 'a member that no row has is absent, one of no column is new' 'printf "{\"a\":1,\"u\":3,\"new\":3}\n" >no.jsonl && expect 1 mlv-data check -s odd.yaml no.jsonl &&
	prints "column_new	\\N	error	1	columns the schema does not know	[\"new\"]" && prints "column_absent	\\N	error	1	columns that are not there	[\"t\"]"'
check 'a member twice is refused by every verb' 'printf "{\"a\":1,\"a\":null}\n" >two.jsonl && expect 3 mlv-data schema two.jsonl && says "line 1: member '"'a'"' is there twice" &&
	expect 3 mlv-data check -s odd.yaml two.jsonl && says "line 1: member '"'a'"' is there twice"'
printf 'a,b\n1.5,x\ninf,y\n2,x\n' >inf.csv
check 'infinite values keep their own schema' 'mlv-data schema inf.csv >inf.yaml && ! grep -q "max: 2" inf.yaml && grep -q "min: 1.5" inf.yaml && expect 0 mlv-data check -s inf.yaml inf.csv'
printf 'a,b\n1,caf\351\n2,th\351\n' >latin.csv
check 'values that are not UTF-8 are left out, and told' 'expect 0 mlv-data schema latin.csv && says "column '"'b'"' holds bytes that are not UTF-8" && cp out latin.yaml &&
	! grep -q values: latin.yaml && expect 0 mlv-data check -s latin.yaml latin.csv'
check 'a name that is not UTF-8 is refused' 'printf "n\351\n1\n" >name.csv; expect 3 mlv-data schema name.csv && says iconv'
awk 'BEGIN { for (r = 0; r < 3; r++) { for (i = 0; i < 12000; i++) printf "%s%s", i ? "," : "", r ? r + i / 8 : "gene_" i; print "" } }' >wide.csv
check 'a table of 12,000 columns has a schema that can be read' 'mlv-data schema wide.csv >wide.yaml && expect 0 mlv-data check -s wide.yaml wide.csv && test ! -s out &&
	mlv-data profile wide.csv >p && mlv-data profile --schema wide.yaml wide.csv >q && same p q && expect 0 mlv-data profile --merge p q'
printf 'a,t\nyes,no\nOn,2\nnope,x\n' >norway.csv
check 'words that are booleans elsewhere are quoted' 'expect 0 mlv-data schema norway.csv && prints "[\"On\", nope, \"yes\"]" && prints "[\"2\", \"no\", x]"'
for bound in "{type: datetime, min: 5}" "{type: int64, min: 2026-01-01}" "{type: text, max: 3}" "{type: int64, min: 3, max: 2}" \
    "{type: text, min_length: 3, max_length: 2}" "{type: datetime, min: .inf}"; do
	check "a bound that bounds nothing: $bound" "printf 'columns:\n  a: %s\n' '$bound' >no.yaml && expect 3 mlv-data check -s no.yaml all.csv && says \"column 'a': line 2: 'm\""
done
check 'a pattern is told as it was written' 'printf "columns: {t: {type: text, pattern: \"[a-z\"}}\n" >no.yaml && expect 2 mlv-data check -s no.yaml all.csv && says "pattern '"'[a-z'"' at 4"'
check 'several files by --stdin' 'printf "all.csv\nbad.csv\n" >names && mlv-data check -s schema.yaml --stdin <names >out; test $? = 1 && prints bad.csv'

check 'a schema that is none names the line' 'printf "columns:\n  a:\n    type: int64\n    mim: 3\n" >no.yaml &&
	expect 3 mlv-data check -s no.yaml all.csv && says "no.yaml: column '"'a'"': line 4: '"'mim'"' is not known; is it '"'min'"'?"'
check 'a rule on no column' 'printf "columns: {a: {type: int64}}\nrules: [{expr: b > 1}]\n" >no.yaml &&
	expect 2 mlv-data check -s no.yaml all.csv && says "no column '"'b'"' in the schema"'
check 'no schema is usage' 'expect 2 mlv-data check all.csv && says --schema'
check 'no such file' 'expect 3 mlv-data check -s schema.yaml nope.csv && says "nope.csv" && test "$(wc -l <err)" = 1'
printf 'a,b\n1,2\n3\n4,5,6\n' >ragged.csv
check 'ragged rows are refused with their lines' 'expect 3 mlv-data schema ragged.csv &&
	says "ragged.csv: rows must have 2 cells, but line 3 has 1, line 4 has 3"'
check 'check on ragged rows' 'expect 3 mlv-data check -s schema.yaml ragged.csv &&
	says "ragged.csv: rows must have 2 cells, but line 3 has 1, line 4 has 3"'
printf '39, State-gov, ?\n50, ?, 13\n' >adult.csv
check 'no header is refused, and said how to help' 'expect 3 mlv-data schema adult.csv && says "--columns"'
check 'columns, spaces and ? as people have them' 'expect 0 mlv-data schema adult.csv --columns age,work,hours --na "?" &&
	prints "age:" && prints "na: [" && prints "columns: [age, work, hours]"'
check 'duplicate names are refused by name' 'printf "a,b,a\n" >dup.csv; expect 3 mlv-data schema dup.csv && says "two columns are named '"'a'"'"'
printf '|1x3 Cross validator\n25, Private, 40\n38, Local-gov, 50\n28, Private, 30\n' >pre.csv
check 'a line before the data: what to do' 'expect 3 mlv-data schema pre.csv --columns age,work,hours && says "3 column names given, but line 1 has 1 cell; the next has 3: --skip-lines 1 begins there" &&
	expect 3 mlv-data schema pre.csv && says "rows must have 1 cell, but line 2 has 3" && says "--skip-lines"'
check '--skip-lines passes over it, in every reader' 'expect 0 mlv-data profile pre.csv --columns age,work,hours --skip-lines 1 && prints "\"rows\":3" &&
	expect 0 mlv-data schema pre.csv --columns age,work,hours --skip-lines 1 && ! grep -q skip out && cp out pre.yaml &&
	expect 0 mlv-data check -s pre.yaml pre.csv --skip-lines 1 && tail -n +2 pre.csv >rest.csv && expect 0 mlv-data check -s pre.yaml rest.csv && test ! -s out'
check 'lines are counted with it' 'sed "s/28/x28/" pre.csv >prebad.csv && expect 3 mlv-data profile prebad.csv --columns age,work,hours --skip-lines 1 --type age=int64 && says "line 4"'
check 'parts keep it, and are read as the whole' 'expect 0 mlv-data split pre.csv --columns age,work,hours --skip-lines 1 --by age a=1 b=1 && test "$(head -n 1 pre-a.csv)" = "$(head -n 1 pre.csv)" &&
	expect 0 mlv-data profile pre-b.csv --columns age,work,hours --skip-lines 1 && test "$(cat pre-a.csv pre-b.csv | wc -l)" = 5'
check 'before a header, and before JSON Lines' 'printf "made by x\n\nid,v\n1,2\n" >h.csv && expect 0 mlv-data profile h.csv --skip-lines 2 && prints "\"rows\":1" && printf "# x\n{\"a\":1}\n{\"a\":2}\n" >h.jsonl && expect 0 mlv-data profile h.jsonl --skip-lines 1 && prints "\"rows\":2" &&
	printf "{\"a\":\"x\"}\n" >one.jsonl && mlv-data schema one.jsonl >one.yaml && printf "# x\n{\"a\":\"x\"}\n[1]\n" >h.jsonl && expect 3 mlv-data check -s one.yaml h.jsonl --skip-lines 1 && says "line 3" && expect 3 mlv-data profile h.jsonl --skip-lines 1 && says "line 3"'
check 'more lines than there are' 'expect 3 mlv-data profile h.csv --skip-lines 9 && says "empty" && expect 2 mlv-data profile h.csv --skip-lines -1'
check '--columns that the first line holds, in any order, make it a header' 'printf "work,age,hours\nPrivate,25,40\nLocal-gov,38,50\n" >own.csv && expect 0 mlv-data profile own.csv --columns age,work,hours && prints "\"rows\":2" && prints "\"Private\"" &&
	expect 0 mlv-data check -s pre.yaml own.csv --bad q.csv && test ! -s out && test "$(cat q.csv)" = work,age,hours'
check 'JSON Lines too' 'printf "{\"a\":1}\n{\"a\":2}\n" >x.jsonl && expect 0 mlv-data schema x.jsonl && prints "type: int64"'
printf '\377\376a\0,\0b\0\n\0' >utf16.csv
check 'UTF-16 is named, and how to convert it' 'expect 3 mlv-data schema utf16.csv && says "utf16.csv: is UTF-16" && says iconv'
printf 'a\0,\0b\0\n\0001\0,\0002\0\n\0' >wide.csv
check 'bytes that are no text' 'expect 3 mlv-data schema wide.csv && says "wide.csv: line 1: a NUL byte"'
gzip -c all.csv >all.csv.gz
check 'a packed file is not read as a table' 'expect 3 mlv-data schema all.csv.gz && says "gzip -dc" &&
	expect 3 mlv-data check -s schema.yaml all.csv.gz && says "gzip -dc" && expect 3 mlv-data split all.csv.gz a=1 b=1 && says "gzip -dc"'
printf '[{"a":1},\n {"a":2}]\n' >list.json
check 'a JSON list is not read as a table' 'expect 3 mlv-data schema list.json && says "list.json: a JSON list"'
printf ',a,b\n0,1,x\n1,2,y\n' >index.csv
check 'a nameless column: what to do' 'expect 3 mlv-data schema index.csv && says "column 1 has no name" && says "--header --columns"'
check '--header --columns: names in place of its own' 'expect 0 mlv-data schema index.csv --header --columns row,a,b && cp out i.yaml &&
	prints "  row:" && prints "max: 2" && expect 0 mlv-data check -s i.yaml index.csv &&
	expect 0 mlv-data split index.csv --header --columns row,a,b a=1 b=1 && test "$(sort index-a.csv index-b.csv | grep -c "^,a,b$")" = 2'
printf '"a" "b"\n"1" 2 3\n"2" 4 5\n' | tr ' ' ';' >r.csv
check 'also when it names fewer than there are, as that of R does' 'expect 0 mlv-data profile r.csv --header --columns row,a,b && prints "\"rows\":2" && expect 3 mlv-data profile r.csv --header --columns a,b && says "rows must have 2 cells"'
for v in "schema all.csv -o" "profile all.csv -o" "check -s schema.yaml all.csv --bad"; do
	check "$v does not write over what is read" "cp all.csv was && expect 2 mlv-data $v ./all.csv && says 'what is read' && same was all.csv"
done
check 'a full disk' 'mlv-data schema all.csv >/dev/full 2>err; test $? = 3'
check 'a closed pipe is silent' '{ mlv-data schema all.csv 2>err; echo $? >st; } | true; test ! -s err'

fresh splits
rows 0 400 >all.csv
check 'split prints name, id, rows, bytes, path' 'expect 0 mlv-data split all.csv --by id train=70 valid=15 test=15 &&
	test "$(cut -f1,5 out | tr "\t\n" "  ")" = "all-train all-train.csv all-valid all-valid.csv all-test all-test.csv "'
check 'the id is the SHA-256' 'test "sha256:$(sha256sum <all-train.csv | cut -c1-64)" = "$(sed -n "1s/.*\(sha256:[0-9a-f]*\).*/\1/p" out)"'
check 'every row is in one part, unchanged' '{ head -n 1 all.csv; for p in train valid test; do tail -n +2 all-$p.csv; done | sort; } >joined && same joined all.csv'
check 'shares are about right' 'n=$(wc -l <all-train.csv); test $n -gt 250 && test $n -lt 310'
rows 0 600 >more.csv
check 'rows added move none' 'expect 0 mlv-data split more.csv --by id train=70 valid=15 test=15 -n grown &&
	tail -n +2 all-test.csv >want && tail -n +2 grown-test.csv | awk -F, "substr(\$1, 2) + 0 < 400" >got && test -s got && same got want'
check 'another seed, another split' 'mlv-data split all.csv --by id --seed 7 train=70 valid=15 test=15 -n seed >/dev/null && ! cmp -s seed-test.csv all-test.csv'
printf 'k,v\n' >keys.csv; i=0; while [ $i -lt 300 ]; do echo "k$((i % 30)),$i"; i=$((i + 1)); done >>keys.csv
check 'rows of one key stay together' 'mlv-data split keys.csv --by k a=50 b=50 >/dev/null &&
	tail -n +2 keys-a.csv | cut -d, -f1 | sort -u >a && tail -n +2 keys-b.csv | cut -d, -f1 | sort -u >b &&
	test -s a && test -s b && test -z "$(comm -12 a b)"'
printf 'd,v\r\n2026-03-01,3\r\n2026-01-01,"1\r\n"\r\n2026-02-01,2' >time.csv
check 'by time, CRLF and quoted line ends kept' 'expect 0 mlv-data split time.csv --time d old=2 new=1 &&
	printf "d,v\r\n2026-01-01,\"1\r\n\"\r\n2026-02-01,2\r\n" >want && same time-old.csv want'
check 'without --by whole lines decide' 'expect 0 mlv-data split all.csv a=1 b=1 && test "$(cat all-a.csv all-b.csv | wc -l)" = 402'
check 'shares that add up to neither 100 nor 1' 'expect 0 mlv-data split all.csv train=70 valid=15 -o . && says "the shares add up to 85, not to 100 or 1: taken as train 82.35 %, valid 17.65 %" && test "$(wc -l <err)" = 1 && expect 0 mlv-data split all.csv a=0.7 b=0.2 c=0.1 && test ! -s err'
check 'JSON Lines' 'awk "BEGIN{for(i=0;i<99;i++)printf \"{\\\"id\\\":%d}\\n\",i}" >x.jsonl && expect 0 mlv-data split x.jsonl --by id a=1 b=1 && test "$(cat x-a.jsonl x-b.jsonl | wc -l)" = 99'
check 'a part does not write over what is read' 'cp all.csv own-a.csv && expect 2 mlv-data split own-a.csv -n own a=1 b=1 && says "what is read" && same own-a.csv all.csv && test ! -e own-b.csv'
printf 'a,b\n1,2\n3\n4,5\n6,7,8\n' >ragged.csv
check 'ragged rows are refused with their lines' 'expect 3 mlv-data split ragged.csv a=1 b=1 && says "line 3 has 1, line 5 has 3" &&
	expect 3 mlv-data split ragged.csv --by a a=1 b=1 && says "line 3 has 1, line 5 has 3" && test ! -e ragged-a.csv'
check 'a line that is no object' 'printf "{\"id\":1}\n[2]\n" >no.jsonl && expect 3 mlv-data split no.jsonl a=1 b=1 && says "no.jsonl: line 2"'
check 'a part split again by its own key' 'mlv-data split all.csv --by id a=70 b=30 >/dev/null && expect 0 mlv-data split all-a.csv --by id c=80 d=20 &&
	says "its share would be" && says "another --seed" && expect 0 mlv-data split all-a.csv --by id --seed 1 c=80 d=20 && test ! -s err'
check 'few keys' 'expect 0 mlv-data split all.csv --by plan a=80 b=20 && says "the keys are few"'
check 'a key like another' 'expect 3 mlv-data split all.csv --by Id a=1 b=1 && says "is it '"'id'"'"'
check 'no such column' 'expect 3 mlv-data split all.csv --by nope a=1 b=1 -n none && says "no column '"'nope'"'" && test ! -e none-a.csv'
check 'no share' 'expect 2 mlv-data split all.csv a b=1 && says "NAME=SHARE"'
check 'a share of nothing' 'expect 2 mlv-data split all.csv a=0 b=1'
check 'one part' 'expect 2 mlv-data split all.csv a=1'
check '-o DIR' 'mkdir d && expect 0 mlv-data split all.csv -o d a=1 b=1 && test -s d/all-a.csv'
check 'a folder that is not there' 'expect 3 mlv-data split all.csv -o nowhere a=1 b=1 && says nowhere'
check 'from a pipe a name is needed' 'mlv-data split - a=1 b=1 <all.csv 2>err; test $? = 2 && says --name'

fresh profiles
rows 0 400 >all.csv
rows 400 900 >rest.csv
{ cat all.csv; tail -n +2 rest.csv; } >whole.csv
mlv-data schema whole.csv >s.yaml
check 'a profile' 'expect 0 mlv-data profile all.csv && prints "\"schema\":\"mlv.profile/1\""'
check 'no value of a key is in it' '! grep -q c0123 out'
check 'one thread or two, the same bytes' 'MLV_THREADS=1 mlv-data profile whole.csv >one && MLV_THREADS=2 mlv-data profile whole.csv >two && same one two'
check 'merged profiles are that of the whole' 'mlv-data profile --schema s.yaml all.csv >a.json && mlv-data profile --schema s.yaml rest.csv >b.json &&
	mlv-data profile whole.csv >w.json && mlv-data profile --merge b.json a.json >m.json && same m.json w.json'
check 'rows in another order, the same bytes' '{ head -n 1 whole.csv; tail -n +2 whole.csv | sort -t, -k3 -r; } >sorted.csv && mlv-data profile --schema s.yaml sorted.csv >o.json && same o.json w.json'
check '-o FILE' 'expect 0 mlv-data profile whole.csv -o f.json && same f.json w.json'
check '--merge takes names from a pipe' 'printf "a.json\nb.json\n" | mlv-data profile --merge --stdin >m.json && same m.json w.json && expect 2 mlv-data profile --merge'
printf 'a\n1e308\n1.7e308\n1e308\n' >huge.csv
check 'the mean of huge values is finite' 'expect 0 mlv-data profile huge.csv && prints "\"mean\":1.2333333333333335e+308"'
check 'what is no profile' 'expect 3 mlv-data profile --merge all.csv && says all.csv'
check 'another shape' 'printf "x\n1\n" >x.csv && mlv-data profile x.csv >x.json && expect 3 mlv-data profile --merge w.json x.json && says column'
check '--drop' 'mlv-data profile --drop id,plan all.csv >d.json && ! grep -q "\"plan\"" d.json && expect 3 mlv-data profile --drop nope all.csv'

fresh repository
mlv-data init >/dev/null
rows 0 400 >churn.csv
mlv-data add churn.csv >/dev/null
cat >json.awk <<'A'
NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i }
NR > 1 {
	for (i = 1; i <= NF; i++)
		printf "%s\"%s\":\"%s\"", (i > 1 ? "," : "{"), name[i], $i
	print "}"
}
A
check 'the schema of a CSV holds for JSON Lines of the same columns' 'mlv-data schema data:churn >s.yaml && ! grep -q "format" s.yaml && sed "s/^ordered/read:\n  format: csv\n  delimiter: \",\"\n  header: true\nordered/" s.yaml >csv.yaml && grep -q "format: csv" csv.yaml &&
	awk -F, -f json.awk churn.csv >served.jsonl && test -s served.jsonl &&
	expect 0 mlv-data check -s s.yaml served.jsonl && expect 0 mlv-data check -s csv.yaml served.jsonl && expect 0 mlv-data check -s csv.yaml - <served.jsonl && expect 0 mlv-data profile --schema csv.yaml served.jsonl'
check 'and a CSV that begins like an object is what the schema says' 'printf "{\"a\nx\n" >brace.csv && printf "schema: mlv.schema/1\nread: {format: csv}\nextra: true\ncolumns: {}\n" >brace.yaml && expect 0 mlv-data check -s brace.yaml brace.csv'
check 'names work where files do' 'mlv-data schema data:churn >s.yaml && expect 0 mlv-data check -s s.yaml data:churn'
check 'split makes datasets' 'expect 0 mlv-data split data:churn --by id train=70 test=30 && prints "data:churn-train@1" && test ! -e churn-train.csv'
check 'with the bytes a file would have' 'mlv-data split churn.csv --by id train=70 test=30 >/dev/null && mlv-data cat data:churn-train >got && same got churn-train.csv'
check 'linked to where they come from' 'mlv-data show data:churn-train >out && prints "data:churn@1" && prints "\"by\":[\"id\"]"'
check 'again: nothing new' 'expect 0 mlv-data split data:churn --by id train=70 test=30 && prints "data:churn-train@1"'
check 'a profile under a name' 'expect 0 mlv-data profile data:churn-train -o profile:churn-train && prints "profile:churn-train@1"'
check '... and its record with --json' 'expect 0 mlv-data profile data:churn-train -o profile:churn-train --json && prints "\"name\":\"profile:churn-train@1\""'
check 'merges from there' 'expect 0 mlv-data profile --merge profile:churn-train'
check 'the repository is whole' 'expect 0 mlv-data fsck'
printf '1, ?\n2, x\n' >ad.csv
mlv-data add ad.csv --columns n,s --na '?' >/dev/null
check 'how to read is remembered' 'mlv-data schema data:ad >out && prints "columns: [n, s]" && prints "type: int64"'
check 'and passed on to parts' 'mlv-data split data:ad a=1 b=1 >/dev/null 2>&1 && { mlv-data schema data:ad-a >out 2>&1; mlv-data schema data:ad-b >>out 2>&1; prints "columns: [n, s]"; }'
cd .. && mkdir -p none && cd none
check 'a name without a repository' 'expect 3 mlv-data schema data:churn && test "$(wc -l <err)" = 1'
printf 'id,x\n1,a\n' >two.csv && echo before >kept
check '-o /dev/stdout adds to what the shell has open' \
	'mlv-data schema two.csv -o /dev/stdout >>kept && test "$(head -n 1 kept)" = before && grep -q "^schema:" kept'
finish
