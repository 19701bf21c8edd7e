#!/bin/sh
# mlv-serve http --features --service: online features joined by key before a
# model scores, in every dialect, and the log of what was served.
. "$(dirname "$0")/../server.sh"

fresh joined
cat >features.yaml <<'Y'
entities: {customer: {key: customer_id}}
views:
  usage:
    entity: customer
    source: usage.csv
    timestamp: event_timestamp
    created: created
    ttl: 10d
    features: [calls, spend, {name: spend_7d, window: 7d, agg: sum, of: spend}]
services: {churn: [usage]}
Y
# Rows as of now, so that they are not too old to be served.
awk -v now="$(date +%s)" 'BEGIN {
	print "customer_id,event_timestamp,created,calls,spend"
	for (i = 0; i < 200; i++) {
		t = strftime("%Y-%m-%dT%H:%M:%SZ", now - 86400 + i, 1)
		printf "%d,%s,%s,%d,%.2f\n", i, t, t, i % 17, (i * 7) % 31 + 0.25
	}
	t = strftime("%Y-%m-%dT%H:%M:%SZ", now - 30 * 86400, 1)
	printf "900,%s,%s,5,5\n", t, t
}' >usage.csv
awk -v now="$(date +%s)" 'BEGIN {
	print "customer_id,event_timestamp,plan,churned"
	for (i = 0; i < 200; i++)
		printf "%d,%s,%s,%s\n", i, strftime("%Y-%m-%dT%H:%M:%SZ", now, 1), i % 3 ? "a" : "b",
		    (i % 17 > 8) == (i % 5 > 0) ? "yes" : "no"
}' >entities.csv
mlv-data feature load -q --store o.mdb features.yaml >/dev/null
mlv-data feature join -q features.yaml --service churn entities.csv -o train.csv >/dev/null
mlv-data feature join -q features.yaml --service churn --short entities.csv -o short.csv >/dev/null
fit() { mlv-train fit --learner gbdt --target churned --drop customer_id,event_timestamp "$@"; }
fit train.csv -o long.onnx >fitted 2>&1 || cat fitted
fit short.csv -o short.onnx >fitted 2>&1 || cat fitted

# --- every dialect -----------------------------------------------------------
mlv-serve batch -i train.csv long.onnx >scores.csv
start --features features.yaml --feature-store o.mdb --service churn --log log long.onnx
post() { answers "$1" -H "$as_json" -d "$2" "$url/$3"; }
label_of() { sed -n "$(($1 + 2))p" scores.csv | cut -d, -f1; }
labels() { jq -c '[.predictions[].label]' body; }
rows_7_4_14="[\"$(label_of 7)\",\"$(label_of 4)\",\"$(label_of 14)\"]"
check 'records carry keys and request-time columns alone' <<'X'
	post 200 '{"dataframe_records":[{"customer_id":7,"plan":"a"},{"customer_id":"4","plan":"a"},
	    {"customer_id":14.0,"plan":"a"}]}' invocations &&
	test "$(labels)" = "$rows_7_4_14" &&
	test -z "$(header X-Mlv-Features-Missing)"
X
check 'a split frame, columns by name and CSV do' <<'X'
	post 200 '{"dataframe_split":{"columns":["plan","customer_id"],"data":[["a",7],["a",4],["a",14]]}}' invocations &&
	test "$(labels)" = "$rows_7_4_14" &&
	post 200 '{"inputs":{"customer_id":[7,4,14],"plan":["a","a","a"]}}' invocations &&
	test "$(labels)" = "$rows_7_4_14" &&
	printf 'plan,customer_id\na,7\na,4\na,14\n' >in.csv &&
	answers 200 -H "$as_csv" --data-binary @in.csv "$url/invocations" &&
	test "$(labels)" = "$rows_7_4_14"
