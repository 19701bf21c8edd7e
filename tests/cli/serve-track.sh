#!/bin/sh
# mlv-serve track: MLflow's REST API over the runs of a repository.
. "$(dirname "$0")/../server.sh"

serve() {	# options of mlv-serve track
	background mlv-serve track --port 0 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out) api=$url/api/2.0/mlflow
}
# Leaves the answer in ./body; a GET has its fields in the path and no body.
call() {	# HTTP status, METHOD, path[, body]
	if [ $# -lt 4 ]; then
		answers "$1" -X "$2" "$api/$3"
	else
		answers "$1" -X "$2" -H "$as_json" -d "$4" "$api/$3"
	fi
}
is() { test "$(jq -r "$1" body)" = "$2"; }
fails() { is .error_code "$1"; }
begin() {	# further members of the request; sets $run
	call 200 POST runs/create "{\"experiment_id\":\"0\"$1}" &&
	run=$(jq -r .run.info.run_id body)
}
# Words of the request as JSON: of_run '"key":"a"' is about the run at hand.
of_run() { printf '{"run_id":"%s",%s}' "$run" "$1"; }

fresh track
mlv-data init >/dev/null
serve
check 'health and version are told without a body of JSON' <<'X'
	answers 200 "$url/health" &&
	test "$(cat body)" = OK &&
	answers 200 "$url/version"
X
check 'the default experiment is there' <<'X'
	call 200 GET 'experiments/get?experiment_id=0' &&
	is .experiment.name Default
X
check 'an experiment is made, found by its name, and not made twice' <<'X'
	call 200 POST experiments/create '{"name":"one","tags":[{"key":"a","value":"b"}]}' &&
	id=$(jq -r .experiment_id body) &&
	call 200 GET 'experiments/get-by-name?experiment_name=one' &&
	is .experiment.experiment_id "$id" &&
	is '.experiment.tags[0].value' b &&
	call 400 POST experiments/create '{"name":"one"}' &&
	fails RESOURCE_ALREADY_EXISTS
X
cat >points <<'X'
"metrics":[{"key":"loss","value":0.5,"timestamp":1,"step":1},
{"key":"loss","value":"NaN","timestamp":2,"step":2}],
"params":[{"key":"lr","value":"0.10"},{"key":"n","value":"3"}],
"tags":[{"key":"team","value":"alpha"}]
X
check 'a run of a client is a run of the command line while it lives' <<'X'
	begin ',"run_name":"first","start_time":1700000000000' &&
	is .run.info.status RUNNING &&
	is .run.info.start_time 1700000000000 &&
	call 200 POST runs/log-batch "$(of_run "$(cat points)")" &&
	expect 0 mlv-train runs --where "params.n = 3 and params.lr = '0.10'" -c status,name &&
	prints "run:$run	running	first"
X
check 'its newest point is that of the highest step, NaN as a text' <<'X'
	call 200 GET "runs/get?run_id=$run" &&
	is '.run.data.metrics[0].value' NaN &&
	is '.run.data.metrics[0].step' 2 &&
	is '.run.data.params[] | select(.key == "lr").value' 0.10
X
check 'the history has all points' <<'X'
	call 200 GET "metrics/get-history?run_id=$run&metric_key=loss" &&
	is '.metrics | length' 2
X
check 'inputs without data and without models are refused' <<'X'
	call 400 POST runs/log-inputs "$(of_run '"x":1')" &&
	is '.message | startswith("Missing value for required parameter")' true
X
check 'a batch that names a model nobody logged changes nothing' <<'X'
	call 404 POST runs/log-batch "$(of_run '"metrics":[{"key":"late","value":1,"timestamp":1,"model_id":"m-none"}],
	    "tags":[{"key":"late","value":"1"}]')" &&
	call 200 GET "metrics/get-history?run_id=$run&metric_key=late" &&
	is '.metrics | length' 0 &&
	call 200 GET "runs/get?run_id=$run" &&
	is '[.run.data.tags[] | select(.key == "late")] | length' 0
X
check 'a batch of far too many parameters is refused before they are compared' <<'X'
	seq 100000 | jq -R '{key: ., value: "1"}' | jq -cs --arg run "$run" '{run_id: $run, params: .}' >many &&
	call 400 POST runs/log-batch @many &&
	is .message 'A batch logging request can contain at most 100 params. Got 100000 params.'
X
check 'a body of JSON beyond 32 MiB is refused unread' <<'X'
	head -c 33600000 /dev/zero | tr '\0' ' ' >many &&
	call 400 POST runs/log-batch @many &&
	fails INVALID_PARAMETER_VALUE &&
	rm many
X
check 'a parameter does not change, and the same again is no change' <<'X'
	call 400 POST runs/log-parameter "$(of_run '"key":"n","value":"4"')" &&
	fails INVALID_PARAMETER_VALUE &&
	call 200 POST runs/log-parameter "$(of_run '"key":"n","value":"3"')"
X
check 'an artifact is stored, listed and read back' <<'X'
	seq 1000 >file &&
	at=$url/api/2.0/mlflow-artifacts/artifacts/0/$run/artifacts &&
	answers 200 -T file "$at/a%20b/c.txt" &&
	call 200 GET "artifacts/list?run_id=$run" &&
	is '.files[0].path' 'a b' &&
	is '.files[0].is_dir' true &&
	answers 200 "$at/a%20b/c.txt" &&
	cmp file body
X
check 'a path that leads elsewhere is refused' <<'X'
	answers 400 --path-as-is -T file "$at/../x" &&
	fails INVALID_PARAMETER_VALUE
X
check 'a run that ended is sealed, and can be spoken of afterwards' <<'X'
	call 200 POST runs/update "$(of_run '"status":"FINISHED","end_time":1700000001000')" &&
	is .run_info.end_time 1700000001000 &&
	test ! -e ".mlv/runs/$run.jsonl" &&
	call 200 POST runs/set-tag "$(of_run '"key":"late","value":"x"')" &&
	expect 0 mlv-train show --json "run:$run" &&
	holds '.status == "finished" and .facts.tags.late == "x"' &&
	expect 0 mlv-data cat "run:$run:a b/c.txt" &&
	cmp file out
X
check 'it goes on when a client says so' <<'X'
	call 200 POST runs/update "$(of_run '"status":"RUNNING"')" &&
	expect 0 mlv-train runs -c status &&
	prints running &&
	call 200 POST runs/update "$(of_run '"status":"KILLED"')" &&
	expect 0 mlv-train runs -c status &&
	prints killed
X
check 'runs are searched by a filter, in an order, page by page' <<'X'
	for i in 1 2 3; do
		begin ",\"tags\":[{\"key\":\"k\",\"value\":\"v$i\"}]" &&
		call 200 POST runs/log-metric "$(of_run "\"key\":\"auc\",\"value\":0.$i,\"timestamp\":1")" ||
		break
	done &&
	asked='"experiment_ids":["0"],"order_by":["metrics.auc DESC"],"max_results":1' &&
	asked="$asked,\"filter\":\"metrics.auc < 0.3 AND tags.k LIKE 'v%'\"" &&
	call 200 POST runs/search "{$asked}" &&
	is '.runs[0].data.tags[] | select(.key == "k").value' v2 &&
	call 200 POST runs/search "{$asked,\"page_token\":\"$(jq -r .next_page_token body)\"}" &&
	is '.runs[0].data.tags[] | select(.key == "k").value' v1 &&
	is .next_page_token null
