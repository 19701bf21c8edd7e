#!/bin/sh
# One row, one answer: batch, stream, v2 and /invocations give the same bits
# for the same rows, missing values and categories never seen included.
. "$(dirname "$0")/../lib.sh"

start() {	# options... : $url
	background mlv-serve http --grace 0 --port 0 --name m "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out)
}
stop() { kill "$server" && wait "$server"; }
json() { curl -s -m 20 "$url/invocations" -H 'Content-Type: application/json' --data-binary "@$1"; }
# Texts are cut by hand: a tool that reads numbers would round them.
lines() { { cat; echo; } | sed 's/^{"predictions":\[//; s/\]}$//; s/},{/}\n{/g'; }
member() { sed -n "s/.*\"$1\":\(\"[^\"]*\"\|[^,}]*\).*/\1/p"; }	# name
list() { paste -sd, "$@"; }

# Every front against ./rows.jsonl and ./batch.jsonl; columns as name:datatype.
fronts() {	# model columns...
	model=$1
	shift
	check 'batch: one thread or two, CSV or JSON Lines' \
		'( for t in 1 2; do mlv-serve batch -t $t "$model" --out-format jsonl <rows.csv | same - batch.jsonl && mlv-serve batch -t $t "$model" <rows.jsonl | same - batch.jsonl || exit 1; done )'
	check 'batch: row by row' 'while read -r row; do echo "$row" | mlv-serve batch "$model"; done <rows.jsonl | same - batch.jsonl'
	check 'stream' 'mlv-serve stream "$model" <rows.jsonl | same - batch.jsonl'
	start "$model"
	printf '{"dataframe_records":[%s]}' "$(list rows.jsonl)" >records
	sed 's/records/xxx/; s/dataframe_xxx/instances/' records >instances
	check 'dataframe_records, instances' '( for f in records instances; do json $f | lines | same - batch.jsonl || exit 1; done )'
	names=
	cp rows.jsonl values
	printf '{"inputs":{' >columns
	printf '{"id":"same","inputs":[' >v2
	for c in "$@"; do
		name=${c%:*}
		sed "s/\"$name\"://" values >values2 && mv values2 values
		printf '%s"%s":[%s]' "${names:+,}" "$name" "$(member "$name" <rows.jsonl | list)" >>columns
		printf '%s{"name":"%s","shape":[%d,1],"datatype":"%s","data":[%s]}' "${names:+,}" "$name" "$(wc -l <rows.jsonl)" "${c#*:}" "$(member "$name" <rows.jsonl | list)" >>v2
		names="$names${names:+,}\"$name\""
	done
	printf '}}' >>columns
	printf ']}' >>v2
	printf '{"dataframe_split":{"columns":[%s],"data":[%s]}}' "$names" "$(sed 's/^{/[/; s/}$/]/' values | list)" >split
	check 'dataframe_split, inputs by column' '( for f in split columns; do json $f | lines | same - batch.jsonl || exit 1; done )'
	check 'CSV' 'curl -s -m 20 "$url/invocations" -H "Content-Type: text/csv" --data-binary @rows.csv | lines | same - batch.jsonl'
	check 'row by row' 'while read -r row; do echo "{\"instances\":[$row]}" >one && json one | lines; done <rows.jsonl | same - batch.jsonl'
	curl -s -m 20 "$url/v2/models/m/infer" --data-binary @v2 | { cat; echo; } | sed 's/,{"name"/\n{"name"/g; s/\[{"name"/\n{"name"/' >got
	first=$(head -n 1 batch.jsonl | sed 's/^{"//; s/":.*//')
	check "v2: $first" 'sed -n "s/^{\"name\":\"$first\".*\"data\":\[\(.*\)\]}.*/\1/p" got | head -n 1 | sed "s/\]}\$//" >a; member "$first" <batch.jsonl | list | same - a'
	rest=$(head -n 1 batch.jsonl | grep -o '"[^"]*\.[^"]*":' | head -n 1 | sed 's/^"//; s/\..*//')
	[ -z "$rest" ] || check "v2: $rest" 'sed -n "s/^{\"name\":\"$rest\".*\"data\":\[\(.*\)\]}.*/\1/p" got | head -n 1 | sed "s/\]}\$//" >a; sed "s/^{\"$first\":\(\"[^\"]*\"\|[^,]*\),//; s/\"$rest\.[^\"]*\"://g; s/}//" batch.jsonl | list | same - a'
	check 'stops' stop
}

fresh sklearn
model=$TOP/tests/golden/models/churn-sklearn.onnx
awk -F, -v OFS=, 'NR <= 40 { print $6, $19, $20, $16, $9, $18, $2 }' "$TOP/tests/golden/models/churn-rows.csv" >rows.csv
cat >>rows.csv <<'R'
,,,,,,
1,,,Two year,,,Male
,29.85,1e-7,never seen,DSL,Mailed check,
12,1e22,123456789.123456789,1.0,true,NA,"null"
-0.0,0.1,.5,"a,b","  DSL ",Ünïcode,Female
R
mlv-serve batch -i rows.csv --keep-all --out-format jsonl "$model" | sed 's/,"output_label".*/}/' >rows.jsonl
mlv-serve batch -i rows.csv --out-format jsonl "$model" >batch.jsonl
check 'the rows are there, and are not all answered alike' 'test "$(wc -l <rows.jsonl)" = $(($(wc -l <rows.csv) - 1)) && test "$(sort -u batch.jsonl | wc -l)" -gt 15'
fronts "$model" tenure:FP32 MonthlyCharges:FP32 TotalCharges:FP32 Contract:BYTES InternetService:BYTES PaymentMethod:BYTES gender:BYTES

# Categories that look like numbers, and a category that was missing in
# training: "1", "1.0" and "1.00" are three texts.
awk 'BEGIN {
	split("1 1.0 1.00 x", code, " ")
	print "amount,code,plan,left"
	for (i = 0; i < 400; i++) {
		k = i % 4 + 1; a = (i * 7919) % 1000 / 8
		printf "%s,%s,%s,%s\n", i % 11 ? a : "", code[k], i % 13 ? (i % 3 ? "basic" : "plus") : "", \
		    (k * 37 + i * 13) % 100 < k * 22 ? "yes" : "no"
	}
}' >train.csv
cat >rows.csv <<'R'
amount,code,plan
10.5,1,basic
10.5,1.0,basic
10.5,1.00,basic
10.5,x,basic
10.5,true,basic
,1,
10.5,,plus
1e3,never,"never, ever"
-7.25,1e0,basic
R
cp train.csv rows.csv "$HOME_DIR"
for learner in logistic gbdt; do
	fresh "$learner"
	cp "$HOME_DIR/train.csv" "$HOME_DIR/rows.csv" .
	mlv-train fit train.csv --target left --learner $learner -o model.onnx >/dev/null 2>fit.err || cat fit.err
	model=model.onnx
	mlv-serve batch -i rows.csv --keep-all --out-format jsonl $model | sed 's/,"label".*/}/' >rows.jsonl
	mlv-serve batch -i rows.csv --out-format jsonl $model >batch.jsonl
	check "$learner: texts that look like numbers are told apart" 'test "$(wc -l <batch.jsonl)" = 9 && test "$(head -n 4 batch.jsonl | sort -u | wc -l)" -ge 3 && grep -q "\"code\":1.0," rows.jsonl'
	fronts $model amount:FP32 code:BYTES plan:BYTES
done
finish
