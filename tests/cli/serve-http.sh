#!/bin/sh
# mlv-serve http: the V2 inference protocol and /invocations, what they
# refuse, metrics and log, a canary by share of units, how it starts and ends.
. "$(dirname "$0")/../server.sh"

# --- health and metadata
fresh http
cp "$churn" model.onnx
start --name churn --log reqs model.onnx
model=$url/v2/models/churn
check 'the URL is printed when the server is ready, with its port' 'test -n "$port"'
check 'health: live, ready, ping and health are 200' <<'X'
	test "$(ask "$url/v2/health/ready" | jq .ready)" = true &&
	answers 200 "$url/v2/health/live" &&
	answers 200 "$url/ping" &&
	answers 200 "$url/health"
X
check 'metadata of a model names its inputs and its version' <<'X'
	answers 200 "$model" &&
	test "$(jq -r '.inputs[0].name' body)" = tenure &&
	test "$(jq -r '.versions[0]' body)" = 1
X
check 'metadata of the server names mlv-serve' <<'X'
	test "$(ask "$url/v2" | jq -r .name)" = mlv-serve
X

# --- the same rows through every form of request
mlv-serve batch -i "$churn_rows" --out-format jsonl model.onnx >batch.jsonl
mlv-serve batch -i "$churn_rows" --keep-all --out-format jsonl model.onnx >kept.jsonl
jq -c 'del(.output_label)' kept.jsonl >rows.jsonl
jq -cs '{dataframe_records: .}' rows.jsonl >dataframe_records
jq -cs '{dataframe_split: {columns: (.[0] | keys_unsorted), data: map([.[]])}}' \
    rows.jsonl >dataframe_split
jq -cs '{instances: .}' rows.jsonl >instances
jq -cs '. as $rows | {inputs: (.[0] | with_entries(.key as $k | .value = [$rows[][$k]]))}' \
    rows.jsonl >inputs
# A tensor a column, numbers flat and texts one list a row.
cat >tensors.jq <<'X'
. as $rows |
def tensor($type): {name: ., shape: [($rows | length), 1], datatype: $type};
def values: . as $k | [$rows[][$k]];
{id: "r1", inputs: (
	(["tenure", "MonthlyCharges", "TotalCharges"] |
	    map(tensor("FP32") + {data: values})) +
	(["Contract", "InternetService", "PaymentMethod", "gender"] |
	    map(tensor("BYTES") + {data: (values | map([.]))})))}
X
jq -cs -f tensors.jq rows.jsonl >v2
check '/invocations with CSV: the answers of batch' <<'X'
	answers 200 "$url/invocations" -H "$as_csv" --data-binary "@$churn_rows" &&
	jq -c '.predictions[]' body | same - batch.jsonl
X
for form in dataframe_records dataframe_split instances inputs; do
	check "/invocations with $form: the answers of batch" <<-'X'
		answers 200 "$url/invocations" -H "$as_json" --data-binary "@$form" &&
		jq -c '.predictions[]' body | same - batch.jsonl
	X
done
check 'v2 infer: the probabilities of batch' <<'X'
	answers 200 "$model/infer" --data-binary @v2 &&
	jq -c '.outputs[1].data[]' body >got &&
	jq -c '."output_probability.No", ."output_probability.Yes"' batch.jsonl | same - got
X
check 'v2 infer: the answer has the id of the request, model name and version' <<'X'
	test "$(jq -r '"\(.id) \(.model_name) \(.model_version)"' body)" = "r1 churn 1"
X
jq -c '.parameters = {binary_data_output: true} | .outputs = [{name: "output_probability"}]' \
    v2 >bytes.json
check 'v2 infer with binary_data_output: JSON, then the floats of batch as bytes' <<'X'
	answers 200 "$model/infer" --data-binary @bytes.json &&
	test "$(header Content-Type)" = application/octet-stream &&
	n=$(header Inference-Header-Content-Length) &&
	head -c "$n" body | jq -e '.outputs[0].parameters.binary_data_size > 0' &&
	tail -c +$((n + 1)) body | od -An -v -tf4 -w4 | jq -c '. * 1e5 | round' >got &&
	jq -c '."output_probability.No", ."output_probability.Yes" | . * 1e5 | round' batch.jsonl |
	    same - got
X
check 'v2 infer with bytes whose header is beyond the body is 400, and named' <<'X'
	answers 400 "$model/infer" -H 'Inference-Header-Content-Length: 99999999' -d @v2 &&
	grep -q "Inference-Header-Content-Length is the number of bytes of JSON" body
X
check 'the server says that it takes tensors as bytes' <<'X'
	answers 200 "$url/v2" &&
	test "$(jq -c .extensions body)" = '["binary_tensor_data"]'
X
check 'v2 infer of a version: 200 where it is served, 404 where not' <<'X'
	answers 200 "$model/versions/1/infer" --data-binary @v2 &&
	answers 404 "$model/versions/2/infer" --data-binary @v2