X
check 'behind all numbers come NaN, then runs without the metric, up and down' <<'X'
	for i in 1 2 3; do
		begin ",\"run_name\":\"o$i\",\"start_time\":$i,\"tags\":[{\"key\":\"o\",\"value\":\"1\"}]" || break
		value=$(echo '1 "NaN"' | cut -d ' ' -f $i)
		[ -z "$value" ] || call 200 POST runs/log-metric "$(of_run "\"key\":\"o\",\"value\":$value,\"timestamp\":1")" ||
		break
	done &&
	for way in ASC DESC; do
		asked='"experiment_ids":["0"],"filter":"tags.o = '"'1'"'"' &&
		call 200 POST runs/search "{$asked,\"order_by\":[\"metrics.o $way\"]}" &&
		is '[.runs[].info.run_name] | join(" ")' 'o1 o2 o3' || return
	done
X
check 'of points of one step and time the greatest counts, of one step the latest: alive and ended' <<'X'
	begin '' &&
	call 200 POST runs/log-batch "$(of_run '"metrics":[{"key":"tie","value":0.9,"timestamp":5,"step":1},
	    {"key":"tie","value":0.1,"timestamp":5,"step":1},{"key":"late","value":0.9,"timestamp":5,"step":1},
	    {"key":"late","value":0.1,"timestamp":6,"step":1}]')" &&
	call 200 GET "runs/get?run_id=$run" &&
	is '[.run.data.metrics[].value] | join(" ")' '0.9 0.1' &&
	expect 0 mlv-train runs --where 'metrics.tie = 0.9 and metrics.late = 0.1' -c status &&
	prints running &&
	call 200 POST runs/update "$(of_run '"status":"FINISHED"')" &&
	expect 0 mlv-train runs --where 'metrics.tie = 0.9 and metrics.late = 0.1' -c status &&
	prints finished
