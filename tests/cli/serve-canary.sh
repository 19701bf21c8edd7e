#!/bin/sh
# Who answers in mlv-serve http: names and versions with a canary, content
# types, a share that changes, models that change and cannot be loaded.
. "$(dirname "$0")/../server.sh"
six='{"instances":[[1,2,3,4,5,6]]}'

# Six numbers for this unit; what the headers of the answer say.
invoke() { answers 200 "$url/invocations" -H "X-Unit-Id: $1" -H "$as_json" -d "$six"; }
variant() { invoke "$1" && header X-Mlv-Variant; }
digest() { invoke u && header X-Mlv-Model; }
digest_is() { test "$(digest)" = "$1"; }
digest_is_not() { now=$(digest) && test -n "$now" && test "$now" != "$1"; }
answered_by() { test "$(header X-Mlv-Variant)" = "$1"; }
served_names() { ask "$url/v2/models" | jq -c .models; }
served_versions() { ask "$url/v2/models/score" | jq -c .versions; }
# Lines of the server that say this.
told() { grep -c "$1" server.err; }
told_times() { test "$(told "$1")" = "$2"; }

# --- names and versions of two model files
fresh files
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
start one.onnx --canary two.onnx=50
tensor=$(ask "$url/v2/models/one" | jq -r '.inputs[0].name')
infer_body() {	# id
	printf '{"id":"%s","inputs":[{"name":"%s","shape":[1,6],"datatype":"FP32","data":[1,2,3,4,5,6]}]}' \
	    "$1" "$tensor"
}
check 'the endpoint has the name of the stable model' <<'X'
	test "$(served_names)" = '["one"]' &&
	test "$(ask "$url/v2/models/one" | jq -r .name)" = one
X
check 'the endpoint has the name of the stable model with a canary of all units' <<'X'
	stop &&
	start one.onnx --canary two.onnx=100 &&
	test "$(served_names)" = '["one"]'
X
check 'a canary of all units answers all requests, under the name of the stable model' <<'X'
	for i in 1 2 3 4 5 6 7 8 9; do
		infer_body $i >b &&
		answers 200 "$url/v2/models/one/infer" -d @b &&
		answered_by canary &&
		test "$(jq -r '"\(.model_name) \(.id)"' body)" = "one $i" || return 1
	done
X
check 'the digest in the header is that of the model that answered' <<'X'
	test "$(header X-Mlv-Model)" = "sha256:$(sha256sum two.onnx | cut -c1-64)"
X
infer_body x >b
check 'the path of a version of the stable name is answered by the stable model' <<'X'
	answers 200 "$url/v2/models/one/versions/1/infer" -d @b &&
	answered_by stable
X
check 'the path of the canary with its name and version is answered by the canary' <<'X'
	answers 200 "$url/v2/models/two/versions/1/infer" -d @b &&
	answered_by canary &&
	test "$(jq -r .model_name body)" = two
X
check 'a name that is not served is 404, with a version that is served too' <<'X'
	for what in /infer /ready ""; do
		answers 404 "$url/v2/models/other/versions/1$what" || return 1
	done
X
check '404 of a model lists the paths that are served' <<'X'
	answers 404 "$url/v2/models/other/infer" &&
	jq -r .error body >got &&
	printf '%s, %s, %s, %s\n' \
	    "that model is not served here; served here: /v2/models/one/infer" \
	    /v2/models/one/versions/1/infer /v2/models/two/versions/1/infer \
	    /invocations >want &&
	same want got
X
check '404 of another path lists the paths that are served' <<'X'
	answers 404 "$url/nowhere" &&
	jq -r .error body | grep -q "no such path; served here: /v2/models/one/infer"
X
check 'a version that is not served, or is spelled 01, is 404' <<'X'
	answers 404 "$url/v2/models/one/versions/2" &&
	answers 404 "$url/v2/models/two/versions/01"
X
check 'the canary has no path without its version' <<'X'
	answers 404 "$url/v2/models/two/infer" -d @b
X
check 'metadata and readiness of a version name the model' <<'X'
	test "$(ask "$url/v2/models/two/versions/1" | jq -r .name)" = two &&
	test "$(ask "$url/v2/models/one/versions/1/ready" | jq -r .name)" = one
X
check 'a server of two model files stops with exit 0' stop

