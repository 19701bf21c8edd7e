#!/bin/sh
# mlv-serve batch and stream: the answers of onnxruntime in the order of the
# rows, whatever form the rows come in, and errors that name row and file.
. "$(dirname "$0")/../server.sh"
model=$churn
answer_columns=$(head -n 1 "$churn_scores")

fresh batch
cp "$churn_rows" rows.csv

# --- the same bytes as onnxruntime
check 'batch of standard input: the scores of onnxruntime' <<'X'
	expect 0 mlv-serve batch "$model" <rows.csv &&
	same out "$churn_scores"
X
check 'batch --threads 1: the bytes of any number of threads' <<'X'
	expect 0 mlv-serve batch -t 1 "$model" <rows.csv &&
	same out "$churn_scores"
X
check 'batch -i FILE: the bytes of standard input' <<'X'
	expect 0 mlv-serve batch -i rows.csv "$model" &&
	same out "$churn_scores"
X
check 'batch -o: the file is what its ending says' <<'X'
	for f in s.csv.gz s.jsonl s.parquet s.jsonl.zst
	do
		expect 0 mlv-serve batch -i rows.csv -o $f "$model" &&
		mlv-data convert "$churn_scores" -o want-$f &&
		same $f want-$f || return 1
	done &&
	expect 0 mlv-serve batch -i rows.csv -o s.csv --out-format jsonl "$model" &&
	same s.csv s.jsonl
X
check 'batch of columns in another order, with more of them: the same scores' <<'X'
	awk -F, -v OFS=, '{
		print $21, $20, $19, $18, $16, $9, $6, $2, NR == 1 ? "n" : NR
	}' rows.csv >turned.csv &&
	expect 0 mlv-serve batch -i turned.csv "$model" &&
	same out "$churn_scores"
X
check 'batch of CSV with CRLF, a byte order mark and semicolons: the same scores' <<'X'
	{
		printf '\357\273\277' &&
		tr , ";" <rows.csv | sed 's/$/\r/'
	} >odd.csv &&
	expect 0 mlv-serve batch -i odd.csv "$model" &&
	same out "$churn_scores"
X
check 'batch of 24020 rows: an answer a row, in their order' <<'X'
	{
		cat rows.csv &&
		for i in $(seq 1200); do
			tail -n +2 rows.csv || return 1
		done
	} >many.csv &&
	expect 0 mlv-serve batch -i many.csv "$model" &&
	test "$(wc -l <out)" = 24021 &&
	tail -n 20 out >got &&
	tail -n 20 "$churn_scores" | same - got
X
check 'batch of a header without rows: a header alone' <<'X'
	head -n 1 rows.csv >none.csv &&
	expect 0 mlv-serve batch -i none.csv "$model" &&
	head -n 1 "$churn_scores" | same - out
X

# --- output
check 'batch -o: the file is whole' <<'X'
	expect 0 mlv-serve batch -i rows.csv -o scored.csv "$model" &&
	same scored.csv "$churn_scores"
X
check 'batch -o over its rows or its model: a usage error, both are left as they were' <<'X'
	cp rows.csv r2.csv &&
	cp "$model" m.onnx &&
	expect 2 mlv-serve batch -i r2.csv -o ./r2.csv m.onnx &&
	says "what is read" &&
	expect 2 mlv-serve batch -i r2.csv -o m.onnx m.onnx &&
	expect 2 mlv-serve batch -o r2.csv m.onnx <r2.csv &&
	same r2.csv rows.csv &&
	cmp m.onnx "$model"
X
check 'batch --keep: the named columns come in front' <<'X'
	expect 0 mlv-serve batch -i rows.csv --keep customerID,tenure "$model" &&
	test "$(head -n 1 out)" = "customerID,tenure,$answer_columns" &&
	cut -d, -f1 rows.csv >want &&
	cut -d, -f1 out | same - want
X
check 'batch --keep-all: every column comes in front' <<'X'
	expect 0 mlv-serve batch -i rows.csv --keep-all "$model" &&
	test "$(head -n 1 out)" = "$(head -n 1 rows.csv),$answer_columns"
X
check 'batch --keep of a column that is not there: exit 3, and it is named' <<'X'
	expect 3 mlv-serve batch -i rows.csv --keep nope "$model" &&
	says nope
X
check 'batch --out-format jsonl of CSV: the labels of the CSV answers' <<'X'
	expect 0 mlv-serve batch -i rows.csv --out-format jsonl "$model" &&
	jq -r .output_label out >got &&
	tail -n +2 "$churn_scores" | cut -d, -f1 | same - got
X
check 'batch to a full disk: exit 3, with an error message' <<'X'
	exits 3 mlv-serve batch -i rows.csv "$model" >/dev/full 2>err &&
	says "mlv-serve: error:"
