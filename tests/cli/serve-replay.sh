#!/bin/sh
# mlv-serve replay: a model asked what was asked before, and who would get
# another answer.
. "$(dirname "$0")/../server.sh"
. "$TOP/tests/rollout.sh"
three_versions
start model:m@champion --log requests
ask_units 1 200
cut -d, -f2,3 rows.csv | head -n 2001 >many.csv
answers 200 "$url/invocations" -H "$as_csv" --data-binary @many.csv
check 'a server of two hundred rows and one request of two thousand stops' stop

# The summary: rows, same, flips, refused.
summary() { awk -F'\t' 'NF == 5' out | cut -f1-4 | tr '\t' ' '; }
check 'the model that answered: the same answers to the last bit' <<'X'
	expect 0 mlv-serve replay model:m@1 requests &&
	test "$(summary)" = "2200 2200 0 0" &&
	grep -qx "0	2200" out &&
	exits 1 grep -q Z out
X
check 'a model that says the opposite: each row is told, with both answers' <<'X'
	expect 0 mlv-serve replay model:m@candidate requests &&
	grep Z out >rows &&
	test "$(wc -l <rows)" = "$(summary | cut -d" " -f3)" &&
	test "$(wc -l <rows)" -gt 2100 &&
	grep "	u7	0	1	" rows | cut -f6,7 | grep -Eqx "yes	no|no	yes"
X
check 'rows of a request of many are told by their place in the line' <<'X'
	awk -F'\t' '$3 == "\\N" { print $4 }' rows | sort -n | tail -n 1 | grep -qx 1023
X
check 'answers are those of mlv-serve batch' <<'X'
	mlv-serve batch model:m@3 -i many.csv --out-format csv >third.csv &&
	mlv-serve batch model:m@1 -i many.csv --out-format csv >first.csv &&
	paste -d, first.csv third.csv | awk -F, 'NR > 1 && $1 != $4' >differ &&
	expect 0 mlv-serve replay m@3 requests &&
	awk -F'\t' '$3 == "\\N"' out >rows &&
	test "$(wc -l <rows)" = "$(wc -l <differ)"
X
check '-o: the rows as CSV with their inputs, the summary alone is printed' <<'X'
	expect 0 mlv-serve replay m@2 requests -o otherwise.csv &&
	test "$(wc -l <out)" = 9 &&
	test "$(($(wc -l <otherwise.csv) - 1))" = "$(summary | cut -d" " -f3)" &&
	head -n 1 otherwise.csv | grep -qx time,id,unit,version,was,would,difference,refused,x,z &&
	tail -n +2 otherwise.csv | cut -d, -f9,10 | sort -u >asked &&
	cut -d, -f1,2 many.csv | sort -u | comm -23 asked - | same /dev/null -
X
cp otherwise.csv o.csv
for f in o.parquet o.jsonl o.csv.gz; do
	FILE=$f
	check "-o $f: the file is in the format of its ending" <<'X'
		expect 0 mlv-serve replay m@2 requests -o "$FILE" &&
		mlv-data convert o.csv >want &&
		mlv-data convert "$FILE" | same want -
X
done
check '-o of Parquet is Parquet' <<'X'
	head -c 4 o.parquet | grep -q PAR1
X
check '--max-flips: exit 1 and the share of rows' <<'X'
	expect 1 mlv-serve replay m@2 requests --max-flips 2 &&
	says "of 2200 rows would be answered otherwise, more than 2 %" &&
	expect 0 mlv-serve replay m@1 requests --max-flips 0
X
check '--answer and --tolerance: a score that is near enough is the same' <<'X'
	expect 0 mlv-serve replay m@3 requests --answer probabilities.yes &&
	all=$(summary | cut -d" " -f3) &&
	expect 0 mlv-serve replay m@3 requests --answer probabilities.yes --tolerance 0.3 &&
	near=$(summary | cut -d" " -f3) &&
	test "$near" -lt "$all"
X
check '--since, --until, --version and --variant choose rows' <<'X'
	expect 3 mlv-serve replay m@1 requests --until 2001-01-01 &&
	says "no row of a request log is in 'requests'" &&
	expect 3 mlv-serve replay m@1 requests --version 2 &&
	expect 3 mlv-serve replay m@1 requests --variant canary &&
	expect 0 mlv-serve replay m@1 requests --since 1d --version 1 --variant stable &&
	test "$(summary)" = "2200 2200 0 0"
X
check 'a row that the model refuses is told with its reason, the others are asked' <<'X'
	cat >strange.jsonl <<Y &&
{"time":"2026-01-02T03:04:05Z","unit":"a","inputs":{"x":"words","z":2},"outputs":{"label":"no"}}
{"time":"2026-01-02T03:04:05Z","unit":"b","inputs":{"x":[1,"?",0],"z":[1,1,1]},"outputs":{"label":["a","b","c"]}}
Y
	expect 0 mlv-serve replay m@1 strange.jsonl &&
	says "2 of 4 rows are refused" &&
	grep "	a	0	" out | grep -q "x" &&
	grep -q "	b	1	" out &&
	test "$(summary | cut -d" " -f1,4)" = "2 2"
X
check 'torn and foreign lines are passed over' <<'X'
	{
		echo '{"time":"2026'
		echo 'words'
		cat requests/*.jsonl
		printf '{"time":"2026-01-02T03:04:05Z","inputs":{"x":1'
	} >torn.jsonl &&
	expect 0 mlv-serve replay m@1 torn.jsonl &&
	test "$(summary)" = "2200 2200 0 0"
X
check 'no log, no model, a file that is none, a time that is none: refused' <<'X'
	expect 2 mlv-serve replay m@1 &&
	expect 3 mlv-serve replay m@1 nowhere &&
	expect 3 mlv-serve replay m@9 requests &&
	expect 3 mlv-serve replay m@1 rows.csv &&
	expect 2 mlv-serve replay m@1 requests --since soon
X
check '--answer: a column that the model does not have is refused, and those it has are named' <<'X'
	expect 2 mlv-serve replay m@2 requests --max-flips 0 --answer lable -o none.csv &&
	says "the model has no output 'lable'; it has 'label', 'probabilities.no', 'probabilities.yes'" &&
	test ! -e none.csv
X
check 'no -o file is left behind when nothing was asked' <<'X'
	rm -f none.csv &&
	expect 3 mlv-serve replay m@1 requests -o none.csv --until 2001-01-01 &&
	test ! -e none.csv
X
finish