X
check 'mlv-train runs takes the same filter strings' <<'X'
	expect 0 mlv-train runs --where "metrics.auc < 0.3 AND tags.k LIKE 'v%'" -c tags.k &&
	test "$(cut -f2 out | tr '\n' ' ')" = 'v2 v1 ' &&
	expect 0 mlv-train runs --where "attributes.status = 'KILLED' AND params.lr = '0.10'" -c name &&
	prints first &&
	expect 0 mlv-train runs --where "params.n LIKE '_'" -c params.n &&
	prints 3 &&
	expect 0 mlv-train runs --where "metrics.loss < 1 AND attributes.run_name = 'first'" &&
	test ! -s out &&
	expect 2 mlv-train runs --where "nonsense.a LIKE 'b'" &&
	expect 2 mlv-train runs --where "nonsense LIKE 'b'"
X
check 'a filter that is none says where' <<'X'
	call 400 POST runs/search '{"experiment_ids":["0"],"filter":"metrics.auc >"}' &&
	fails INVALID_PARAMETER_VALUE
X
check 'a deleted run is found only where it is asked for, and comes back' <<'X'
	call 200 POST runs/delete "{\"run_id\":\"$run\"}" &&
	call 400 POST runs/set-tag "$(of_run '"key":"a","value":"b"')" &&
	call 200 POST runs/search '{"experiment_ids":["0"],"run_view_type":"DELETED_ONLY"}' &&
	is '.runs[0].info.run_id' "$run" &&
	call 200 POST runs/restore "{\"run_id\":\"$run\"}"
X
check 'a run of the command line is seen by clients' <<'X'
	expect 0 mlv-train run --name own -- sh -c 'mlv-train log acc=0.75 >&2' &&
	sleep 0.6 &&
	asked="\"filter\":\"attributes.run_name = 'own'\"" &&
	call 200 POST runs/search "{\"experiment_ids\":[\"0\"],$asked}" &&
	is '.runs[0].data.metrics[0].value' 0.75 &&
	is '.runs[0].info.status' FINISHED
X
status_is() {	# status, name of a run
	call 200 POST runs/search "{\"experiment_ids\":[\"0\"],\"filter\":\"attributes.run_name = '$2'\"}" &&
	is '.runs[0].info.status' "$1"
}
mkfifo words
mlv-train log -n held <words >held.out 2>&1 &
held=$!
exec 9>words
check 'a run of the command line that is killed is told as such' <<'X'
	until_true status_is RUNNING held &&
	sleep 0.6 &&
	status_is RUNNING held &&
	kill -9 $held &&
	until_true status_is KILLED held
