#!/bin/sh
# check of Parquet: its cells keep their types, and what is found is what is
# found in the same rows as CSV, on any number of threads.
. "$(dirname "$0")/../lib.sh"

fresh typed
awk 'BEGIN {
	print "id,n,x,plan,at,ok,note,zip"
	for (i = 1; i <= 5000; i++) {
		n = i % 7 == 0 ? "" : i % 1000 == 1 ? -i : i
		x = i % 11 == 0 ? "" : i / 4
		plan = i == 17 || i == 4000 ? "odd" : i % 2 ? "free" : "gold"
		at = sprintf("2026-01-%02dT00:00:%02dZ", i % 28 + 1, i % 60)
		note = i % 5 == 0 ? "" : "say \"" i "\", twice"
		gsub(/"/, "\"\"", note)
		if (note != "") note = "\"" note "\""
		printf "%d,%s,%s,%s,%s,%s,%s,z%03d\n", i == 4999 ? 3 : i, n,
		    x, plan, at, i % 3 ? "true" : "false", note, i % 40
	}
}' >in.csv
cat >s.yaml <<'END'
schema: mlv.schema/1
columns:
  id: {type: int64, unique: true, min: 1}
  n: {type: int64, min: 0, max: 4500, min_fraction: 1}
  x: {type: float64, max: 1200.5, mean: {min: 0, max: 10}, distinct: {max: 5}}
  plan: {type: category, values: [free, gold]}
  at: {type: datetime, min: 2026-01-02}
  ok: {type: boolean}
  note: {type: text, max_length: 18, pattern: 'say.*'}
  zip: {type: text, min_length: 4}
rules:
- {expr: n <= 4 * x or x is null}
- {expr: zip != 'z007' or plan = 'gold', severity: warn}
unique:
- {columns: [plan, at, zip], severity: warn}
freshness:
- {column: at, max_age: 1d}
END
mlv-data convert in.csv -o in.parquet
found() { jq -c 'del(.path)' "$1"; }

check 'check finds in Parquet what it finds in the same rows as CSV' <<'X'
	expect 1 mlv-data check --json -s s.yaml in.csv --now 2026-03-01 &&
	found out >csv.found &&
	test "$(wc -l <csv.found)" -ge 11 &&
	expect 1 mlv-data check --json -s s.yaml in.parquet --now 2026-03-01 &&
	found out >parquet.found &&
	same csv.found parquet.found &&
	MLV_THREADS=1 expect 1 mlv-data check --json -s s.yaml in.parquet --now 2026-03-01 &&
	found out | same csv.found - &&
	MLV_THREADS=5 expect 1 mlv-data check --json -s s.yaml in.parquet --now 2026-03-01 &&
	found out | same csv.found -
X
check 'bad rows of Parquet are those of CSV, and good ones go on as CSV' <<'X'
	expect 1 mlv-data check -s s.yaml in.csv --bad bad1.csv -o good1.csv --now 2026-03-01 &&
	expect 1 mlv-data check -s s.yaml in.parquet --bad bad2.csv -o good2.csv --now 2026-03-01 &&
	mlv-data convert good1.csv >one &&
	mlv-data convert good2.csv | same one - &&
	mlv-data convert bad1.csv >one &&
	mlv-data convert bad2.csv | same one -
X
cat >other.yaml <<'END'
schema: mlv.schema/1
columns:
  id: {type: text, max_length: 3}
  n: {type: float64, max: 4500}
  x: {type: int64}
  plan: {type: int64}
  at: {type: text, pattern: '2026.*'}
  ok: {type: category, values: ['true']}
  note: {type: text}
  zip: {type: datetime}
  gone: {type: float64}
END
check 'a column of Parquet that the schema calls otherwise is judged by its text' <<'X'
	expect 1 mlv-data check --json -s other.yaml in.csv &&
	found out >csv.found &&
	test "$(wc -l <csv.found)" -ge 7 &&
	expect 1 mlv-data check --json -s other.yaml in.parquet &&
	found out | same csv.found -
X
check 'words for missing that are said hold for Parquet, too' <<'X'
	expect 1 mlv-data check --json --na gold -s s.yaml in.csv --now 2026-03-01 &&
	found out >csv.found &&
	expect 1 mlv-data check --json --na gold -s s.yaml in.parquet --now 2026-03-01 &&
	found out | same csv.found -
X
awk 'BEGIN {
	print "id,a,b,parent"
	for (i = 1; i <= 60000; i++)
		printf "%d,%d,k%d,%s\n", i == 50000 ? 123 : i, i % 300, i % 59999, i == 777 ? 999999 : i
}' >many.csv
awk 'BEGIN { print "key"; for (i = 60000; i >= 1; i--) print i * 1.0 }' >others.csv
mlv-data convert many.csv -o many.parquet
cat >keys.yaml <<'END'
columns:
  id: {type: int64, unique: true}
  a: {type: int64}
  b: {type: text}
  parent: {type: int64}
unique:
- [a, b]
- {columns: [b], severity: warn}
references:
- {column: parent, data: others.csv, to: key}
END
for f in many.csv many.parquet; do
	MANY=$f
	check "$f: keys beyond --memory go to disk, and the answer stays the same" <<'X'
		expect 1 mlv-data check -s keys.yaml "$MANY" &&
		test "$(wc -l <out)" = 3 &&
		mv out want &&
		expect 1 mlv-data check -s keys.yaml --memory 1 "$MANY" &&
		same out want &&
		expect 1 mlv-data check -s keys.yaml "$MANY" --bad bad1.csv -o good1.csv &&
		expect 1 mlv-data check -s keys.yaml --memory 1 "$MANY" --bad bad2.csv -o good2.csv &&
		test "$(wc -l <bad1.csv)" = 3 &&
		same bad1.csv bad2.csv &&
		cmp good1.csv good2.csv
X
done
check 'keys that find no room on disk: exit 3, and no file of rows is there' <<'X'
	TMPDIR=/nowhere expect 3 mlv-data check -s keys.yaml --memory 1 many.csv --bad b3.csv -o g3.csv &&
	says /nowhere &&
	test ! -e b3.csv &&
	test ! -e g3.csv &&
	expect 2 mlv-data check -s keys.yaml --memory 0 many.csv
X
printf 'id,n\n' | mlv-data convert - -o none.parquet
check 'a Parquet file without rows is held against a schema' <<'X'
	printf 'columns:\n  id: {type: int64}\n  n: {type: int64}\n' >two.yaml &&
	expect 0 mlv-data check -s two.yaml none.parquet --bad b.csv &&
	test "$(wc -l <out)" = 1
X
head -c 4000 in.parquet >cut.parquet
check 'a Parquet file that is cut short is one line and exit 3' <<'X'
	expect 3 mlv-data check -s s.yaml cut.parquet --bad b2.csv &&
	test ! -e b2.csv &&
	test "$(wc -l <err)" = 1
X
awk 'BEGIN { print "id,word"; for (i = 0; i < 70000; i++) print (i % 2 ? i : "x" i) ",some word " i % 9 }' >half.csv
check 'rows that go to Parquet and JSON Lines are those that go to CSV' <<'X'
	printf 'columns:\n  id: {type: int64}\n' >half.yaml &&
	exits 1 mlv-data check -s half.yaml half.csv --bad bad.csv >good.csv 2>err &&
	for to in parquet jsonl; do
		exits 1 mlv-data check -s half.yaml half.csv --bad "bad.$to" >good.csv 2>err &&
		mlv-data convert bad.csv -o "want.$to" &&
		cmp "want.$to" "bad.$to" || exit 1
	done
X
finish
