#!/bin/sh
# mlv-serve http in the words of TensorFlow Serving, KServe v1 and TorchServe,
# and the list of its paths: /openapi.json and the man page say the same.
. "$(dirname "$0")/../server.sh"

fresh dialects
cp "$churn" model.onnx
start --name churn model.onnx
v1=$url/v1/models/churn
mlv-serve batch -i "$churn_rows" --out-format jsonl model.onnx >batch.jsonl
mlv-serve batch -i "$churn_rows" --keep-all --out-format jsonl model.onnx >kept.jsonl
jq -c 'del(.output_label)' kept.jsonl >rows.jsonl
jq -cs '{instances: map(with_entries(.value = [.value]))}' rows.jsonl >instances
jq -cs '. as $rows | {inputs: (.[0] | with_entries(.key as $k | .value = [$rows[][$k]]))}' \
    rows.jsonl >inputs
jq -cs '{context: {gender: .[0].gender}, examples: map(del(.gender))}' rows.jsonl >examples
jq -c '[."output_probability.No", ."output_probability.Yes"]' batch.jsonl >probabilities

# --- TensorFlow Serving and KServe v1
check ':predict with instances: the answers of batch, a row each' <<'X'
	answers 200 "$v1:predict" -d @instances &&
	jq -c '.predictions[].output_probability' body | same - probabilities
X
check ':predict with inputs: the answers of batch, a column each' <<'X'
	answers 200 "$v1:predict" -d @inputs &&
	jq -c '.outputs.output_probability[]' body | same - probabilities
X
check ':predict of a version and of a label: 200 where there is one, else 404' <<'X'
	answers 200 "$v1/versions/1:predict" -d @instances &&
	answers 404 "$v1/versions/2:predict" -d @instances &&
	answers 200 "$v1/labels/stable:predict" -d @instances &&
	answers 404 "$v1/labels/canary:predict" -d @instances &&
	jq -r .error body | grep -q "no version has that label"
X
check ':classify fills examples from the context: labels with scores' <<'X'
	jq -c '.examples = .examples[:1]' examples >one &&
	answers 200 "$v1:classify" -d @one &&
	jq -c '.results[0] | map(.[1])' body >got &&
	head -n 1 probabilities | same - got &&
	test "$(jq -c '.results[0] | map(.[0])' body)" = '["No","Yes"]'
X
check ':regress of a classifier is 400 and says what to ask' <<'X'
	answers 400 "$v1:regress" -d @examples &&
	jq -r .error body | grep -q "ask for :predict or :classify"
X
check ':predict with a column that is not there is 400, row and column are named' <<'X'
	jq -c 'del(.instances[1].tenure)' instances >odd &&
	answers 400 "$v1:predict" -d @odd &&
	test "$(jq -r .error body)" = "instances: row 2: no column 'tenure'"
X
check 'status: KServe has name and ready, TensorFlow Serving versions and states' <<'X'
	answers 200 "$v1" &&
	jq -e '.name == "churn" and .ready' body &&
	test "$(jq -r '.model_version_status[] | "\(.version) \(.state)"' body)" = "1 AVAILABLE"
X
check 'metadata of TensorFlow Serving: inputs and outputs of the one signature' <<'X'
	answers 200 "$v1/metadata" &&
	jq '.metadata.signature_def.signature_def.serving_default' body >signature &&
	test "$(jq -r .inputs.Contract.dtype signature)" = DT_STRING &&
	test "$(jq -r '.outputs.output_probability.tensor_shape.dim[1].size' signature)" = 2
X

# --- TorchServe
check '/predictions with a bare row: a bare answer' <<'X'
	head -n 1 rows.jsonl >row &&
	answers 200 "$url/predictions/churn" -H "$as_json" -d @row &&
	head -n 1 batch.jsonl >want &&
	jq -c . body | same - want
X
check '/predictions with a list, sent by curl -T: a list' <<'X'
	jq -cs . rows.jsonl >list &&
	answers 200 "$url/predictions/churn/1" -H "$as_json" -T list &&
	jq -c '.[]' body | same - batch.jsonl
X
check '/predictions of a model that is not served: TorchServe'"'"'s words' <<'X'
	answers 404 "$url/predictions/other" -H "$as_json" -d @row &&
	test "$(jq -r '"\(.code) \(.type)"' body)" = "404 ModelNotFoundException"
X
check '/ping: healthy, as TorchServe says it' <<'X'
	test "$(ask "$url/ping" | jq -r .status)" = Healthy
X

# --- SageMaker
check '/invocations with CSV that has no header line: columns in the order of the model' <<'X'
	answers 200 "$url/v2/models/churn" &&
	jq -r '[.inputs[].name] | @csv' body | tr -d '"' >header &&
	jq -r --rawfile h header '. as $r | $h | rtrimstr("\n") | split(",") |
	    map($r[.]) | @csv' rows.jsonl >bare.csv &&
	answers 200 "$url/invocations" -H "$as_csv; header=absent" --data-binary @bare.csv &&
	jq -c '.predictions[]' body | same - batch.jsonl
X

# --- the list of paths
check '/openapi.json: every path of it is served' <<'X'
	answers 200 "$url/openapi.json" &&
	cp body openapi.json &&
	jq -r '.paths | to_entries[] | select(.value.get) | .key' openapi.json |
	    sed 's/{model}/churn/; s/{version}/1/; s/{label}/stable/' >paths &&
	while read -r path; do answers 200 "$url$path" || return 1; done <paths
X
check 'the man page lists the paths of /openapi.json, with the same words' <<'X'
	jq -r '.paths | to_entries[] | .key as $p | .value | to_entries[] |
	    "\(.key | ascii_upcase) \($p)\n\t\(.value.summary)"' openapi.json >want &&
	sed -n '/^\.." paths/,/^\.Ed/p' "$TOP/man/mlv-serve.1" |
	    sed '1,2d;$d' | same - want
X
check 'a server that was asked in all dialects stops with exit 0' stop
finish