X
check 'v2 tensors, with a key of either datatype' <<'X'
	for t in '"INT64","shape":[3,1],"data":[7,4,14]' '"BYTES","shape":[3],"data":["7","4","14"]'; do
		post 200 "{\"inputs\":[{\"name\":\"customer_id\",\"datatype\":$t},
		    {\"name\":\"plan\",\"datatype\":\"BYTES\",\"shape\":[3,1],\"data\":[\"a\",\"a\",\"a\"]}]}" \
		    v2/models/long/infer &&
		jq -e --argjson w "$rows_7_4_14" '[.outputs[] | select(.name == "label").data[]] == $w' body || return 1
	done
X
check 'the model is described by what a request brings' <<'X'
	answers 200 "$url/v2/models/long" &&
	jq -e '[.inputs[].name] | sort == ["customer_id","plan"]' body
X
check 'a request scores as the row of the training set, bit for bit' <<'X'
	jq -c -R -s 'split("\n")[1:-1] | map(split(",")) | {dataframe_records: map({customer_id: .[0], plan: .[2]})}' \
	    entities.csv >all.json &&
	answers 200 -H "$as_json" --data-binary @all.json "$url/invocations" &&
	jq -r '.predictions[] | [.[]] | map(tostring) | join(",")' body >served &&
	sed 1d scores.csv >offline &&
	same offline served
X

# --- what is missing ---------------------------------------------------------
check 'an unknown key and a row past its ttl are nulls, and told' <<'X'
	post 200 '{"dataframe_records":[{"customer_id":901,"plan":"a"},{"customer_id":900,"plan":"a"},
	    {"customer_id":null,"plan":"a"}]}' invocations &&
	header X-Mlv-Features-Missing >told &&
	test "$(cat told)" = 'NULL_VALUE=1, NOT_FOUND=6, OUTSIDE_MAX_AGE=2'
X
check 'a feature in a request is refused' <<'X'
	post 400 '{"dataframe_records":[{"customer_id":1,"plan":"a","usage__calls":3}]}' invocations &&
	grep -q 'leave it out' body &&
	post 400 '{"inputs":[{"name":"customer_id","datatype":"INT64","shape":[1],"data":[7]},
	    {"name":"usage__calls","datatype":"FP32","shape":[1],"data":[7]},
	    {"name":"plan","datatype":"BYTES","shape":[1],"data":["a"]}]}' v2/models/long/infer &&
	grep -q 'leave it out' body
X
check 'a request without a key or a request-time column is refused' <<'X'
	post 400 '{"dataframe_records":[{"plan":"a"}]}' invocations &&
	grep -q customer_id body &&
	post 400 '{"inputs":[{"name":"customer_id","datatype":"INT64","shape":[1],"data":[7]}]}' v2/models/long/infer &&
	grep -q plan body &&
	post 400 '{"instances":[["a",1]]}' invocations &&
	grep -q 'rows without names' body
X
check 'the server ends as asked' 'stop'