X
check 'v2 infer with outputs by name: these outputs alone' <<'X'
	jq -c '.outputs = [{name: "output_label"}]' v2 >some &&
	answers 200 "$model/infer" --data-binary @some &&
	test "$(jq -c '[.outputs[].name]' body)" = '["output_label"]'
X
check 'the digest of the model is in the header of an answer' <<'X'
	answers 200 "$url/invocations" -H "$as_json" -d @dataframe_records &&
	test "$(header X-Mlv-Model)" = "sha256:$(sha256sum model.onnx | cut -c1-64)"
X

# --- requests that are refused
check 'a body that is not JSON is 400, with an error' <<'X'
	answers 400 "$model/infer" -d nonsense &&
	jq -e .error body
X
check 'v2 infer without an input the model needs is 400, and it is named' <<'X'
	jq -c '.inputs |= .[:1]' v2 >odd &&
	answers 400 "$model/infer" -d @odd &&
	grep -q MonthlyCharges body
X
check 'v2 infer with a shape that does not fit the data is 400' <<'X'
	jq -c '.inputs[0].shape = [3,1]' v2 >odd &&
	answers 400 "$model/infer" -d @odd
X
check 'v2 infer with a shape of a billion rows and few data is 400' <<'X'
	jq -c '.inputs[0].shape = [1000000000,1]' v2 >odd &&
	answers 400 "$model/infer" -d @odd
X
check 'v2 infer without a datatype, or with one that is none, is 400 and says so' <<'X'
	jq -c 'del(.inputs[0].datatype)' v2 >odd &&
	answers 400 "$model/infer" -d @odd &&
	grep -q "has no datatype" body &&
	jq -c '.inputs[0].datatype = "FOO"' v2 >odd &&
	answers 400 "$model/infer" -d @odd &&
	grep -q "a datatype is BOOL" body
X
check 'v2 infer with a number as id: the answer has it' <<'X'
	jq -c '.id = 7' v2 >odd &&
	answers 200 "$model/infer" -d @odd &&
	test "$(jq -c .id body)" = 7
X
check 'v2 infer with text where a number belongs is 400' <<'X'
	jq -c '.inputs[0].data[0] = "x"' v2 >odd &&
	answers 400 "$model/infer" -d @odd
X
check '/invocations with two forms at once is 400, with an error code' <<'X'
	answers 400 "$url/invocations" -H "$as_json" -d '{"instances":[],"inputs":[]}' &&
	jq -e .error_code body
X
check 'a model that is not served is 404' 'answers 404 "$url/v2/models/other/infer" -d @v2'
check 'a path that is not served is 404' 'answers 404 "$url/etc/passwd"'
check 'GET of infer is 405' 'answers 405 "$model/infer"'
check 'DELETE of a model is 405' 'answers 405 -X DELETE "$model"'
check 'a body beyond 8 MiB is 413' <<'X'
	head -c 9000000 /dev/zero >big &&
	answers 413 "$url/invocations" --data-binary @big
X
check 'a content type that is not taken is 415' <<'X'
	answers 415 "$url/invocations" -H "Content-Type: text/xml" -d x
X

# --- requests that two servers could read differently
# Sends these lines as they stand, CRLF after each, then a body; wants 400.
smuggle() {	# body, header lines...
	text=$1
	shift
	{ printf '%s\r\n' "$@" '' && printf "$text"; } >raw
	"$hammer" "$port" - raw 1 >answer
	head -n 1 answer | grep -q ' 400 '
}
check 'a request with a length and a chunked encoding is refused' <<'X'
	smuggle '0\r\n\r\n' 'POST /ping HTTP/1.1' 'Host: a' 'Content-Length: 5' \
	    'Transfer-Encoding: chunked'
X
check 'a request with two lengths is refused' <<'X'
	smuggle abc 'POST /ping HTTP/1.1' 'Host: a' 'Content-Length: 2' 'Content-Length: 3'
X
check 'a request without a Host is refused' <<'X'
	smuggle '' 'GET /ping HTTP/1.1'
X
check 'a request with two Hosts is refused' <<'X'
	smuggle '' 'GET /ping HTTP/1.1' 'Host: a' 'Host: b'
X
check 'a request with a length that is no number is refused' <<'X'
	smuggle ab 'POST /ping HTTP/1.1' 'Host: a' 'Content-Length: +2'
X
check 'what is refused before it is looked at has one head, and a body in JSON' <<'X'
	for line in "X: y" "Host : a" "Content-Length: +2" "Content-Length: -1" "Content-Length: 1, 1"; do
		smuggle "" "GET /ping HTTP/1.1" "$line" || return 1
		tr -d "\r" <answer >lines
		test "$(grep -c "^HTTP/1" lines)" = 1 &&
		sed "1,/^$/d" lines | head -n 1 | jq -e .error >/dev/null || return 1
	done
