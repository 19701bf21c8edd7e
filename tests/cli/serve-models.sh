#!/bin/sh
# Several models in one server, as a file says: asked by name, version and label
# in every dialect, edited while they answer, never ready while one is missing.
. "$(dirname "$0")/../server.sh"

start_models() {	# options
	background mlv-serve http --grace 0 --port 0 --models models.yaml "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out) port=${url##*:}
}
ready() { test "$(ask -o /dev/null -w '%{http_code}' "$url/readyz")" = 200; }
body='{"instances":[[0.1,0.2,0.3,0.4,0.5,0.6]]}'
asks() {	# path, that must be answered; the answer's version and variant
	answers 200 -H "$as_json" -d "$body" "$url$1" &&
	answered="$(header X-Mlv-Version) $(header X-Mlv-Variant)"
}
answered_by() { asks "$1" && test "$answered" = "$2" || { echo "answered by $answered"; return 1; }; }

fresh registry
mlv-data init >/dev/null
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
mlv-registry add score one.onnx >/dev/null
mlv-registry add score two.onnx >/dev/null
mlv-registry set score@champion 1 >/dev/null
mlv-registry set score@before 2 >/dev/null
cp "$ridge" price.onnx
cat >models.yaml <<'Y'
default: score
models:
  score:
    model: model:score@champion
    columns: [a, b, c, d, e, f]
    labels:
      before: model:score@before
  price:
    model: ./price.onnx
    columns: [a, b, c, d, e, f]
Y
start_models
check 'a server of two models gets ready once both are loaded' 'until_true ready'
check 'the models are listed by name' <<'X'
	answers 200 "$url/v2/models" &&
	test "$(cat body)" = '{"models":["score","price"]}'
X
check 'version 2 of Open Inference Protocol addresses each model by its name' <<'X'
	answers 200 "$url/v2/models/price" &&
	jq -e '.name == "price" and .versions == ["1"]' body &&
	answers 200 "$url/v2/models/score" &&
	jq -e '.name == "score" and .versions == ["1", "2"]' body &&
	answers 200 "$url/v2/models/score/ready" &&
	answers 404 "$url/v2/models/other"
X
check 'a 404 lists what is served' <<'X'
	jq -e '.error | contains("/v2/models/price/infer") and contains("score/versions/2/infer")' body
X
check 'TensorFlow Serving and KServe v1 address models, versions and labels' <<'X'
	answered_by /v1/models/score:predict '1 stable' &&
	answered_by /v1/models/score/versions/2:predict '2 labelled' &&
	answered_by /v1/models/score/labels/before:predict '2 labelled' &&
	answered_by /v1/models/score/labels/stable:predict '1 stable' &&
	answered_by /v1/models/price:predict '1 stable' &&
	answers 404 -H "$as_json" -d "$body" "$url/v1/models/price/labels/before:predict"
X
check 'the states of all versions are shown, each once' <<'X'
	answers 200 "$url/v1/models/score" &&
	jq -e '[.model_version_status[].version] == ["1", "2"]' body
X
check 'TorchServe addresses models by name, MLflow and SageMaker the default one' <<'X'
	answered_by /predictions/price '1 stable' &&
	answered_by /invocations '1 stable' &&
	test "$(header X-Mlv-Model)" = "sha256:$(sha256sum <one.onnx | cut -d' ' -f1)"
X
check "Triton's index lists what is served" <<'X'
	answers 200 -d '{}' "$url/v2/repository/index" &&
	jq -e 'map(.name + "/" + .version + " " + .state) ==
	    ["score/1 READY", "score/2 READY", "price/1 READY"]' body
X
check 'requests and rows are counted by model' <<'X'
	metric_is 'mlv_rows_total{model="price",version="1",variant="stable"}' 2 &&
	metric_is 'mlv_rows_total{model="score",version="2",variant="labelled"}' 2 &&
	metric_is 'mlv_model_ready{model="score",label="before"}' 1
