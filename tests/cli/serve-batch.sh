#!/bin/sh
# Batch and stream: answers in order, the same bits, honest errors.
. "$(dirname "$0")/../lib.sh"
G=$TOP/tests/golden/models
model=$G/churn-sklearn.onnx

fresh batch
cp "$G/churn-rows.csv" rows.csv
check 'batch answers as onnxruntime did' 'mlv-serve batch "$model" <rows.csv >out 2>err && same out "$G/churn-scores.csv"'
check '--threads 1 gives the same bytes' 'mlv-serve batch -t 1 "$model" <rows.csv >one && same one "$G/churn-scores.csv"'
check 'a name instead of standard input' 'expect 0 mlv-serve batch -i rows.csv "$model" && same out "$G/churn-scores.csv"'
check 'nothing replaces what is read' 'cp rows.csv r2.csv && cp "$model" m.onnx && expect 2 mlv-serve batch -i r2.csv -o ./r2.csv m.onnx && says "what is read" && expect 2 mlv-serve batch -i r2.csv -o m.onnx m.onnx && { expect 2 mlv-serve batch -o r2.csv m.onnx <r2.csv; } && same r2.csv rows.csv && cmp m.onnx "$model"'
check '--keep puts columns in front' 'expect 0 mlv-serve batch -i rows.csv --keep customerID,tenure "$model" && test "$(head -n 1 out)" = "customerID,tenure,$(head -n 1 "$G/churn-scores.csv")" && test "$(cut -d, -f1 out)" = "$(cut -d, -f1 rows.csv)"'
check '--keep-all carries everything' 'expect 0 mlv-serve batch -i rows.csv --keep-all "$model" && test "$(head -n 1 out)" = "$(head -n 1 rows.csv),$(head -n 1 "$G/churn-scores.csv")"'
check 'a kept column that is not there is named' 'expect 3 mlv-serve batch -i rows.csv --keep nope "$model" && says nope'
check 'columns in another order, and more of them, change nothing' \
	'awk -F, -v OFS=, "{ print \$21, \$20, \$19, \$18, \$16, \$9, \$6, \$2, NR == 1 ? \"n\" : NR }" rows.csv >turned.csv && expect 0 mlv-serve batch -i turned.csv "$model" && same out "$G/churn-scores.csv"'
check 'CRLF, a BOM and semicolons change nothing' \
	'{ printf "\357\273\277"; tr , ";" <rows.csv | sed "s/$/\r/"; } >odd.csv && expect 0 mlv-serve batch -i odd.csv "$model" && same out "$G/churn-scores.csv"'
check 'CSV to JSON Lines' 'expect 0 mlv-serve batch -i rows.csv --out-format jsonl "$model" && test "$(jq -r .output_label out | head -n 3 | tr "\n" " ")" = "$(tail -n +2 "$G/churn-scores.csv" | cut -d, -f1 | head -n 3 | tr "\n" " ")"'
mlv-serve batch -i rows.csv --keep-all --out-format jsonl "$model" | jq -c 'del(.output_label)' >rows.jsonl
check 'JSON Lines in, JSON Lines out' 'expect 0 mlv-serve batch -i rows.jsonl "$model" && test "$(wc -l <out)" = 20'
cp out batch.jsonl
check 'stream gives the same bytes as batch' 'mlv-serve stream "$model" <rows.jsonl >stream.jsonl 2>err && same stream.jsonl batch.jsonl'
check 'a row alone gets the answer it gets in company' \
	'sed -n 7p rows.jsonl | mlv-serve stream "$model" >one && sed -n 7p batch.jsonl | cmp -s - one'
check 'many rows: constant order, the same answers' \
	'{ cat rows.csv; for i in $(seq 1200); do tail -n +2 rows.csv; done; } >many.csv && mlv-serve batch -i many.csv "$model" >out && test "$(wc -l <out)" = 24021 && test "$(tail -n 20 out)" = "$(tail -n 20 "$G/churn-scores.csv")"'
