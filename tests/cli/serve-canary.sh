#!/bin/sh
# Who answers: names and versions with a canary, a share that changes, models
# that cannot be loaded.
. "$(dirname "$0")/../lib.sh"
ridge=$TOP/tests/golden/onnx/ridge/model.onnx
net=$TOP/tests/golden/onnx/elastic-net/model.onnx

start() {	# options... : $url
	background mlv-serve http --grace 0 --port 0 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out)
}
stop() { kill "$server" && wait "$server"; }
ask() { curl -s -m 10 "$@"; }
code() { curl -s -m 10 -o body -w '%{http_code}' "$@"; }
metric() { ask "$url/metrics" | sed -n "s/^$1 //p"; }
# What the header of an answer to this unit says.
says_header() {	# header unit
	ask -o body -D head "$url/invocations" -H "X-Unit-Id: $2" -H 'Content-Type: application/json' -d '{"instances":[[1,2,3,4,5,6]]}'
	tr -d '\r' <head | sed -n "s/^$1: //p"
}

fresh files
cp "$ridge" one.onnx && cp "$net" two.onnx
tensor=variable
start one.onnx --canary two.onnx=50
tensor=$(ask "$url/v2/models/one" | jq -r '.inputs[0].name')
body() { printf '{"id":"%s","inputs":[{"name":"%s","shape":[1,6],"datatype":"FP32","data":[1,2,3,4,5,6]}]}' "$1" "$tensor"; }
check 'the endpoint has the stable name, whatever the canary is' \
	'test "$(ask "$url/v2/models" | jq -c .models)" = "[\"one\"]" && test "$(ask "$url/v2/models/one" | jq -r .name)" = one'
check 'a share beyond all units does not rename it' \
	'stop && start one.onnx --canary two.onnx=100 && test "$(ask "$url/v2/models" | jq -c .models)" = "[\"one\"]"'
check 'every unit is answered there, by the canary now, and the answer has that name' \
	'( for i in 1 2 3 4 5 6 7 8 9; do body $i >b && test "$(code "$url/v2/models/one/infer" -D head -d @b)" = 200 && grep -qi "x-mlv-variant: canary" head && test "$(jq -r "[.model_name,.id] | join(\" \")" body)" = "one $i" || exit 1; done )'
check 'the digest says whose answer it was' \
	'grep -qi "x-mlv-model: sha256:$(sha256sum two.onnx | cut -c1-64)" head'
body x >b
check 'a version is of a name: the stable one' 'test "$(code "$url/v2/models/one/versions/1/infer" -D head -d @b)" = 200 && grep -qi "x-mlv-variant: stable" head'
check 'the canary by its own name and version' 'test "$(code "$url/v2/models/two/versions/1/infer" -D head -d @b)" = 200 && grep -qi "x-mlv-variant: canary" head && test "$(jq -r .model_name body)" = two'
check 'a name nobody has is 404, with a version that somebody has' \
	'( for what in /infer /ready ""; do test "$(code "$url/v2/models/other/versions/1$what")" = 404 || exit 1; done )'
check 'which lists what there is' 'code "$url/v2/models/other/infer" && test "$(jq -r .error body)" = "that model is not served here; served here: /v2/models/one/infer, /v2/models/one/versions/1/infer, /v2/models/two/versions/1/infer, /invocations" && code "$url/nowhere" && jq -r .error body | grep -q "no such path; served here: /v2/models/one/infer"'
check 'a version nobody has is 404' 'test "$(code "$url/v2/models/one/versions/2")" = 404 && test "$(code "$url/v2/models/two/versions/01")" = 404'
check 'the canary has no unversioned path' 'test "$(code "$url/v2/models/two/infer" -d @b)" = 404'
check 'metadata of a version' 'test "$(ask "$url/v2/models/two/versions/1" | jq -r .name)" = two && test "$(ask "$url/v2/models/one/versions/1/ready" | jq -r .name)" = one'
check 'stops' stop

fresh nobody
cp "$ridge" one.onnx && cp "$net" two.onnx
start one.onnx --canary two.onnx=50 --log reqs
# Which variants answer the bodies 1 to 40 with this header.
variants() { for i in $(seq 40); do ask -o body -D head "$url/invocations" -H "$1" -H 'Content-Type: application/json' -d "{\"instances\":[[1,2,3,4,5,$i]]}"; tr -d '\r' <head | sed -n 's/^X-Mlv-Variant: //p'; done >v; sort -u v | wc -l; }
check 'an empty X-Unit-Id is no unit: bodies decide' 'test "$(variants "X-Unit-Id;")" = 2'
check 'one unit has one variant, whatever the body' 'test "$(variants "X-Unit-Id: u")" = 1'
check 'nor is it logged as one' 'stop && test "$(cat reqs/*.jsonl | jq -r .unit | sort | uniq -c | tr -s " ")" = " 40 null
 40 u"'

fresh types
cp "$ridge" one.onnx
start one.onnx --name short
check '--name is in the paths' 'test "$(ask "$url/v2/models" | jq -c .models)" = "[\"short\"]" && test "$(code "$url/v2/models/short/versions/1")" = 200 && test "$(code "$url/v2/models/one/versions/1")" = 404'
type() { code "$url/invocations" -H "Content-Type: $1" -d '{"instances":[[1,2,3,4,5,6]]}'; }
for t in 'application/json' 'Application/JSON' 'application/json; charset=utf-8' 'application/json;charset=UTF-8' 'application/json ; charset="utf-8"'; do
	check "taken: $t" 'test "$(type "$t")" = 200'
done
for t in 'application/jsonx' 'application/json2; a=b' 'application/json; charset=latin1' 'text/csvx' 'application/x-www-form-urlencoded' 'json' 'application/json, text/csv'; do
	check "415: $t" 'test "$(type "$t")" = 415'
