#!/bin/sh
# Seldon's version 1: predictions, and feedback by which a rollout is judged.
. "$(dirname "$0")/../server.sh"

fresh seldon
cp "$churn" model.onnx
start --name churn --feedback said.jsonl model.onnx
v1=$url/api/v1.0
mlv-serve batch -i "$churn_rows" --out-format jsonl model.onnx >batch.jsonl
mlv-serve batch -i "$churn_rows" --keep-all --out-format jsonl model.onnx >kept.jsonl
jq -cs '(map(del(.output_label)) | .[0] | keys_unsorted) as $names |
    {data: {names: $names, ndarray: map([.[$names[]]])}, meta: {puid: "p1"}}' kept.jsonl >ask
check 'predictions are the answers of batch, and the id comes back' <<'X'
	answers 200 "$v1/predictions" -H "$as_json" -d @ask &&
	jq -c '.data.names as $n | .data.ndarray[] | . as $r | [$n, $r] | transpose |
	    map({(.[0]): .[1]}) | add' body | jq -cS . >got &&
	jq -cS . batch.jsonl | same - got &&
	test "$(jq -r .meta.puid body)" = p1
X
check 'a request that is wrong is refused as Seldon does' <<'X'
	answers 400 "$url/api/v0.1/predictions" -H "$as_json" -d '{"strData":"a"}' &&
	jq -e '.status.status == "FAILURE" and .status.code == 400' body
X
check 'feedback is kept by the id of its request' <<'X'
	answers 200 "$v1/feedback" -d '{"response":{"meta":{"puid":"p1"}},"reward":0.7}' &&
	answers 200 "$v1/feedback" -d '{"request":{"meta":{"puid":"p2"}},"truth":{"data":{"ndarray":[["Yes"]]}}}' &&
	test "$(jq -c 'del(.time)' said.jsonl)" = '{"id":"p1","reward":0.7}
{"id":"p2","truth":"Yes"}'
X
check 'it is counted' <<'X'
	metric_is mlv_feedback_total 2 &&
	metric_is mlv_feedback_rewards 0.7
X
refused() { answers 400 "$v1/feedback" -d "$1" && jq -e --arg s "$2" '.status.info | contains($s)' body; }
check 'feedback that says nothing, or of no request, is refused' <<'X'
	refused '{"response":{"meta":{"puid":"p1"}}}' 'a reward or a truth' &&
	refused '{"reward":1}' 'kept by the id' &&
	refused '{"reward":"much","request":{"meta":{"puid":"p"}}}' 'a reward is a number' &&
	refused '{"truth":[1,2],"request":{"meta":{"puid":"p"}}}' 'a truth is one value' &&
	refused '[1]' 'a JSON object' &&
	answers 400 "$v1/feedback" -d '{' &&
	test "$(wc -l <said.jsonl)" = 2
X
stop
if test -w /dev/full; then
	start --feedback /dev/full model.onnx
	check 'feedback that cannot be kept is a 503' <<'X'
	answers 503 "$url/api/v1.0/feedback" -d '{"reward":1,"request":{"meta":{"puid":"p"}}}' &&
	test -n "$(header Retry-After)" &&
	metric_is mlv_feedback_total 0
X
	stop
fi
check 'a file of feedback that cannot be opened ends the server before it listens' <<'X'
	expect 3 mlv-serve http --port 0 --feedback none/said.jsonl model.onnx &&
	says none/said.jsonl
X

# --- a rollout is judged by what was said
fresh judged
mlv-data init >/dev/null
cp "$ridge" one.onnx
mlv-registry add score one.onnx --columns a,b,c,d,e,f >/dev/null
cp "$elastic_net" one.onnx
mlv-registry add score one.onnx --columns a,b,c,d,e,f >/dev/null
mlv-registry set score@champion 1 >/dev/null
cat >rollout.yaml <<'Y'
kind: ab
wait: 0
min_rows: 20
goal: {metric: value, column: reward, low: 0, high: 1}
Y
start --log .mlv/requests --feedback said.jsonl model:score@champion
mlv-serve rollout start score --policy rollout.yaml model:score@2 >/dev/null
until_true metric_is 'mlv_rollout_share_percent{model="score"}' 50
for i in $(seq 400); do
	ask -o got -H "$as_json" "$url/api/v1.0/predictions" \
	    -d "{\"meta\":{\"puid\":\"r$i\"},\"data\":{\"ndarray\":[[1,2,3,4,5,$i]]}}"
	reward=0
	! grep -q canary got || reward=1
	ask -o /dev/null "$url/api/v1.0/feedback" \
	    -d "{\"request\":{\"meta\":{\"puid\":\"r$i\"}},\"reward\":$reward}"
done
check 'rewards of feedback are labels that a rollout is judged by' <<'X'
	until_true mlv-serve rollout judge score --labels said.jsonl --key id &&
	expect 0 mlv-serve rollout judge score --labels said.jsonl --key id &&
	prints promote
X
stop
finish