check 'a missing column is named, exit 3, no file left' 'cut -d, -f1-5 rows.csv >short.csv && expect 3 mlv-serve batch -i short.csv -o scored.csv "$model" && says tenure && test ! -e scored.csv'
check '-o is whole' 'expect 0 mlv-serve batch -i rows.csv -o scored.csv "$model" && same scored.csv "$G/churn-scores.csv"'
check 'a cell that is no number has its line' 'sed "5s/,[0-9.]*,\([0-9.]*,[A-Z][a-z]*\)$/,lots,\1/" rows.csv >bad.csv && expect 3 mlv-serve batch -i bad.csv -o scored2.csv "$model" && says "line 5" && test ! -e scored2.csv'
check 'no rows give a header alone' 'head -n 1 rows.csv >none.csv && expect 0 mlv-serve batch -i none.csv "$model" && test "$(cat out)" = "$(head -n 1 "$G/churn-scores.csv")"'
check 'an empty input is refused' ': >nothing && expect 3 mlv-serve batch -i nothing "$model"'
check 'a full disk is exit 3' 'mlv-serve batch -i rows.csv "$model" >/dev/full 2>err; test $? = 3 && says "mlv-serve: error:"'
check 'a reader that leaves early is quiet' '{ mlv-serve batch -i many.csv "$model" 2>err; } | head -n 1 >/dev/null; test ! -s err'
check 'a small model that would take for ever is refused' 'expect 3 timeout 60 mlv-serve batch "$TOP/tests/fuzz/seeds/onnx/scans-in-scans" <rows.csv && says "Scan node" && says "1048576 steps, where 1 to 1 are taken"'
check 'a model that is not there' 'expect 3 mlv-serve batch nope.onnx <rows.csv && says nope.onnx'
check 'a file that is no model' 'expect 3 mlv-serve batch rows.csv <rows.csv && says "not an ONNX file"'
check 'a truncated model' 'head -c 700 "$model" >cut.onnx && expect 3 mlv-serve batch cut.onnx <rows.csv && says cut.onnx'
check 'no model is usage' 'expect 2 mlv-serve batch'
check 'a matrix model takes columns in order' \
	'printf "a,b,c,d,e,f\n1,2,3,4,5,6\n" >m.csv && expect 0 mlv-serve batch -i m.csv "$TOP/tests/golden/onnx/ridge/model.onnx" && test "$(wc -l <out)" = 2'
cp out in-order
check 'or those of --columns' \
	'printf "f,e,d,c,b,a\n6,5,4,3,2,1\n" >m2.csv && expect 0 mlv-serve batch -i m2.csv --columns a,b,c,d,e,f "$TOP/tests/golden/onnx/ridge/model.onnx" && same out in-order'