X
exec 9>&-
check 'a registered model is model:NAME, its versions are what a run put out' <<'X'
	begin '' &&
	at=$url/api/2.0/mlflow-artifacts/artifacts/0/$run/artifacts/model &&
	answers 200 -T file "$at/MLmodel" &&
	answers 200 -T "$ridge" "$at/model.onnx" &&
	call 200 POST runs/log-metric "$(of_run '"key":"auc","value":0.75,"timestamp":1')" &&
	call 200 POST registered-models/create '{"name":"ridge"}' &&
	call 200 POST model-versions/create "{\"name\":\"ridge\",\"source\":\"runs:/$run/model\"}" &&
	is .model_version.version 1 &&
	is .model_version.run_id "$run" &&
	call 200 POST model-versions/create "{\"name\":\"ridge\",\"source\":\"runs:/$run/model\"}" &&
	is .model_version.version 2 &&
	expect 0 mlv-registry ls ridge &&
	prints auc=0.75 &&
	mlv-data cat model:ridge@2 >stored.onnx &&
	cmp stored.onnx "$ridge"
X
check 'an alias moves by our rules, and the audit log says how' <<'X'
	call 200 POST registered-models/alias '{"name":"ridge","alias":"champion","version":"1"}' &&
	call 200 GET 'registered-models/alias?name=ridge&alias=champion' &&
	is .model_version.version 1 &&
	expect 0 mlv-registry log &&
	prints "over MLflow's API" &&
	call 200 DELETE registered-models/alias '{"name":"ridge","alias":"champion"}' &&
	call 400 GET 'registered-models/alias?name=ridge&alias=champion'
X
check 'a stage is an alias of that name' <<'X'
	call 200 POST model-versions/transition-stage '{"name":"ridge","version":"2","stage":"Production"}' &&
	is .model_version.current_stage Production &&
	expect 0 mlv-registry ls &&
	prints production=2
X
check 'words, tags and searches of models' <<'X'
	call 200 POST registered-models/set-tag '{"name":"ridge","key":"a","value":"b"}' &&
	call 200 PATCH model-versions/update '{"name":"ridge","version":"1","description":"words"}' &&
	call 200 GET 'registered-models/search?filter=tags.a+%3D+%27b%27' &&
	is '.registered_models[0].name' ridge &&
	call 200 GET 'model-versions/search?filter=name%3D%27ridge%27' &&
	is '.model_versions | length' 2 &&
	is '.model_versions[] | select(.version == "1").description' words
X
check 'versions come with the one that was changed last first, or in the order asked for' <<'X'
	call 200 GET 'model-versions/search?filter=name%3D%27ridge%27' &&
	is '[.model_versions[].version] | join(" ")' "1 2" &&
	call 200 GET 'model-versions/search?filter=name%3D%27ridge%27&order_by=version_number+DESC' &&
	is '[.model_versions[].version] | join(" ")' "2 1"
X
check 'a version without a description has an empty one, and a model is not updated with nothing' <<'X'
	call 200 GET 'model-versions/get?name=ridge&version=2' &&
	is .model_version.description "" &&
	call 400 PATCH registered-models/update '{"name":"ridge"}' &&
	fails INVALID_PARAMETER_VALUE
X
check 'a name that is none of ours is kept, and its model has one of ours' <<'X'
	call 200 POST registered-models/create '{"name":"My Model"}' &&
	call 200 POST model-versions/create '{"name":"My Model","source":"s3://b/k"}' &&
	call 200 GET 'registered-models/get?name=My%20Model' &&
	is .registered_model.name 'My Model' &&
	expect 0 mlv-registry ls &&
	prints model:my-model-
X
check 'a deleted version is seen no more, here and there' <<'X'
	call 200 DELETE model-versions/delete '{"name":"ridge","version":"2"}' &&
	call 404 GET 'model-versions/get?name=ridge&version=2' &&
	expect 0 mlv-registry ls ridge &&
	test "$(wc -l <out)" = 1 &&
	call 200 DELETE registered-models/delete '{"name":"ridge"}' &&
	expect 0 mlv-registry ls &&
	expect 0 mlv-registry verify