X
check 'batch to a reader that leaves early: no error message' <<'X'
	mlv-serve batch -i many.csv "$model" 2>err | head -n 1 >/dev/null &&
	test ! -s err
X

# --- rows that are refused
check 'batch without a column the model needs: exit 3, it is named, no file left' <<'X'
	cut -d, -f1-5 rows.csv >short.csv &&
	expect 3 mlv-serve batch -i short.csv -o short.out "$model" &&
	says tenure &&
	test ! -e short.out
X
check 'batch of a cell that is no number: exit 3, its line is named, no file left' <<'X'
	sed "5s/,[0-9.]*,\([0-9.]*,[A-Z][a-z]*\)$/,lots,\1/" rows.csv >bad.csv &&
	expect 3 mlv-serve batch -i bad.csv -o bad.out "$model" &&
	says "line 5" &&
	test ! -e bad.out
X
check 'batch of a number beyond 32-bit floats: exit 3, its row and column are named' <<'X'
	printf "a,b,c,d,e,f\n1,2,3,4,5,6\n1,2,-1e300,4,5,6\n" >far.csv &&
	expect 3 mlv-serve batch -i far.csv "$ridge" &&
	says "row 2: column '3': -1e+300 is beyond the range"
X
check 'batch of an empty file: exit 3' <<'X'
	: >nothing &&
	expect 3 mlv-serve batch -i nothing "$model"
X

# --- models that are refused
check 'batch with a small model that would run for ever: refused, its node is named' <<'X'
	scans=$TOP/tests/fuzz/seeds/onnx/scans-in-scans &&
	expect 3 timeout 60 mlv-serve batch "$scans" <rows.csv &&
	says "Scan node" &&
	says "too much work for a file of its size"
X
check 'batch with a model that is not there: exit 3, and it is named' <<'X'
	expect 3 mlv-serve batch nope.onnx <rows.csv &&
	says nope.onnx
X
check 'batch with a CSV file as its model: exit 3, not an ONNX file' <<'X'
	expect 3 mlv-serve batch rows.csv <rows.csv &&
	says "not an ONNX file"
X
check 'batch with a truncated model: exit 3, and the file is named' <<'X'
	head -c 700 "$model" >cut.onnx &&
	expect 3 mlv-serve batch cut.onnx <rows.csv &&
	says cut.onnx
X
check 'batch without a model: a usage error' 'expect 2 mlv-serve batch'

# --- JSON Lines and stream
expect 0 mlv-serve batch -i rows.csv --keep-all --out-format jsonl "$model"
jq -c 'del(.output_label)' out >rows.jsonl
check 'batch of JSON Lines: JSON Lines come out, one a row' <<'X'
	expect 0 mlv-serve batch -i rows.jsonl "$model" &&
	test "$(wc -l <out)" = 20 &&
	cp out batch.jsonl &&
	jq -r .output_label out >got &&
	tail -n +2 "$churn_scores" | cut -d, -f1 | same - got
X
check 'stream of JSON Lines: the bytes of batch' <<'X'
	expect 0 mlv-serve stream "$model" <rows.jsonl &&
	same out batch.jsonl
X
check 'stream of one row: the answer it gets among others' <<'X'
	sed -n 7p rows.jsonl >row &&
	expect 0 mlv-serve stream "$model" <row &&
	sed -n 7p batch.jsonl | same - out
X

# --- a model of one matrix
printf '1,2,3,4,5,6\n6,5,4,3,2,1\n' >m.csv
{ echo a,b,c,d,e,f; cat m.csv; } >named.csv
check 'batch of a matrix model: the columns are taken in their order' <<'X'
	expect 0 mlv-serve batch -i named.csv "$ridge" &&
	test "$(wc -l <out)" = 3 &&
	cp out right
X
check 'batch --columns of a matrix model: the columns are taken in that order' <<'X'
	printf 'f,e,d,c,b,a\n6,5,4,3,2,1\n1,2,3,4,5,6\n' >turned.csv &&
	expect 0 mlv-serve batch -i turned.csv --columns a,b,c,d,e,f "$ridge" &&
	same out right
X
check 'batch of a matrix model: one column too many is refused, --columns named' <<'X'
	sed 's/^/9,/; 1s/^9/n/' named.csv >wide.csv &&
	expect 3 mlv-serve batch -i wide.csv "$ridge" &&
	says '7 columns, but 6 are needed: name those to take with --columns' &&
	test ! -s out &&
	expect 0 mlv-serve batch -i wide.csv --columns a,b,c,d,e,f "$ridge" &&
	same out right