X
check 'an alias that moves takes its own model along' <<'X'
	mlv-registry set score@before 1 &&
	until_true answered_by /v1/models/score/labels/before:predict '1 labelled' &&
	metric_is 'mlv_reloads_total{model="score",label="before"}' 1 &&
	metric_is 'mlv_reloads_total{model="score"}' 0
X

# --- the file is edited
edit() { cat >models.next && mv models.next models.yaml && kill -HUP "$server"; }
check 'a model that is added answers without a restart, one that is dropped goes' <<'X'
	edit <<'Y' &&
models:
  score: {model: model:score@champion, columns: [a, b, c, d, e, f]}
  two: {model: two.onnx, columns: [a, b, c, d, e, f]}
Y
	until_true answers 200 "$url/v2/models/two/ready" &&
	answered_by /v1/models/two:predict '1 stable' &&
	answers 404 "$url/v2/models/price" &&
	ready
X
check 'without a default several models are asked by name alone' <<'X'
	answers 404 -H "$as_json" -d "$body" "$url/invocations" &&
	jq -e '.message | contains("several models are served")' body
X
check 'a file that is broken keeps the models and is told once' <<'X'
	echo 'models: {score: 3}' | edit &&
	until_true metric_is mlv_models_file_held_back 1 &&
	kill -HUP "$server" &&
	sleep 0.5 &&
	answered_by /v1/models/two:predict '1 stable' &&
	ready &&
	test "$(grep -c "keeping the models" server.err)" = 1 &&
	grep -q "'models.yaml': line 1: 'score' is a model" server.err
X
check 'so does one that is empty: a server is never without a model' <<'X'
	: | edit &&
	until_true grep -q "there is no 'models'" server.err &&
	answered_by /v1/models/two:predict '1 stable' &&
	ready
X
check 'another source of a model takes over once it is loaded, whatever its contract' <<'X'
	edit <<'Y' &&
models:
  score: {model: model:score@champion, columns: [u, v, w, x, y, z]}
  two: {model: ./one.onnx, columns: [a, b, c, d, e, f]}
Y
	until_true metric_is mlv_models_file_held_back 0 &&
	until_true sh -c "curl -s -H '$as_json' -d '$body' -D - -o /dev/null '$url/v1/models/two:predict' |
	    grep -q '^X-Mlv-Model: sha256:$(sha256sum <one.onnx | cut -d' ' -f1)'" &&
	until_true answers 200 -H "$as_json" -d '{"instances":[{"u":1,"v":2,"w":3,"x":4,"y":5,"z":6}]}' \
	    "$url/v1/models/score:predict"
X
check 'a source that cannot be loaded keeps the old model, and shows' <<'X'
	edit <<'Y' &&
models:
  score: {model: model:score@champion, columns: [u, v, w, x, y, z]}
  two: {model: ./none.onnx, columns: [a, b, c, d, e, f]}
Y
	until_true metric_is 'mlv_model_held_back{model="two",variant="stable"}' 1 &&
	answered_by /v1/models/two:predict '1 stable' &&
	grep -q "keeping the old version of ./none.onnx" server.err
X
check 'a model that is new and broken answers 503 with why; the others answer' <<'X'
	edit <<'Y' &&
models:
  two: {model: ./one.onnx, columns: [a, b, c, d, e, f]}
  late: {model: ./late.onnx, columns: [a, b, c, d, e, f]}
Y
	until_true answers 503 "$url/v2/models/late/ready" &&
	answers 503 -H "$as_json" -d "$body" "$url/v1/models/late:predict" &&
	test -n "$(header Retry-After)" &&
	until_true grep -q 'late does not answer: .*late.onnx' server.err &&
	answers 503 -H "$as_json" -d "$body" "$url/v1/models/late:predict" &&
	jq -e '.error | contains("late.onnx")' body &&
	answered_by /v1/models/two:predict '1 stable' &&
	answers 200 -d '{}' "$url/v2/repository/index" &&
	jq -e '.[0].state == "UNAVAILABLE" and (.[0].reason | contains("late.onnx"))' body &&
	ready