fresh headerless
names=$(head -n 1 "$G/churn-rows.csv")
tail -n +2 "$G/churn-rows.csv" >body.csv
check 'a file without a header line is read with --columns' 'expect 0 mlv-serve batch -i body.csv --columns "$names" "$model" && same out "$G/churn-scores.csv" && mlv-serve batch --columns "$names" --keep tenure "$model" <body.csv >out && test "$(head -n 1 out)" = "tenure,$(head -n 1 "$G/churn-scores.csv")"'
check 'with --header they replace the names that are there' 'sed "1s/tenure/years/" "$G/churn-rows.csv" >other.csv && expect 0 mlv-serve batch -i other.csv --header --columns "$names" "$model" && same out "$G/churn-scores.csv"'
check 'without either, the advice is what batch has' 'expect 3 mlv-serve batch -i body.csv "$model" && for o in --columns --no-header --header; do says "$o" && mlv-serve batch --help | grep -q -- "$o " || return 1; done'
check 'too few names, or both ways, are refused' 'expect 3 mlv-serve batch -i body.csv --columns a,b "$model" && says "2 column names given" && expect 2 mlv-serve batch -i body.csv --header --no-header "$model"'
ridge=$TOP/tests/golden/onnx/ridge/model.onnx
printf '1,2,3,4,5,6\n6,5,4,3,2,1\n' >m.csv
{ echo a,b,c,d,e,f; cat m.csv; } >named.csv
mlv-serve batch -i named.csv "$ridge" >right
check 'a matrix takes the columns in order, with --no-header' 'expect 0 mlv-serve batch --no-header -i m.csv "$ridge" && same out right && expect 0 mlv-serve batch --no-header --columns a,b,c,d,e,f -i m.csv "$ridge" && same out right'
check 'its --columns pick by the header line' 'expect 0 mlv-serve batch --columns f,e,d,c,b,a -i named.csv "$ridge" && test "$(sed -n 3p out)" = "$(sed -n 2p right)" && expect 2 mlv-serve batch --columns a,b -i named.csv "$ridge" && says "takes 6 columns, 2 are named"'
mlv-data init >/dev/null
cp body.csv churn.csv && mlv-data add churn.csv --columns "$names" >/dev/null
check 'a dataset is read as it was added' 'expect 0 mlv-serve batch -i data:churn "$model" && same out "$G/churn-scores.csv"'
check 'rows behind the model get a hint' 'expect 2 mlv-serve batch "$model" body.csv && says "rows come with -i body.csv, or on standard input"'

fresh strict
strict=$G/strict-sklearn.onnx
check 'a model that refuses unknown categories answers those it knows (as onnxruntime did)' \
	'expect 0 mlv-serve batch -i "$G/strict-rows.csv" "$strict" && same out "$G/strict-scores.csv"'
{ cat "$G/strict-rows.csv"; for i in $(seq 30); do tail -n +2 "$G/strict-rows.csv"; done; echo 30,basic,Paris; cat "$G/strict-rows.csv"; } >late.csv
check 'one it does not know is named, with its row' 'expect 3 mlv-serve batch -i late.csv "$strict" && says "row 1241: " && says "Paris"'
echo '{"age":30,"plan":"basic","town":"Paris"}' >line
check 'a stream has its line' 'expect 1 mlv-serve stream "$strict" <line && grep -q "Paris.*\"line\":1" out'
background mlv-serve http --grace 0 --port 0 --name strict "$strict"
until_true grep -q http server.out
check 'a request its row' 'printf "%s" "{\"dataframe_records\":[{\"age\":1,\"plan\":\"basic\",\"town\":\"Oslo\"},$(cat line)]}" >body && curl -s -m 10 "$(cut -f1 server.out)/invocations" -H "Content-Type: application/json" -d @body | jq -r .message | grep -q "^row 2: .*Paris"'
kill "$server" && wait "$server"
check 'labels that lie on their side are one a row all the same' 'expect 0 mlv-serve batch -i "$G/lying-rows.csv" "$G/lying-sklearn.onnx" && same out "$G/lying-scores.csv"'

fresh stream
printf '{"tenure":1,"MonthlyCharges":"29.85","TotalCharges":null,"Contract":"Month-to-month","InternetService":"DSL","PaymentMethod":"never seen","gender":"Male","extra":[1,2]}\n\n{"tenure":1}\nnonsense\n' >in
check 'a bad line gets an error in its place and the stream goes on' \
	'expect 1 mlv-serve stream "$model" <in && test "$(wc -l <out)" = 3 && test "$(jq -r ".line // \"-\"" out | tr "\n" " ")" = "- 3 4 "'
check 'a line without its newline is answered' 'head -n 1 in | tr -d "\n" >last && expect 0 mlv-serve stream "$model" <last && prints output_label'
mkfifo questions answers
background sh -c 'exec mlv-serve stream "$0" <questions' "$model"
exec 3>questions
head -n 1 in >&3
check 'an answer comes before the next question' 'until_true grep -q output_label server.out'
exec 3>&-
check 'and the end of input ends it' 'wait $server'
finish
