#!/bin/sh
# check --bad as a filter: what is no row goes to the bad ones too, with number
# and reason, and the files are what their endings say.
. "$(dirname "$0")/../lib.sh"

fresh rows
cat >s.yaml <<'END'
schema: mlv.schema/1
columns:
  a: {type: int64}
  b: {type: text}
END
cat >in.csv <<'END'
a,b
1,x
2
3,"y
4,z
5,"q"r
7,1,2
x,fine
8,"open
9,ok
END
cat >good.want <<'END'
a,b
1,x
4,z
9,ok
END
cat >bad.want <<'END'
a,b,_row,_reason
2,,2,"broken: 1 cells, but there are 2 columns"
"3,""y",,3,broken: broken quotes in column 'b'
"5,""q""r",,5,broken: broken quotes in column 'b'
"7,1,2",,6,"broken: 3 cells, but there are 2 columns"
x,fine,7,a: type
"8,""open",,8,broken: a quote is never closed
END
check 'ragged rows and broken quotes are set aside with number and reason, all others go on' <<'X'
	expect 1 mlv-data check -s s.yaml in.csv --bad bad.csv &&
	same out good.want &&
	same bad.csv bad.want &&
	says 'broken: cannot be cut into cells (5)'
X
check 'the same from a pipe, and in another encoding' <<'X'
	expect 1 mlv-data check -s s.yaml - --bad bad.csv <in.csv &&
	same out good.want &&
	same bad.csv bad.want &&
	{
		printf '\377\376' &&
		iconv -f UTF-8 -t UTF-16LE in.csv
	} >wide.csv &&
	expect 1 mlv-data check -s s.yaml wide.csv --bad bad.csv &&
	same out good.want &&
	same bad.csv bad.want
X
check 'what was set aside can be read as a table again' <<'X'
	expect 0 mlv-data convert bad.csv --to jsonl &&
	test "$(wc -l <out)" = 6
X
check 'lines that are no JSON are set aside as text' <<'X'
	printf '{"a":1,"b":"x"}\n{"a":\n[1]\n{"a":2,"b":"y"}\n' >in.jsonl &&
	expect 1 mlv-data check -s s.yaml in.jsonl --bad bad.jsonl &&
	test "$(wc -l <out)" = 2 &&
	test "$(jq -r '[._row, ._raw] | @csv' bad.jsonl | tr '\n' ' ')" = '2,"{""a"":" 3,"[1]" '
X
check 'a row that cannot be cut counts as a row, and has no missing cells' <<'X'
	{
		cat s.yaml
		echo 'rows: {max: 2}'
	} | sed 's/int64/&, min_fraction: 1/' >full.yaml &&
	printf 'a,b\n1,x\n2\n3,y\n' >three.csv &&
	expect 1 mlv-data check -s full.yaml --json three.csv --bad bad.csv &&
	test "$(jq -r .rule out | tr '\n' ' ')" = 'rows broken ' &&
	holds 'select(.rule == "broken") | .hits == 1 and .rows == [2] and .looked == 3'
X
check 'without --bad rows that cannot be cut end the check: exit 3' <<'X'
	expect 3 mlv-data check -s s.yaml in.csv &&
	says 'rows must have 2 cells, but line 3 has 1'
X
check 'thousands of quotes that are never closed: exit 3 and no file, not a day' <<'X'
	{
		echo a,b
		yes 'x"y,"z' | head -n 400000
	} >quotes.csv &&
	expect 3 mlv-data check -s s.yaml quotes.csv --bad none.csv &&
	says 'too many quotes are never closed' &&
	test ! -e none.csv
X

# --- files are what their endings say
for f in bad.csv.gz bad.jsonl bad.parquet bad.jsonl.zst; do
	check "--bad $f: what convert makes of the CSV" <<-'X'
		expect 1 mlv-data check -s s.yaml in.csv --bad $f &&
		same out good.want &&
		mlv-data convert bad.want -o want-$f &&
		same $f want-$f
	X
done
printf 'id,d,x,k\n1,2026-01-02,0.5,7\n2,,2,\n3,x,3.5,8\n4,2026-03-04,1e-320,\n' >typed.csv
cat >t.yaml <<'Y'
columns: {id: {type: int64}, d: {type: category}, x: {type: float64}, k: {type: int64}}
rules: [{expr: id = 1 or id = 3}]
Y
check 'rows of Parquet keep their types in other formats, whatever the few in a file look like' <<'X'
	mlv-data convert typed.csv -o typed.parquet &&
	expect 1 mlv-data check -s t.yaml typed.parquet --bad bad.parquet -o good.parquet &&
	mlv-data profile bad.parquet >out &&
	grep -q '"name":"k"[^}]*"type":"int64"' out &&
	grep -q '"name":"x"[^{]*"type":"float64"' out &&
	expect 1 mlv-data check -s t.yaml typed.parquet --bad bad.jsonl -o good.jsonl &&
	grep -q '"id":2,"d":null,"x":2,"k":null,"_row":2' bad.jsonl &&
	grep -q '"id":4,"d":"2026-03-04","x":1e-320,"k":null,"_row":4' bad.jsonl
X
check '-o: the good rows go to a file, the records to standard output' <<'X'
	expect 1 mlv-data check -s s.yaml in.csv --bad bad.csv -o good.parquet &&
	prints 'type	a	error	1	' &&
	mlv-data convert good.parquet | same good.want - &&
	expect 1 mlv-data check -s s.yaml in.csv --bad bad.csv.gz -o good.csv.zst &&
	zstd -qdc good.csv.zst | same good.want -
X
check 'other delimiters and quotes, no header: read as they are written' <<'X'
	printf "1;'a;b'\nx;c\n2\n" >semi.csv &&
	expect 1 mlv-data check -s s.yaml --quote "'" --columns a,b semi.csv --bad bad.jsonl -o good.jsonl &&
	printf '{"a":1,"b":"a;b"}\n' | same good.jsonl - &&
	test "$(jq -c '[.a, .b, ._row]' bad.jsonl | tr '\n' ' ')" = '["x","c",2] ["2",null,3] '
X
check '-o without --bad, or both the same file, is exit 2' <<'X'
	expect 2 mlv-data check -s s.yaml in.csv -o good.csv &&
	says 'say with --bad where' &&
	expect 2 mlv-data check -s s.yaml in.csv --bad new.csv -o new.csv &&
	test ! -e new.csv
X
check 'JSON Lines without a bad row: a Parquet file of nothing' <<'X'
	printf '{"a":1,"b":"x"}\n' >one.jsonl &&
	expect 0 mlv-data check -s s.yaml one.jsonl --bad none.parquet &&
	test -s none.parquet
X
check 'convert: an ending of two packs the file' <<'X'
	expect 0 mlv-data convert good.want -o c.csv.gz &&
	gzip -dc c.csv.gz | same good.want - &&
	expect 0 mlv-data convert good.want -o c.jsonl.zst &&
	zstd -qdc c.jsonl.zst | head -n 1 | grep -qx '{"a":1,"b":"x"}' &&
	expect 2 mlv-data convert good.want -o c.gz &&
	says 'does not end in a format we write' &&
	expect 0 mlv-data convert good.want -o c.gz --to csv &&
	gzip -dc c.gz | same good.want -
X
finish
