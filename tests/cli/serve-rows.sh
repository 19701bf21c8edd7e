#!/bin/sh
# A row's answer is its own: nothing of an earlier request on the same
# connection shows in a later one, whatever form the rows come in.
. "$(dirname "$0")/../lib.sh"
model=$TOP/tests/golden/onnx/ridge/model.onnx
churn=$TOP/tests/golden/models/churn-sklearn.onnx

start() {	# options... : $url
	background mlv-serve http --grace 0 --port 0 --threads 1 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out)
}
stop() { kill "$server" && wait "$server"; }
# Two requests one after the other over one connection: ./first, ./second.
both() {	# path body body
	curl -s -m 10 -o first "$url$1" -H 'Content-Type: application/json' -d "@$2" \
		--next -s -m 10 -o second -w '%{num_connects}' "$url$1" -H 'Content-Type: application/json' -d "@$3" >connects &&
		test "$(cat connects)" = 0
}

fresh matrix
start "$model"
printf 'a,b,c,d,e,f\n1,2,3,4,5,6\n,2,,4,5,\n' >rows.csv
mlv-serve batch -i rows.csv --out-format jsonl "$model" >batch.jsonl
sed -n 1p batch.jsonl >full.want
sed -n 2p batch.jsonl >gone.want
echo '{"instances":[[1,2,3,4,5,6]]}' >full
echo '{"instances":[[null,2,null,4,5,null]]}' >gone
check 'a full row, then one with nulls: the nulls are missing' \
	'both /invocations full gone && jq -c ".predictions[]" first | same - full.want && jq -c ".predictions[]" second | same - gone.want'
check 'and the two answers differ, so this test can fail' '! cmp -s full.want gone.want'
echo '{"instances":[[1,2,3,4,5,6],[null,2,null,4,5,null],[1,2,3,4,5,6]]}' >three
check 'between rows of one request, too' \
	'both /invocations three gone && jq -c ".predictions[1]" first | same - gone.want && jq -c ".predictions[0,2]" first | uniq | same - full.want'
echo '{"inputs":[[1,2,3,4,5,6]]}' >full2
echo '{"inputs":[[null,2,null,4,5,null]]}' >gone2
check 'a list under "inputs"' 'both /invocations full2 gone2 && jq -c ".predictions[]" second | same - gone.want'
name=$(curl -s "$url/v2/models" | jq -r '.models[0]')
tensor=$(curl -s "$url/v2/models/$name" | jq -r '.inputs[0].name')
v2() { printf '{"inputs":[{"name":"%s","shape":[%s,6],"datatype":"FP32","data":[%s]}]}' "$tensor" "$1" "$2"; }
v2 1 1,2,3,4,5,6 >v2full
v2 1 null,2,null,4,5,null >v2gone
check 'v2' 'both "/v2/models/$name/infer" v2full v2gone && jq -c ".outputs[0].data[]" second >got && jq -c ".[]" gone.want | same - got'
# one row, then many, then more: the bits that say missing have room
many() { v2 "$1" "$(yes '1,null,3,4,5,6' | head -n "$1" | paste -sd,)"; }
for n in 1 100 190 7; do many $n >many.$n; done
check 'requests that grow and shrink, all with nulls' \
	'( for n in 1 100 190 7; do curl -s -m 10 -o got "$url/v2/models/$name/infer" -d @many.$n && test "$(jq ".outputs[0].shape[0]" got)" = $n && test "$(jq -c ".outputs[0].data[]" got | sort -u | wc -l)" = 1 || exit 1; done )'
check 'stops' stop

fresh columns
start --name churn "$churn"
row='"tenure":1,"MonthlyCharges":29.85,"TotalCharges":500.5,"Contract":"Two year","InternetService":"DSL","PaymentMethod":"Mailed check","gender":"Male"'
null='"tenure":null,"MonthlyCharges":null,"TotalCharges":null,"Contract":null,"InternetService":"DSL","PaymentMethod":null,"gender":null'
printf '{%s}\n{%s}\n' "$row" "$null" >rows.jsonl
mlv-serve batch -i rows.jsonl "$churn" --out-format jsonl >batch.jsonl
sed -n 2p batch.jsonl >gone.want
check 'the fixture tells them apart' 'test "$(sort -u batch.jsonl | wc -l)" = 2'
one() { jq -c ". as \$r | $2" <rows.jsonl | sed -n "$1p"; }
for k in 1 2; do
	one $k '{dataframe_records: [$r]}' >records.$k
	one $k '{dataframe_split: {columns: ($r | keys_unsorted), data: [[$r[]]]}}' >split.$k
	one $k '{instances: [$r]}' >instances.$k
	one $k '{inputs: ($r | map_values([.]))}' >inputs.$k
	one $k '{inputs: ($r | to_entries | map({name: .key, shape: [1, 1], datatype: (if (.key | test("^[tMT]")) then "FP32" else "BYTES" end), data: [.value]}))}' >v2.$k
done
for form in records split instances inputs; do
	check "$form" 'both /invocations $form.1 $form.2 && jq -c ".predictions[]" second | same - gone.want'
done
check 'v2' 'both /v2/models/churn/infer v2.1 v2.2 && jq -c ".outputs[1].data[]" second >got && jq -c ".[\"output_probability.No\"], .[\"output_probability.Yes\"]" gone.want | same - got'
check 'a bad row leaves nothing behind for the next' \
	'jq -c ".dataframe_records[0].TotalCharges = \"x\"" records.1 >bad && both /invocations bad records.2 && jq -e .error_code first && jq -c ".predictions[]" second | same - gone.want'
check 'stops' stop
check 'a stream, row after row' 'mlv-serve stream "$churn" <rows.jsonl >out && same out batch.jsonl'
check 'a batch, in one block and one row at a time' \
	'sed -n 2p rows.jsonl | mlv-serve batch "$churn" --out-format csv | tail -n 1 >alone && mlv-serve batch "$churn" --out-format csv <rows.jsonl | tail -n 1 | same - alone'
finish