X
check 'it answers as soon as its file is there' <<'X'
	cp one.onnx late.onnx &&
	until_true answered_by /v1/models/late:predict '1 stable'
X
check 'a name that comes back at once is served again' <<'X'
	echo 'models: {two: {model: ./one.onnx, columns: [a, b, c, d, e, f]}}' | edit &&
	until_true answers 404 "$url/v2/models/late" &&
	edit <<'Y' &&
models:
  late: {model: ./late.onnx, columns: [a, b, c, d, e, f]}
Y
	until_true answered_by /v1/models/late:predict '1 stable' &&
	answers 404 "$url/v2/models/two"
X
check 'SIGTERM ends it with 0' 'stop'

# --- the first load
fresh first
cp "$ridge" one.onnx
cat >models.yaml <<'Y'
models:
  one: {model: one.onnx, columns: [a, b, c, d, e, f]}
  two: {model: two.onnx, columns: [a, b, c, d, e, f]}
Y
start_models
check 'a server is not ready before every model of its file was loaded once' <<'X'
	until_true answers 200 "$url/v2/models/one/ready" &&
	answers 503 "$url/readyz" &&
	answers 503 "$url/ping" &&
	answers 200 "$url/livez" &&
	metric_is mlv_ready 0
X
check 'it is once the last one is there, and stays so when another one breaks' <<'X'
	cp one.onnx two.onnx &&
	until_true ready &&
	echo 'models: {one: {model: one.onnx}, three: none.onnx}' >models.yaml &&
	until_true answers 503 "$url/v2/models/three/ready" &&
	ready
X
stop

# --- a share of units, and a rollout's state, by model
cat >models.yaml <<'Y'
models:
  one:
    model: one.onnx
    columns: [a, b, c, d, e, f]
    canary: other.onnx
    percent: 100
Y
cp "$elastic_net" other.onnx
start_models
check 'a model of the file may have a canary, whose share may be edited' <<'X'
	until_true answered_by /invocations '1 canary' &&
	sed -i 's/percent: 100/percent: 0/' models.yaml &&
	kill -HUP "$server" &&
	until_true answered_by /invocations '1 stable'
X
stop

fresh rollout
mlv-data init >/dev/null
cp "$ridge" one.onnx
mlv-registry add score one.onnx --columns a,b,c,d,e,f >/dev/null
cp "$elastic_net" one.onnx
mlv-registry add score one.onnx --columns a,b,c,d,e,f >/dev/null
mlv-registry set score@champion 1 >/dev/null
echo '{kind: canary, steps: [99]}' >rollout.yaml
echo 'models: {price: one.onnx, score: score@champion}' >models.yaml
start_models --log .mlv/requests
check 'a rollout is followed under the name of its model' <<'X'
	until_true ready &&
	mlv-serve rollout start score --policy rollout.yaml model:score@2 &&
	until_true answered_by /v1/models/score:predict '2 canary' &&
	metric_is 'mlv_rollout_share_percent{model="score"}' 99 &&
	metric_is 'mlv_rollout_share_percent{model="price"}' 0 &&
	answered_by /v1/models/price:predict '1 stable'
X
stop

# --- usage
check 'the file and a model on the command line exclude each other' <<'X'
	expect 2 mlv-serve http --models models.yaml one.onnx &&
	says "not both" &&
	expect 2 mlv-serve http --models models.yaml --canary one.onnx=3 &&
	says "say it in the file"
X
check 'a file that is not there, or is none, ends the server before it listens' <<'X'
	expect 3 mlv-serve http --port 0 --models none.yaml &&
	says none.yaml &&
	echo 'models: [' >bad.yaml &&
	expect 3 mlv-serve http --port 0 --models bad.yaml &&
	says bad.yaml
X
finish
