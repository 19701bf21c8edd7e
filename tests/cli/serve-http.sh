#!/bin/sh
# The HTTP front: the protocols, refusals, canary, reload, drain.
. "$(dirname "$0")/../lib.sh"
G=$TOP/tests/golden/models
hammer=$BUILD/tools/hammer

start() {	# options... : $url and $port
	background mlv-serve http --grace 0 --port 0 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out) port=${url##*:}
}
stop() { kill "$server" && wait "$server"; }
ask() { curl -s -m 10 "$@"; }
code() { curl -s -m 10 -o body -w '%{http_code}' "$@"; }

fresh http
cp "$G/churn-sklearn.onnx" model.onnx
start --name churn --log reqs model.onnx
check 'says its URL when it is ready' 'test -n "$port"'
check 'health: live, ready, ping' 'test "$(ask "$url/v2/health/ready" | jq .ready)" = true && test "$(code "$url/v2/health/live")" = 200 && test "$(code "$url/ping")" = 200 && test "$(code "$url/health")" = 200'
check 'metadata names the inputs' 'ask "$url/v2/models/churn" >meta && test "$(jq -r ".inputs[0].name" meta)" = tenure && test "$(jq -r ".versions[0]" meta)" = 1'
check 'the server says what it is' 'test "$(ask "$url/v2" | jq -r .name)" = mlv-serve'

# the same rows through every front
mlv-serve batch -i "$G/churn-rows.csv" --out-format jsonl model.onnx >batch.jsonl
check '/invocations with CSV answers as batch does' \
	'ask "$url/invocations" -H "Content-Type: text/csv" --data-binary "@$G/churn-rows.csv" >inv && jq -c ".predictions[]" inv | cmp -s - batch.jsonl'
mlv-serve batch -i "$G/churn-rows.csv" --keep-all --out-format jsonl model.onnx | jq -c 'del(.output_label)' >rows.jsonl
jq -cs '{dataframe_records: .}' rows.jsonl >records
jq -cs '{dataframe_split: {columns: (.[0] | keys_unsorted), data: map([.[]])}}' rows.jsonl >split
jq -cs '{instances: .}' rows.jsonl >instances
jq -cs '. as $r | {inputs: ($r[0] | keys_unsorted | map({key: ., value: [. as $k | $r[] | .[$k]]}) | from_entries)}' rows.jsonl >columns
for form in records split instances columns; do
	check "/invocations with $form answers as batch does" \
		'ask "$url/invocations" -H "Content-Type: application/json" --data-binary "@$form" >inv && jq -c ".predictions[]" inv | cmp -s - batch.jsonl'
done
jq -cs '. as $r | {id: "r1", inputs: ((["tenure","MonthlyCharges","TotalCharges"] | map(. as $k | {name: $k, shape: [($r | length), 1], datatype: "FP32", data: [$r[] | .[$k]]})) + (["Contract","InternetService","PaymentMethod","gender"] | map(. as $k | {name: $k, shape: [($r | length), 1], datatype: "BYTES", data: [$r[] | [.[$k]]]})))}' rows.jsonl >v2
check 'v2 answers as batch does' \
	'ask "$url/v2/models/churn/infer" --data-binary @v2 >got && jq -c ".outputs[1].data[]" got >v2.numbers && jq -c ".[\"output_probability.No\"], .[\"output_probability.Yes\"]" batch.jsonl | cmp -s - v2.numbers'
check 'v2 echoes id, names model and version' 'test "$(jq -r "[.id,.model_name,.model_version] | join(\" \")" got)" = "r1 churn 1"'
check 'v2 by version' 'test "$(code "$url/v2/models/churn/versions/1/infer" --data-binary @v2)" = 200 && test "$(code "$url/v2/models/churn/versions/2/infer" --data-binary @v2)" = 404'
check 'v2 outputs by name' 'jq -c ".outputs=[{name:\"output_label\"}]" v2 >some && ask "$url/v2/models/churn/infer" --data-binary @some >got2 && test "$(jq ".outputs | length" got2)" = 1'
check 'the digest of the model is in every answer' 'curl -s -i "$url/invocations" -H "Content-Type: application/json" -d @records >all && grep -qi "x-mlv-model: sha256:$(sha256sum model.onnx | cut -c1-64)" all'