X
check 'what is missing is named as MLflow names it' <<'X'
	call 404 GET 'runs/get?run_id=nobody' &&
	fails RESOURCE_DOES_NOT_EXIST &&
	call 400 GET runs/get &&
	fails INVALID_PARAMETER_VALUE &&
	call 404 GET nothing/here &&
	fails ENDPOINT_NOT_FOUND &&
	call 400 POST runs/create '{"experiment_id":7}' &&
	fails INVALID_PARAMETER_VALUE &&
	call 400 POST runs/create '{' &&
	fails BAD_REQUEST
X
check 'it ends with exit 0, and what was told is there afterwards' <<'X'
	stop &&
	serve &&
	call 200 GET 'experiments/get-by-name?experiment_name=one' &&
	call 200 GET "runs/get?run_id=$run" &&
	is '.run.data.metrics[0].value' 0.75
X
stop
serve --lease 1
check 'a run that is silent for longer than its lease reads as killed, until it speaks' <<'X'
	begin '' &&
	touch -d '1 hour ago' ".mlv/runs/$run.jsonl" &&
	expect 0 mlv-train runs --where "id = '$run'" -c status &&
	prints killed &&
	call 200 POST runs/set-tag "$(of_run '"key":"a","value":"b"')" &&
	expect 0 mlv-train runs --where "id = '$run'" -c status &&
	prints running
X
stop
fresh bare
mlv-data init >/dev/null
printf 'rules:\n  - test.auc >= 0.9\n' >gate.yaml
serve --gate gate.yaml
check 'an alias does not move where the policy of --gate does not hold' <<'X'
	call 200 POST registered-models/create '{"name":"m"}' &&
	call 200 POST model-versions/create '{"name":"m","source":"s3://b/k"}' &&
	call 403 POST registered-models/alias '{"name":"m","alias":"champion","version":"1"}' &&
	fails PERMISSION_DENIED &&
	call 403 POST model-versions/transition-stage '{"name":"m","version":"1","stage":"Production"}'
X
stop
mkdir pages pages/static
echo '<p>page' >pages/index.html
echo 'x = 1' >pages/static/a.js
printf 'ann read one\nbob write sha256:%s\ncy promote three\n' \
    "$(printf two | sha256sum | cut -d' ' -f1)" >users
check 'a file of tokens that others can read is refused' <<'X'
	chmod 644 users &&
	expect 2 mlv-serve track --port 0 --token-file users &&
	says 'chmod 600'
X
chmod 600 users
check 'an address that others can reach needs tokens' <<'X'
	expect 2 mlv-serve track --port 0 --host 0.0.0.0 &&
	says --token-file
X
check 'a folder without pages is refused' <<'X'
	expect 3 mlv-serve track --port 0 --ui "$HOME_DIR" &&
	says 'no pages'
X
serve --token-file users --ui pages
check 'a request of nobody is 401, but for health' <<'X'
	call 401 GET 'experiments/get?experiment_id=0' &&
	fails UNAUTHENTICATED &&
	grep -qi '^WWW-Authenticate: Basic' head &&
	answers 401 -u ann:two "$api/experiments/get?experiment_id=0" &&
	answers 401 -H 'Authorization: Bearer four' "$api/experiments/get?experiment_id=0" &&
	answers 200 "$url/health"
X
check 'who may read does not write, who may write does not promote' <<'X'
	answers 200 -u ann:one "$api/experiments/get?experiment_id=0" &&
	answers 200 -u ann:one -d '{"experiment_ids":["0"]}' "$api/runs/search" &&
	answers 403 -u ann:one -d '{}' "$api/runs/create" &&
	answers 200 -H 'Authorization: Bearer two' -d '{}' "$api/runs/create" &&
	is .run.info.user_id bob &&
	moved='{"name":"m","alias":"champion","version":"1"}' &&
	answers 403 -u bob:two -d "$moved" "$api/registered-models/alias" &&
	answers 200 -u cy:three -d "$moved" "$api/registered-models/alias" &&
	expect 0 mlv-registry log &&
	prints "by cy"