X
check 'batch --keep of a matrix model: the column kept is not taken' <<'X'
	expect 0 mlv-serve batch -i wide.csv --keep n "$ridge" &&
	cut -d, -f2- out >rest &&
	same rest right
X
check 'batch --no-header of a matrix model: the first line is a row' <<'X'
	expect 0 mlv-serve batch --no-header -i m.csv "$ridge" &&
	same out right &&
	expect 0 mlv-serve batch --no-header --columns a,b,c,d,e,f -i m.csv "$ridge" &&
	same out right
X
check 'batch --columns of a matrix model picks by the header line' <<'X'
	expect 0 mlv-serve batch --columns f,e,d,c,b,a -i named.csv "$ridge" &&
	test "$(sed -n 3p out)" = "$(sed -n 2p right)"
X
check 'batch of a matrix model that does not name its columns: told in which order they go' <<'X'
	expect 0 mlv-serve batch -i named.csv "$ridge" &&
	says "it takes them in the order of the input, 'a', 'b', 'c', 'd' ...; --columns says which" &&
	expect 0 mlv-serve batch -i wide.csv --keep n "$ridge" &&
	says "in the order of the input, 'a', 'b', 'c', 'd' ..." &&
	expect 0 mlv-serve batch --no-header -i m.csv "$ridge" &&
	test ! -s err
X
check 'batch of JSON Lines by a matrix model that does not name its columns: refused' <<'X'
	echo '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}' >named.jsonl &&
	expect 2 mlv-serve batch -i named.jsonl "$ridge" &&
	says "the model takes a matrix: name its columns with --columns"
X
# A matrix model that names its columns: metadata appended as field 14 of the file.
name_features() {	# JSON list of 25 bytes
	cat "$ridge" &&
	printf '\162\051\012\014mlv.features\022\031%s' "$1"
}
name_features '["a","b","c","d","e","f"]' >features.onnx
check 'batch of a matrix model that names its columns: found by name, in any order' <<'X'
	expect 0 mlv-serve batch -i turned.csv features.onnx &&
	same out right &&
	test ! -s err &&
	expect 0 mlv-serve batch -i wide.csv features.onnx &&
	same out right &&
	expect 0 mlv-serve batch --no-header --columns f,e,d,c,b,a features.onnx <<-'R' &&
		6,5,4,3,2,1
		1,2,3,4,5,6
	R
	same out right
X
check 'batch --columns of a matrix model that names its columns: the names given win' <<'X'
	expect 0 mlv-serve batch --columns f,e,d,c,b,a -i named.csv features.onnx &&
	test "$(sed -n 3p out)" = "$(sed -n 2p right)"
X
check 'stream of a matrix model that names its columns: members found by name' <<'X'
	echo '{"f":6,"e":5,"d":4,"c":3,"b":2,"a":1}' >turned.jsonl &&
	expect 0 mlv-serve stream features.onnx <turned.jsonl &&
	test "$(jq '.[]' out)" = "$(sed -n 2p right)"
X
check 'http of a matrix model that names its columns: CSV and records found by name' <<'X'
	start features.onnx &&
	answers 200 "$url/invocations" -H "$as_csv" --data-binary @turned.csv &&
	jq '.predictions[][]' body >got &&
	sed 1d right | same - got &&
	answers 200 "$url/invocations" -H "$as_json" -d "{\"instances\":[$(cat turned.jsonl)]}" &&
	test "$(jq '.predictions[][]' body)" = "$(sed -n 2p right)" &&
	test ! -s server.err &&
	stop
X
check 'eval of a matrix model that names its columns: as with columns in its order' <<'X'
	sed "1s/$/,y/; 2,\$s/$/,1/" turned.csv >judged.csv &&
	expect 0 mlv-train eval features.onnx judged.csv --target y &&
	mv out one &&
	expect 0 mlv-train eval "$ridge" judged.csv --target y --inputs a,b,c,d,e,f &&
	same out one &&
	expect 0 mlv-train eval "$ridge" judged.csv --target y &&
	says "the model does not name its columns: it takes them in the order of the data"
X
check 'a model whose metadata names another number of columns than it takes: refused' <<'X'
	name_features '["a","b","c","d","e"]    ' >wrong.onnx &&
	expect 3 mlv-serve batch -i named.csv wrong.onnx &&
	says "mlv.features names 5 columns, but it takes 6"
X
check 'batch --columns of too few names for a matrix model: a usage error, both counted' <<'X'
	expect 2 mlv-serve batch --columns a,b -i named.csv "$ridge" &&
	says "takes 6 columns, 2 are named"
X

# --- files without a header line, datasets
fresh headerless
names=$(head -n 1 "$churn_rows")
tail -n +2 "$churn_rows" >body.csv
check 'batch --columns of a file without a header line: the scores of onnxruntime' <<'X'
	expect 0 mlv-serve batch -i body.csv --columns "$names" "$model" &&
	same out "$churn_scores"
