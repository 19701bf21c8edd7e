#!/bin/sh
# A row's answer is its own: nothing of an earlier request on the same
# connection shows in a later one, whatever form the rows come in.
. "$(dirname "$0")/../server.sh"

# Two requests one after the other over one connection: ./first, ./second.
both() {	# path, body, body
	curl -s -m 10 -o first "$url$1" -H "$as_json" -d "@$2" \
	    --next -s -m 10 -o second -w '%{num_connects}' "$url$1" -H "$as_json" -d "@$3" \
	    >connects &&
	    test "$(cat connects)" = 0
}
predictions() { jq -c '.predictions[]' "$1"; }

# --- a model of one matrix, with a full row and one of nulls
fresh matrix
start --threads 1 "$ridge"
printf 'a,b,c,d,e,f\n1,2,3,4,5,6\n,2,,4,5,\n' >rows.csv
mlv-serve batch -i rows.csv --out-format jsonl "$ridge" >batch.jsonl
sed -n 1p batch.jsonl >full.want
sed -n 2p batch.jsonl >nulls.want
full=1,2,3,4,5,6
nulls=null,2,null,4,5,null
check 'a full row and one of nulls have different answers, so the others can fail' <<'X'
	test -s full.want &&
	test -s nulls.want &&
	! cmp -s full.want nulls.want
X
for form in instances inputs; do
	echo "{\"$form\":[[$full]]}" >full.$form
	echo "{\"$form\":[[$nulls]]}" >nulls.$form
	check "/invocations with $form: a row of nulls after a full row has missing values" <<-'X'
		both /invocations full.$form nulls.$form &&
		predictions first | same - full.want &&
		predictions second | same - nulls.want
	X
done
echo "{\"instances\":[[$full],[$nulls],[$full]]}" >three
check '/invocations with rows of nulls between full rows: each has its own answer' <<'X'
	both /invocations three nulls.instances &&
	cat full.want nulls.want full.want >want &&
	predictions first | same - want
X
name=$(ask "$url/v2/models" | jq -r '.models[0]')
tensor=$(ask "$url/v2/models/$name" | jq -r '.inputs[0].name')
infer_body() {	# rows, data
	printf '{"inputs":[{"name":"%s","shape":[%s,6],"datatype":"FP32","data":[%s]}]}' "$tensor" "$1" "$2"
}
infer_body 1 $full >full.v2
infer_body 1 $nulls >nulls.v2
check 'v2: a row of nulls after a full row has missing values' <<'X'
	both "/v2/models/$name/infer" full.v2 nulls.v2 &&
	jq -c '.[]' nulls.want >want &&
	jq -c '.outputs[0].data[]' second | same - want
X
# The bits that say what is missing have room for as many rows as come.
for n in 1 100 190 7; do
	infer_body $n "$(yes '1,null,3,4,5,6' | head -n $n | paste -sd,)" >many.$n
done
check 'v2: requests of 1, 100, 190 and 7 rows with nulls give every row the same answer' <<'X'
	for n in 1 100 190 7; do
		answers 200 "$url/v2/models/$name/infer" -d @many.$n &&
		test "$(jq '.outputs[0].shape[0]' body)" = $n &&
		jq -c '.outputs[0].data[]' body | sort -u >distinct &&
		test "$(wc -l <distinct)" = 1 || return 1
	done
X
check 'a server of one matrix stops with exit 0' stop

# --- a model of columns, numbers and texts
fresh columns
start --threads 1 --name churn "$churn"
jq -c . >rows.jsonl <<'X'
{
	"tenure": 1, "MonthlyCharges": 29.85, "TotalCharges": 500.5, "Contract": "Two year",
	"InternetService": "DSL", "PaymentMethod": "Mailed check", "gender": "Male"
}
{
	"tenure": null, "MonthlyCharges": null, "TotalCharges": null, "Contract": null,
	"InternetService": "DSL", "PaymentMethod": null, "gender": null
}
X
mlv-serve batch -i rows.jsonl "$churn" --out-format jsonl >batch.jsonl
sed -n 2p batch.jsonl >nulls.want
check 'a row of columns and one of nulls have different answers, so the others can fail' <<'X'
	test "$(sort -u batch.jsonl | wc -l)" = 2
X
# Row 1 or 2 as the body that this filter makes of it.
body_of() { sed -n "$1p" rows.jsonl | jq -c ". as \$row | $2"; }
for k in 1 2; do
	body_of $k '{dataframe_records: [$row]}' >dataframe_records.$k
	body_of $k '{dataframe_split: {columns: ($row | keys_unsorted), data: [[$row[]]]}}' \
	    >dataframe_split.$k
	body_of $k '{instances: [$row]}' >instances.$k
	body_of $k '{inputs: ($row | map_values([.]))}' >inputs.$k
	body_of $k '{inputs: ($row | to_entries | map({
		name: .key,
		shape: [1, 1],
		datatype: (if (.key | test("^[tMT]")) then "FP32" else "BYTES" end),
		data: [.value]}))}' >v2.$k
done
for form in dataframe_records dataframe_split instances inputs; do
	check "/invocations with columns in $form: nulls after a full row are missing" <<-'X'
		both /invocations $form.1 $form.2 &&
		predictions second | same - nulls.want
	X
done
check 'v2 with a tensor a column: nulls after a full row are missing' <<'X'
	both /v2/models/churn/infer v2.1 v2.2 &&
	jq -c '."output_probability.No", ."output_probability.Yes"' nulls.want >want &&
	jq -c '.outputs[1].data[]' second | same - want
X
check 'a request that is refused leaves nothing behind for the next one' <<'X'
	jq -c '.dataframe_records[0].TotalCharges = "x"' dataframe_records.1 >bad &&
	both /invocations bad dataframe_records.2 &&
	jq -e .error_code first &&
	predictions second | same - nulls.want
X
check 'a server of columns stops with exit 0' stop

# --- stream and batch
check 'stream: a row of nulls after a full row has the answer of batch' <<'X'
	expect 0 mlv-serve stream "$churn" <rows.jsonl &&
	same out batch.jsonl
X
check 'batch: a row of nulls alone has the answer it has after a full row' <<'X'
	sed -n 2p rows.jsonl >nulls.jsonl &&
	expect 0 mlv-serve batch "$churn" --out-format jsonl <nulls.jsonl &&
	same out nulls.want
X
check 'batch with CSV answers: a row of nulls alone has the answer it has after a full row' <<'X'
	expect 0 mlv-serve batch "$churn" --out-format csv <nulls.jsonl &&
	tail -n 1 out >alone &&
	expect 0 mlv-serve batch "$churn" --out-format csv <rows.jsonl &&
	tail -n 1 out | same - alone
X
finish