# --- the log -----------------------------------------------------------------
check 'the log says what was served: values, keys, definition, rows, what was missing' <<'X'
	cat log/*.jsonl >lines &&
	sed -n 1p lines >out &&
	holds '.inputs.customer_id == ["7","4","14.0"] and (.inputs.usage__calls | length) == 3' &&
	holds '.features.service == "churn" and (.features.definition | startswith("sha256:"))' &&
	holds '.features.views.usage.event_timestamp | length == 3' &&
	holds '.features.views.usage | has("created")' &&
	holds '.features | has("at") and (has("missing") | not)' &&
	grep -q '"missing":{"usage__calls":\["NOT_FOUND","OUTSIDE_MAX_AGE","NOT_FOUND"\]' lines
X

# --- the audit ---------------------------------------------------------------
reasons() { jq -r 'select(.schema == "mlv.feature.difference/1") | "\(.key) \(.feature) \(.reason)"' out | sort -u; }
check 'what was served is what a join gives now' <<'X'
	expect 0 mlv-data feature audit features.yaml log --json &&
	holds '.rows == 221 and .values == 663 and .differ == 0' &&
	expect 0 mlv-data feature audit features.yaml log &&
	test ! -s out
X
cp usage.csv usage.was
then=$(date -u -d '2 hours ago' +%Y-%m-%dT%H:%M:%SZ)
check 'a row that was there but not loaded is late; beside one past its ttl it has expired' <<'X'
	printf '4,%s,%s,99,1\n900,%s,%s,6,6\n' "$then" "$then" "$then" "$then" >>usage.csv &&
	expect 1 mlv-data feature audit features.yaml log --json &&
	reasons >why &&
	grep -q 'customer_id=4 usage__calls late' why &&
	grep -q 'customer_id=900 usage__calls expired' why &&
	! grep -q customer_id=7 why
X
check 'a row that came after the request is not asked for' <<'X'
	cp usage.was usage.csv &&
	printf '4,%s,2100-01-01,99,1\n' "$then" >>usage.csv &&
	expect 0 mlv-data feature audit features.yaml log
X
check 'a row that was changed, one that is gone, one of a window' <<'X'
	sed 's/^\(7,.*\),7,\(.*\)$/\1,8,\2/; /^14,/d' usage.was >usage.csv &&
	printf '4,%s,%s,1,1\n' "$(date -u -d '3 days ago' +%Y-%m-%d)" "$(date -u -d '3 days ago' +%Y-%m-%d)" >>usage.csv &&
	expect 1 mlv-data feature audit features.yaml log --json &&
	reasons >why &&
	grep -q 'customer_id=7 usage__calls source' why &&
	grep -q 'customer_id=14 usage__spend source' why &&
	grep -q 'customer_id=4 usage__spend_7d window' why &&
	! grep -q 'customer_id=4 usage__calls' why
X
check 'definitions that were changed are why values differ' <<'X'
	cp usage.was usage.csv &&
	sed 's/calls, spend,/calls, {name: spend, expr: spend * 2},/' features.yaml >double.yaml &&
	expect 1 mlv-data feature audit double.yaml log --json &&
	reasons | grep -q 'customer_id=7 usage__spend definition' &&
	! reasons | grep -q usage__calls
X
check 'a log without joined features, or none, is told' <<'X'
	jq -c 'del(.features)' log/*.jsonl >plain.jsonl &&
	expect 3 mlv-data feature audit features.yaml plain.jsonl &&
	says 'no request had features joined' &&
	expect 3 mlv-data feature audit features.yaml nowhere &&
	says "there is no request log 'nowhere': mlv-serve http --features --service --log writes one"
X
check 'times in which no request can lie, or none does, are told' <<'X'
	expect 2 mlv-data feature audit features.yaml log --since 2100-01-01 &&
	says '--since 2100-01-01 lies in the future' &&
	expect 2 mlv-data feature audit features.yaml log --since 24h --until 2d &&
	says 'is not before --until' &&
	expect 3 mlv-data feature audit features.yaml log --until 2020-01-01 &&
	says 'no request lies in the time asked for'
X

# --- names, models that do not fit -------------------------------------------
start --features features.yaml --feature-store o.mdb --service churn short.onnx
check 'a column may go by the name of the feature alone' <<'X'
	post 200 '{"dataframe_records":[{"customer_id":7,"plan":"a"}]}' invocations &&
	test "$(labels)" = "[\"$(label_of 7)\"]" &&
	stop
X
check 'a model that takes no feature of the service is refused at the start' <<'X'
	expect 3 mlv-serve http --port 0 --features features.yaml --feature-store o.mdb --service churn "$ridge" &&
	says "no column of the model is a feature of service 'churn'"
X
check 'a service that is not there, or without features.yaml, is refused' <<'X'
	expect 3 mlv-serve http --port 0 --features features.yaml --feature-store o.mdb --service chorn long.onnx &&
	says "is it 'churn'" &&
	expect 2 mlv-serve http --port 0 --service churn long.onnx
X
finish