X
check 'batch --columns --keep of standard input without a header line' <<'X'
	expect 0 mlv-serve batch --columns "$names" --keep tenure "$model" <body.csv &&
	test "$(head -n 1 out)" = "tenure,$answer_columns"
X
check 'batch --header --columns: the names given replace those of the file' <<'X'
	sed "1s/tenure/years/" "$churn_rows" >other.csv &&
	expect 0 mlv-serve batch -i other.csv --header --columns "$names" "$model" &&
	same out "$churn_scores"
X
check 'batch of a file without a header line: refused, with options that batch has' <<'X'
	expect 3 mlv-serve batch -i body.csv "$model" &&
	for o in --columns --no-header --header; do
		says "$o" || return 1
	done &&
	expect 0 mlv-serve batch --help &&
	for o in --columns --no-header --header; do
		prints "$o " || return 1
	done
X
check 'batch --columns of fewer names than the file has columns: refused' <<'X'
	expect 3 mlv-serve batch -i body.csv --columns a,b "$model" &&
	says "2 column names given"
X
check 'batch --header with --no-header: a usage error' <<'X'
	expect 2 mlv-serve batch -i body.csv --header --no-header "$model"
X
mlv-data init >/dev/null
cp body.csv churn.csv
mlv-data add churn.csv --columns "$names" >/dev/null
check 'batch -i data:NAME: read with the names the dataset was added with' <<'X'
	expect 0 mlv-serve batch -i data:churn "$model" &&
	same out "$churn_scores"
X
check 'batch MODEL ROWS: a usage error that says where rows go' <<'X'
	expect 2 mlv-serve batch "$model" body.csv &&
	says "rows come with -i body.csv, or on standard input"
X

# --- a model that refuses unknown categories; a label output that lies on its side
fresh strict
G=$TOP/tests/golden/models
strict=$G/strict-sklearn.onnx
check 'a model that refuses unknown categories: the scores of onnxruntime for known ones' <<'X'
	expect 0 mlv-serve batch -i "$G/strict-rows.csv" "$strict" &&
	same out "$G/strict-scores.csv"
X
{
	cat "$G/strict-rows.csv"
	for i in $(seq 30); do tail -n +2 "$G/strict-rows.csv"; done
	echo 30,basic,Paris
	cat "$G/strict-rows.csv"
} >late.csv
check 'batch of a category the model refuses: exit 3, category and row are named' <<'X'
	expect 3 mlv-serve batch -i late.csv "$strict" &&
	says "row 1241: " &&
	says "Paris"
X
echo '{"age":30,"plan":"basic","town":"Paris"}' >line
check 'stream of a category the model refuses: an error with category and line' <<'X'
	expect 1 mlv-serve stream "$strict" <line &&
	grep -q 'Paris.*"line":1' out
X
check 'a request of a category the model refuses: 400, category and row are named' <<'X'
	jq -c '{dataframe_records: [{age: 1, plan: "basic", town: "Oslo"}, .]}' line >records &&
	start --name strict "$strict" &&
	answers 400 "$url/invocations" -H "$as_json" -d @records &&
	jq -r .message body | grep -q '^row 2: .*Paris' &&
	stop
X
check 'a label output that lies on its side: one label a row' <<'X'
	expect 0 mlv-serve batch -i "$G/lying-rows.csv" "$G/lying-sklearn.onnx" &&
	same out "$G/lying-scores.csv"
X

# --- stream goes on
fresh stream
{
	printf '{"tenure":1,"MonthlyCharges":"29.85","TotalCharges":null,'
	printf '"Contract":"Month-to-month","InternetService":"DSL",'
	printf '"PaymentMethod":"never seen","gender":"Male","extra":[1,2]}\n'
	printf '\n{"tenure":1}\nnonsense\n'
} >in
check 'stream with bad lines: an error with its line in the place of each answer' <<'X'
	expect 1 mlv-serve stream "$model" <in &&
	jq -r '.line // "answered"' out >got &&
	printf '%s\n' answered 3 4 | same - got
X
check 'stream of a line without its newline: answered' <<'X'
	head -n 1 in | tr -d "\n" >last &&
	expect 0 mlv-serve stream "$model" <last &&
	prints output_label
X
mkfifo questions
background sh -c 'exec mlv-serve stream "$0" <questions' "$model"
exec 3>questions
head -n 1 in >&3
check 'stream answers a line before the next one comes' <<'X'
	until_true grep -q output_label server.out
X
exec 3>&-
check 'stream ends with exit 0 at the end of its input' 'wait $server'
finish