X
check 'who may write does not take an alias away with its version, its model or its name' <<'X'
	answers 403 -u bob:two -X DELETE -d '{"name":"m","version":"1"}' "$api/model-versions/delete" &&
	answers 403 -u bob:two -X DELETE -d '{"name":"m"}' "$api/registered-models/delete" &&
	answers 403 -u bob:two -d '{"name":"m","new_name":"n"}' "$api/registered-models/rename" &&
	expect 0 mlv-registry show model:m@champion &&
	answers 200 -u bob:two -d '{"name":"other"}' "$api/registered-models/create"
X
check 'a token that is taken out of the file lets nobody in any more' <<'X'
	sed -i /ann/d users &&
	touch -d '1 minute ago' users &&
	until_true answers 401 -u ann:one "$api/experiments/get?experiment_id=0"
X
check 'a token goes with the file, whatever its time says; others that may read it keep all out' <<'X'
	touch -r users then &&
	sed -i '/^cy/s/three/eight/' users &&
	touch -r then users &&
	until_true answers 401 -u cy:three "$url/" &&
	answers 200 -u cy:eight "$url/" &&
	chmod 644 users &&
	until_true answers 401 -u cy:eight "$url/" &&
	chmod 600 users &&
	until_true answers 200 -u cy:eight "$url/"
X
check 'pages are served from their folder, and from nowhere else' <<'X'
	answers 200 -u bob:two "$url/" &&
	same pages/index.html body &&
	answers 200 -u bob:two "$url/static-files/static/a.js" &&
	test "$(header Content-Type)" = 'text/javascript; charset=utf-8' &&
	answers 404 -u bob:two --path-as-is "$url/static-files/../users" &&
	ln -s ../users pages/link &&
	answers 404 -u bob:two "$url/static-files/link" &&
	answers 401 "$url/"
X
stop
fresh ended
mlv-data init >/dev/null
for i in $(seq 18); do
	printf 'step=9\tloss=0.%d\nstep=1\tloss=5\n' "$i" | mlv-train log -n "r$i" >/dev/null
done
serve
check 'runs that ended before are found by the value of the highest step, told with step and time' <<'X'
	call 200 POST runs/search '{"experiment_ids":["0"],"filter":"metrics.loss < 0.12","order_by":["metrics.loss"]}' &&
	is '[.runs[].info.run_name] | join(" ")' 'r10 r1 r11' &&
	is '[.runs[].data.metrics[0] | .step == 9 and .timestamp > 1] | all' true &&
	expect 0 mlv-train runs --where 'metrics.loss < 0.12' -c name &&
	prints "r11" &&
	test "$(wc -l <out)" = 3
X
check 'one of them that is told once keeps its whole history' <<'X'
	run=$(jq -r '.runs[0].info.run_id' body) &&
	call 200 GET "metrics/get-history?run_id=$run&metric_key=loss" &&
	is '[.metrics[].step] | join(" ")' '9 1'
X
newest_is() {	# name of a run
	call 200 POST runs/search '{"experiment_ids":["0"],"max_results":1}' &&
	is '.runs[0].info.run_name' "$1"
}
check 'a run that is sealed while the folder of the others has one time is seen' <<'X'
	touch -d tomorrow tomorrow &&
	touch -r tomorrow .mlv/refs/run &&
	sleep 0.6 &&
	newest_is r18 &&
	echo loss=1 | mlv-train log -n same >/dev/null &&
	touch -r tomorrow .mlv/refs/run &&
	until_true newest_is same
X
stop
check 'a run whose manifest is lost does not hide the others' <<'X'
	id=$(sed -n 's/.*sha256:\([0-9a-f]*\).*/\1/p' ".mlv/refs/run/$run") &&
	find .mlv/objects -name "*$(printf %s "$id" | cut -c 3-)*" -exec rm -f {} + &&
	rm -rf .mlv/cache &&
	expect 3 mlv-train runs &&
	serve &&
	call 200 POST runs/search '{"experiment_ids":["0"]}' &&
	is '.runs | length' 18 &&
	call 404 GET "runs/get?run_id=$run"
X
stop
rm -rf .mlv
check 'outside a repository it says what to do' <<'X'
	expect 3 mlv-serve track --port 0 &&
	says 'mlv-data init'
X
check 'an argument is a usage error' 'expect 2 mlv-serve track here'
finish