# --- requests with a unit and without
fresh units
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
start one.onnx --canary two.onnx=50 --log reqs
# Asks forty bodies with this header; how many variants answered.
variants() {
	for i in $(seq 40); do
		answers 200 "$url/invocations" -H "$1" -H "$as_json" \
		    -d "{\"instances\":[[1,2,3,4,5,$i]]}" || return 1
		header X-Mlv-Variant
	done >answered
	sort -u answered | wc -l
}
check 'an empty X-Unit-Id is no unit: the body decides which variant answers' <<'X'
	test "$(variants "X-Unit-Id;")" = 2
X
check 'one unit is answered by one variant, whatever the body' <<'X'
	test "$(variants "X-Unit-Id: u")" = 1
X
check 'an empty X-Unit-Id is logged as no unit' <<'X'
	stop &&
	cat reqs/*.jsonl | jq -r .unit | sort | uniq -c | tr -s " " >got &&
	printf ' 40 null\n 40 u\n' | same - got
X

# --- --name, content types, --columns
fresh types
cp "$ridge" one.onnx
start one.onnx --name short
check '--name takes the place of the file name in every path' <<'X'
	test "$(served_names)" = '["short"]' &&
	answers 200 "$url/v2/models/short/versions/1" &&
	answers 404 "$url/v2/models/one/versions/1"
X
while read -r status type; do
	check "/invocations with content type \`$type' is $status" <<-'X'
		answers $status "$url/invocations" -H "Content-Type: $type" -d "$six"
	X
done <<'X'
200 application/json
200 Application/JSON
200 application/json; charset=utf-8
200 application/json;charset=UTF-8
200 application/json ; charset="utf-8"
415 application/jsonx
415 application/json2; a=b
415 application/json; charset=latin1
415 text/csvx
415 application/x-www-form-urlencoded
415 json
415 application/json, text/csv
X
check '/invocations without a content type: a JSON object is taken, anything else is 415' <<'X'
	answers 200 "$url/invocations" -H Content-Type: -d " $six" &&
	answers 415 "$url/invocations" -H Content-Type: -d "a,b" &&
	jq -r .message body | grep -q "^the header Content-Type says what the body is: application/json or text/csv$"
X
check '/invocations with another content type: 415 as JSON that names it' <<'X'
	answers 415 "$url/invocations" -d "$six" &&
	jq -r .message body | grep -q ", not 'application/x-www-form-urlencoded'$"
X
check '--name with a slash, a space or nothing: a usage error' <<'X'
	expect 2 mlv-serve http --port 0 --name a/b one.onnx &&
	says "--name is one step of a path" &&
	expect 2 mlv-serve http --port 0 --name "a b" one.onnx &&
	expect 2 mlv-serve http --port 0 --name "" one.onnx &&
	expect 2 mlv-serve http --port 0 --name .. one.onnx
X
check 'a server with --name stops with exit 0' stop

fresh columns
start "$ridge" --columns a,b,c,d,e,f
check '--columns names the columns of a matrix model: records are put in that order' <<'X'
	invoke 1 &&
	cp body want &&
	test "$(header X-Mlv-Version)" = 1 &&
	answers 200 "$url/invocations" -H "$as_json" \
	    -d '{"instances":[{"b":2,"a":1,"c":3,"d":4,"f":6,"e":5}]}' &&
	same want body
X
check 'a server with --columns stops with exit 0' stop

# --- a model file that changes
fresh reload
cp "$ridge" m.onnx
start m.onnx
replace() { cp "$1" t && mv t m.onnx; }
first=$(digest)
check 'a model file that changes is taken up, and counted' <<'X'
	test -n "$first" &&
	replace "$elastic_net" &&
	until_true digest_is_not "$first" &&
	metric_is mlv_reloads_total 1
X
second=$(digest)
check 'a model file that becomes no model is counted, the old one keeps serving' <<'X'
	echo nonsense >nonsense &&
	replace nonsense &&
	until_true metric_reaches mlv_reload_failures_total 1 &&
	digest_is "$second"
X
sleep 1.7
check 'a model file that cannot be loaded is told once' <<'X'
	told_times keeping 1 &&
	told_times "keeping the old version of m.onnx" 1
X
check 'a model file that cannot be loaded is not tried all the time' <<'X'
	metric_reaches mlv_reload_failures_total 1 &&
	test "$(metric mlv_reload_failures_total)" -le 3
X
check 'SIGHUP tries a model file that cannot be loaded at once, and tells no more' <<'X'
	failed=$(metric mlv_reload_failures_total) &&
	kill -HUP "$server" &&
	until_true metric_reaches mlv_reload_failures_total $((failed + 1)) &&
	told_times keeping 1
X
check 'a model file that is gone: the old one keeps serving' <<'X'
	mv m.onnx away &&
	kill -HUP "$server" &&
	sleep 0.3 &&
	digest_is "$second"
X
check 'a good model file after bad ones is taken up' <<'X'
	replace "$ridge" &&
	until_true metric_is mlv_reloads_total 2 &&
	digest_is "$first"
X
check 'a server of a model file that changed stops with exit 0' stop

# --- aliases that move, a share file that changes
fresh registry
mlv-data init >/dev/null
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
head -c 200 "$ridge" >bad.onnx
for m in one two bad; do mlv-registry add -q --any-format score $m.onnx >/dev/null; done
mlv-registry set score@champion 1 >/dev/null
mlv-registry set score@candidate 2 >/dev/null
echo 30 >share
start --columns a,b,c,d,e,f model:score@champion --canary model:score@candidate --share-file share
check 'two versions of one name are listed, and reached by their numbers' <<'X'
	test "$(served_versions)" = '["1","2"]' &&
	answers 200 "$url/v2/models/score/versions/2" &&
	answers 404 "$url/v2/models/score/versions/3"
X
mlv-registry set --allow-contract-change score@champion 3 >/dev/null
check 'an alias moved to a model that cannot be loaded: the old one serves, ready' <<'X'
	until_true metric_reaches mlv_reload_failures_total 1 &&
	test "$(served_versions | jq -r '.[0]')" = 1 &&
	invoke u &&
	answers 200 "$url/v2/health/ready"
X
sleep 1.5
check 'an alias moved to a model that cannot be loaded is told in one line' <<'X'
	test "$(wc -l <server.err)" = 1 &&
	told_times "^mlv-serve: warning: keeping the old version of model:score@champion: " 1
X
check 'an alias moved back to the version that serves: nothing is loaded' <<'X'
	expect 0 mlv-registry set score@champion 1 &&
	sleep 0.5 &&
	failed=$(metric mlv_reload_failures_total) &&
	sleep 1.2 &&
	metric_is mlv_reload_failures_total "$failed" &&
	metric_is mlv_reloads_total 0
X
check 'an alias moved to a version that can be loaded is taken up' <<'X'
	expect 0 mlv-registry set score@champion 2 &&
	until_true metric_is mlv_reloads_total 1 &&
	test "$(served_versions)" = '["2"]'
X
mlv-registry set score@champion 1 >/dev/null
# Of sixty units, so many are answered by the canary.
canary_units() {
	for i in $(seq 60); do variant "$i" || return 1; done >answered
	test "$(grep -c canary answered)" = "$1"
}
check 'a share file that changes is read again' <<'X'
	until_true metric_is mlv_reloads_total 2 &&
	echo 0 >share &&
	until_true canary_units 0 &&
	echo 100 >share &&
	until_true canary_units 60
X
check 'a share file that changes with its time of change kept is read again' <<'X'
	echo 0 >share &&
	touch -d @1000000000 share &&
	until_true canary_units 0 &&
	echo 100 >t &&
	touch -d @1000000000 t &&
	cat t >share &&
	touch -d @1000000000 share &&
	until_true canary_units 60
X
check 'a share file that holds no percentage changes nothing, and is told once' <<'X'
	before=$(told "does not hold a percentage" || true) &&
	echo lots >t &&
	mv t share &&
	until_true told_times "does not hold a percentage" $((before + 1)) &&
	sleep 0.5 &&
	canary_units 60 &&
	told_times "does not hold a percentage" $((before + 1))
X
no_canary_answers() { invoke u && ! answered_by canary; }
check 'a canary whose alias is dropped answers no more, and is not listed' <<'X'
	expect 0 mlv-registry set score@candidate --drop &&
	until_true no_canary_answers &&
	test "$(served_versions)" = '["1"]'
X
check 'a server of two aliases stops with exit 0' stop
check 'a canary that cannot be loaded at the start: exit 3, and it is named' <<'X'
	expect 3 timeout 20 mlv-serve http --grace 0 --port 0 one.onnx --canary bad.onnx=5 &&
	says bad.onnx
X
finish