X
check 'a request line that is not method, path and version is refused' <<'X'
	smuggle "" "GET  /ping HTTP/1.1" "Host: a" &&
	smuggle "" "GET /a b HTTP/1.1" "Host: a" &&
	smuggle "" "GET /ping HTTP/1.1x" "Host: a" &&
	smuggle "" "G(T /ping HTTP/1.1" "Host: a"
X
check 'a request with an unknown transfer encoding is refused' <<'X'
	smuggle '0\r\n\r\n' 'POST /ping HTTP/1.1' 'Host: a' \
	    'Transfer-Encoding: gzip, chunked'
X
check 'a request with one Host and one length is not refused as those with two' <<'X'
	! smuggle ab 'POST /ping HTTP/1.1' 'Host: a' 'Content-Length: 2' &&
	grep -q '^HTTP/1.1 ' answer
X

# --- metrics and log
check 'metrics count requests, rows and errors, with a histogram' <<'X'
	answers 200 "$url/metrics" &&
	grep -q '^mlv_rows_total{model="churn",version="1",variant="stable"} [1-9]' body &&
	grep -q '^mlv_request_errors_total.* [1-9]' body &&
	grep -q 'le="+Inf"' body
X
check 'SIGTERM ends an idle server with exit 0' stop
check 'the request log holds inputs and outputs of every row answered' <<'X'
	cat reqs/*.jsonl >log.jsonl &&
	jq -es '[.[].inputs.tenure[]] | length > 100 and all(. != null)' log.jsonl &&
	jq -es '[.[].outputs.output_label[]] | length > 100 and all(. != null)' log.jsonl
X

# --- a canary by share of units
fresh registry
mlv-data init >/dev/null
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
mlv-registry add score one.onnx >/dev/null
mlv-registry add score two.onnx >/dev/null
mlv-registry set score@champion 1 >/dev/null
echo '{"instances":[[0.1,0.2,0.3,0.4,0.5,0.6]]}' >body.json
start model:score@champion --canary model:score@candidate=30
check 'the version in metadata is the number in the registry' <<'X'
	test "$(ask "$url/v2/models/score" | jq -r '.versions[0]')" = 1
X
mlv-registry set score@candidate 2 >/dev/null
# A line "UNIT VARIANT" for each unit up to this number.
variants() {	# how many units
	for i in $(seq "$1"); do
		answers 200 "$url/invocations" -H "X-Unit-Id: $i" -H "$as_json" -d @body.json || return 1
		echo "$i $(header X-Mlv-Variant)"
	done
}
a_canary_answers() {
	variants 12 >asked
	grep -q canary asked
}
check 'a canary alias that is set later is taken up' 'until_true a_canary_answers'
variants 100 >split1
check '15 to 45 of 100 units go to a canary of 30 percent' <<'X'
	n=$(grep -c canary split1) &&
	test "$n" -ge 15 &&
	test "$n" -le 45
X
check 'a unit asked again goes to the variant it went to' <<'X'
	variants 100 >split2 &&
	same split1 split2
X
stop
start model:score@champion --canary model:score@candidate=60
check 'another server with a larger share: its canary keeps these units and has more' <<'X'
	variants 100 >split3 &&
	grep canary split1 >before &&
	grep canary split3 >after &&
	test "$(wc -l <after)" -gt "$(wc -l <before)" &&
	test "$(grep -cxFf before after)" = "$(wc -l <before)"
X
check 'a server with a canary stops with exit 0' stop

# --- starts that are refused, the end
check 'a registry name that is not there: exit 3' <<'X'
	expect 3 mlv-serve http --grace 0 --port 0 model:nope
X
check 'a port in use: exit 3' <<'X'
	start one.onnx &&
	expect 3 mlv-serve http --port "$port" one.onnx &&
	says "cannot listen" &&
	stop
X
check 'a request log that cannot be written: exit 3, and it is named' <<'X'
	: >plain &&
	expect 3 timeout 20 mlv-serve http --port 0 --log plain/log one.onnx &&
	says plain
X
check '--timeout 0: a usage error' 'expect 2 mlv-serve http --timeout 0 one.onnx'
check '--grace below 0: a usage error that names the range' <<'X'
	expect 2 mlv-serve http --grace -1 one.onnx &&
	says "--grace is 0 to"
X
check '--canary with a share beyond 100: a usage error' <<'X'
	expect 2 mlv-serve http --canary model:score@candidate=101 one.onnx
X
check 'a request that is sent whole is answered before the server ends' <<'X'
	start one.onnx &&
	{
		printf '%s\r\n' 'POST /invocations HTTP/1.1' 'Host: a' "$as_json" \
		    "Content-Length: $(wc -c <body.json)" '' &&
		cat body.json
	} >req &&
	"$hammer" "$port" - req 1 >answer &&
	grep -q " 200 " answer &&
	stop
X
finish
