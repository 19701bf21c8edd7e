#!/bin/sh
# Conformance with the Open Inference Protocol, version 2, a rule a line of
# tests/golden/oip/rules.txt: title, source, method, path, body, status, and what
# holds of the answer.  A source is where the rule is written: "rest" is inference_rest.md of
# kserve/open-inference-protocol with the section, "types" its section on tensor
# data, "triton" are Triton's extensions (binary data, model repository,
# schedule policy) and "house" what the texts leave open and is decided here.
. "$(dirname "$0")/../server.sh"

fresh oip
awk 'BEGIN {
	print "age,plan,bought"
	for (i = 0; i < 200; i++)
		print 20 + i % 50 "," (i % 3 ? "basic" : "gold") "," (i % 50 > 20 ? "yes" : "no")
}' >rows.csv
mlv-train fit -t bought -l logistic -o shop.onnx rows.csv >/dev/null 2>fit.err
start --name shop shop.onnx
age='{"name":"age","shape":[1,1],"datatype":"FP32","data":[30]}'
plan='{"name":"plan","shape":[1,1],"datatype":"BYTES","data":["gold"]}'

follows_rule() {
	printf '%s' "$body" | sed "s/AGE/$age/g; s/PLAN/$plan/g" >sent
	if [ "$method" = GET ]; then
		answers "$status" "$url$path"
	else
		answers "$status" -X "$method" -H "$as_json" --data-binary @sent "$url$path"
	fi || return 1
	jq -e "$filter" body >/dev/null || { echo "does not hold: $filter"; cat body; return 1; }
}
trim() { printf '%s' "$1" | sed 's/^ *//; s/ *$//'; }
while IFS=@ read -r title source method path body status filter; do
	title=$(trim "$title") source=$(trim "$source") method=$(trim "$method")
	path=$(trim "$path") body=$(trim "$body") status=$(trim "$status")
	check "$title ($source)" follows_rule
done <"$TOP/tests/golden/oip/rules.txt"

# --- tensors as bytes
raw() {	# JSON, bytes as printf has them, other arguments of curl
	printf '%s' "$1" >sent
	length=$(wc -c <sent)
	printf "$2" >>sent
	shift 2
	ask -o body -D head -w '%{http_code}' -H "Inference-Header-Content-Length: $length" \
	    --data-binary @sent "$@" "$url/v2/models/shop/infer" >status
}
binary='{"name":"age","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":4}}'
check 'a tensor may come as little-endian bytes behind the JSON (triton: binary data)' <<'X'
	raw "{\"inputs\":[$binary,$plan]}" '\000\000\360\101' &&
	test "$(cat status)" = 200 &&
	mv body bytes &&
	answers 200 -d "{\"inputs\":[$age,$plan]}" "$url/v2/models/shop/infer" &&
	cmp body bytes
X
check 'bytes that are too few or too many are an error (triton: binary data)' <<'X'
	raw "{\"inputs\":[$binary,$plan]}" '\000\000\360' &&
	test "$(cat status)" = 400 &&
	raw "{\"inputs\":[$binary,$plan]}" '\000\000\360\101\000' &&
	test "$(cat status)" = 400 &&
	jq -e '.error | length > 0' body
X
check 'a length of the JSON beyond the body is an error (triton: binary data)' <<'X'
	answers 400 -d '{}' -H 'Inference-Header-Content-Length: 3' "$url/v2/models/shop/infer" &&
	jq -e '.error | contains("Inference-Header-Content-Length")' body
X
check 'answers come as bytes when they are asked for, with their sizes (triton: binary data)' <<'X'
	raw "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[$age,$plan]}" '' &&
	test "$(cat status)" = 200 &&
	n=$(header Inference-Header-Content-Length) &&
	head -c "$n" body | jq '[.outputs[].parameters.binary_data_size] | add' >sizes &&
	test $((n + $(cat sizes))) = "$(wc -c <body)"
X
check 'the flag of an output is over that of the request (triton: binary data)' <<'X'
	raw "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[$age,$plan],
	    \"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":false}}]}" '' &&
	jq -e '.outputs[0].data | length == 1' body
X
stop
finish