# refusals
bad() { test "$(code "$@")" = "$want"; }
want=400
check 'not JSON is 400' 'bad "$url/v2/models/churn/infer" -d nonsense && jq -e .error body >/dev/null'
check 'a missing input is named' 'bad "$url/v2/models/churn/infer" -d "{\"inputs\":[{\"name\":\"tenure\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[1]}]}" && grep -q MonthlyCharges body'
check 'a shape that does not fit the data' 'jq -c ".inputs[0].shape=[3,1]" v2 >odd && bad "$url/v2/models/churn/infer" -d @odd'
check 'a shape of a billion costs nothing' 'jq -c ".inputs[0].shape=[1000000000,1]" v2 >odd && bad "$url/v2/models/churn/infer" -d @odd'
check 'text where a number belongs' 'jq -c ".inputs[0].data[0]=\"x\"" v2 >odd && bad "$url/v2/models/churn/infer" -d @odd'
check 'two forms at once' 'bad "$url/invocations" -H "Content-Type: application/json" -d "{\"instances\":[],\"inputs\":[]}" && jq -e .error_code body >/dev/null'
want=404
check 'another model is 404' 'bad "$url/v2/models/other/infer" -d @v2'
check 'another path is 404' 'bad "$url/etc/passwd"'
want=405
check 'GET infer is 405' 'bad "$url/v2/models/churn/infer"'
check 'DELETE a model is 405' 'bad -X DELETE "$url/v2/models/churn"'
want=413
check 'a body beyond 8 MiB is 413' 'head -c 9000000 /dev/zero >big && bad "$url/invocations" --data-binary @big'
want=415
check 'another content type is 415' 'bad "$url/invocations" -H "Content-Type: text/xml" -d x'
smuggle() { printf "$1" >raw; "$hammer" "$port" - raw 1 | head -n 1 | grep -q ' 400 '; }
check 'a length and an encoding are refused' 'smuggle "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"'
check 'two lengths are refused' 'smuggle "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"'
check 'no Host is refused' 'smuggle "GET /ping HTTP/1.1\r\n\r\n"'
check 'two Hosts are refused' 'smuggle "GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"'
check 'a length that is no number is refused' 'smuggle "POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nab"'
check 'an encoding we do not know is refused' 'smuggle "POST /ping HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"'
check 'metrics count requests, rows and errors' 'ask "$url/metrics" >m && grep -q "^mlv_rows_total{model=\"churn\",version=\"1\",variant=\"stable\"} [1-9]" m && grep -q "^mlv_request_errors_total.* [1-9]" m && grep -q "le=\"+Inf\"" m'
check 'SIGTERM ends it with 0' 'stop'
check 'the request log holds what was asked and answered' 'cat reqs/*.jsonl | jq -es "length > 100 and all(.inputs.tenure != null and .outputs.output_label != null)" >/dev/null'

fresh registry
mlv-data init >/dev/null
cp "$TOP/tests/golden/onnx/ridge/model.onnx" one.onnx
cp "$TOP/tests/golden/onnx/elastic-net/model.onnx" two.onnx
mlv-registry add score one.onnx >/dev/null && mlv-registry add score two.onnx >/dev/null
mlv-registry set score@champion 1 >/dev/null
echo '{"instances":[[0.1,0.2,0.3,0.4,0.5,0.6]]}' >body.json
start model:score@champion --canary model:score@candidate=30
ask "$url/invocations" -H 'Content-Type: application/json' -d @body.json >first
check 'the registry number is the version' 'test "$(ask "$url/v2/models/score" | jq -r ".versions[0]")" = 1'
mlv-registry set score@candidate 2 >/dev/null
unit() { curl -s -o body -D head "$url/invocations" -H "X-Unit-Id: $1" -H 'Content-Type: application/json' -d @body.json; tr -d '\r' <head | sed -n 's/^X-Mlv-Variant: //p'; }
check 'a canary that comes later is found' 'until_true sh -c "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do curl -s -D - -o /dev/null $url/invocations -H \"X-Unit-Id: \$i\" -H \"Content-Type: application/json\" -d @body.json; done | grep -qi canary"'
for i in $(seq 100); do echo "$i $(unit "$i")"; done >split1
check 'about its share of units go there' 'n=$(grep -c canary split1); test "$n" -ge 15 && test "$n" -le 45'
for i in $(seq 100); do echo "$i $(unit "$i")"; done >split2
check 'and always the same ones' 'same split1 split2'
stop
start model:score@champion --canary model:score@candidate=60
for i in $(seq 100); do echo "$i $(unit "$i")"; done >split3
check 'another server with a larger share only adds units' 'grep canary split1 | while read -r u v; do grep -q "^$u canary" split3 || exit 1; done && test "$(grep -c canary split3)" -gt "$(grep -c canary split1)"'
check 'stops when asked' 'stop'
check 'a model that is not there is exit 3' 'expect 3 mlv-serve http --grace 0 --port 0 model:nope'
check 'a port in use is exit 3' 'start one.onnx && expect 3 mlv-serve http --port "$port" one.onnx && says "cannot listen" && stop'
check 'a log that cannot be written is exit 3' ': >plain && expect 3 timeout 20 mlv-serve http --port 0 --log plain/log one.onnx && says plain'
check 'a time-out of nothing, a grace below it: usage' 'expect 2 mlv-serve http --timeout 0 one.onnx && expect 2 mlv-serve http --grace -1 one.onnx && says "--grace is 0 to"'
check 'a share beyond 100 is usage' 'expect 2 mlv-serve http --canary model:score@candidate=101 one.onnx'
check 'a request that has begun is answered before the end' \
	'start one.onnx && { printf "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" "$(wc -c <body.json)"; cat body.json; } >req && "$hammer" "$port" - req 1 >answer && grep -q " 200 " answer && stop'
finish