done
check 'binary tensors are refused in words' 'test "$(code "$url/v2/models/short/infer" -H "Inference-Header-Content-Length: 10" -d xxxxxxxxxxyyyy)" = 400 && jq -r .error body | grep -q binary'
check 'stops' stop

fresh columns
start "$ridge" --columns a,b,c,d,e,f
check '--columns names a matrix' 'test "$(ask "$url/invocations" -H "Content-Type: application/json" -d "{\"instances\":[{\"b\":2,\"a\":1,\"c\":3,\"d\":4,\"f\":6,\"e\":5}]}")" = "$(ask "$url/invocations" -H "Content-Type: application/json" -d "{\"instances\":[[1,2,3,4,5,6]]}")" && test "$(says_header X-Mlv-Version 1)" = 1'
check 'stops' stop

fresh reload
cp "$ridge" m.onnx
start m.onnx
digest() { says_header X-Mlv-Model u; }
first=$(digest)
check 'a file that changes is taken up' 'cp "$net" t && mv t m.onnx && until_true sh -c "! curl -s -D - -o /dev/null $url/invocations -H \"Content-Type: application/json\" -d \"{\\\"instances\\\":[[1,2,3,4,5,6]]}\" | grep -q $first" && test "$(metric mlv_reloads_total)" = 1'
second=$(digest)
check 'one that is no model changes nothing, and is counted' \
	'echo nonsense >t && mv t m.onnx && until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_reload_failures_total [1-9]\"" && test "$(digest)" = "$second"'
sleep 1.7
check 'it is said once' 'test "$(grep -c keeping server.err)" = 1 && grep -q "keeping the old version of m.onnx" server.err'
check 'and not tried all the time' 'n=$(metric mlv_reload_failures_total) && test "$n" -ge 1 && test "$n" -le 3'
check 'a SIGHUP tries at once' 'n=$(metric mlv_reload_failures_total) && kill -HUP "$server" && until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_reload_failures_total $((n + 1))\"" && test "$(grep -c keeping server.err)" = 1'
check 'a file that is gone changes nothing' 'mv m.onnx away && kill -HUP "$server" && sleep 0.3 && test "$(digest)" = "$second"'
check 'the next good one is taken up' 'cp "$ridge" t && mv t m.onnx && until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_reloads_total 2\"" && test "$(digest)" = "$first"'
check 'stops' stop

fresh registry
mlv-data init >/dev/null
cp "$ridge" one.onnx && cp "$net" two.onnx && head -c 200 "$ridge" >bad.onnx
for m in one two bad; do mlv-registry add score $m.onnx >/dev/null; done
mlv-registry set score@champion 1 >/dev/null
mlv-registry set score@candidate 2 >/dev/null
echo 30 >share
start model:score@champion --canary model:score@candidate --share-file share
check 'versions of one name are listed, and reached by number' \
	'test "$(ask "$url/v2/models/score" | jq -c .versions)" = "[\"1\",\"2\"]" && test "$(code "$url/v2/models/score/versions/2" )" = 200 && test "$(code "$url/v2/models/score/versions/3")" = 404'
mlv-registry set score@champion 3 >/dev/null
check 'a bad model on the champion: the old one keeps serving' \
	'until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_reload_failures_total [1-9]\"" && test "$(ask "$url/v2/models/score" | jq -r ".versions[0]")" = 1 && test "$(code "$url/invocations" -H "Content-Type: application/json" -d "{\"instances\":[[1,2,3,4,5,6]]}")" = 200 && test "$(code "$url/v2/health/ready")" = 200'
sleep 1.5
check 'one line says so' 'test "$(wc -l <server.err)" = 1 && grep -q "^mlv-serve: warning: keeping the old version of model:score@champion: " server.err'
check 'the alias moved back: nothing to load' 'mlv-registry set score@champion 1 >/dev/null && sleep 0.5 && n=$(metric mlv_reload_failures_total) && sleep 1.2 && test "$(metric mlv_reload_failures_total)" = "$n" && test "$(metric mlv_reloads_total)" = 0'
check 'and moved on: taken up' 'mlv-registry set score@champion 2 >/dev/null && until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_reloads_total 1\"" && test "$(ask "$url/v2/models/score" | jq -c ".versions")" = "[\"2\"]"'
mlv-registry set score@champion 1 >/dev/null
count() { for i in $(seq 60); do says_header X-Mlv-Variant "$i"; done | grep -c canary; }
counts() { test "$(count)" = "$1"; }
check 'a share file is read again' 'until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_reloads_total 2\"" && echo 0 >share && until_true counts 0 && echo 100 >share && until_true counts 60'
check 'also when its time of change is the same' 'echo 0 >share && touch -d @1000000000 share && until_true counts 0 && echo 100 >t && touch -d @1000000000 t && cat t >share && touch -d @1000000000 share && until_true counts 60'
check 'one that holds no percentage changes nothing, said once' ': >server.err; echo lots >share && until_true grep -q "does not hold a percentage" server.err && sleep 0.5 && counts 60 && test "$(grep -c "does not hold a percentage" server.err)" = 1'
check 'a canary whose alias is dropped ends' 'mlv-registry set score@candidate --drop >/dev/null && until_true sh -c "! curl -s -D - -o /dev/null $url/invocations -H \"Content-Type: application/json\" -d \"{\\\"instances\\\":[[1,2,3,4,5,6]]}\" | grep -qi canary" && test "$(ask "$url/v2/models/score" | jq -c .versions)" = "[\"1\"]"'
check 'stops' stop
check 'a canary that cannot be loaded at the start is exit 3' 'expect 3 timeout 20 mlv-serve http --grace 0 --port 0 one.onnx --canary bad.onnx=5 && says bad.onnx'
finish
