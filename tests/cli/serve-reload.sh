#!/bin/sh
# Aliases and the canary's share move while requests come: none fails, none
# is answered by a model other than the one it names.
#
#	HAMMER_RELOADS=10000 sh tests/cli/serve-reload.sh
#
# is the full size: so many versions taken up under load.
. "$(dirname "$0")/../lib.sh"
hammer=$BUILD/tools/hammer
reloads=${HAMMER_RELOADS:-100}

fresh wrong
printf 'a,b,c,d,e,f\n1,2,3,4,5,6\n' >row.csv
echo '{"instances":[[1,2,3,4,5,6]]}' >body.json
right=$(mlv-serve batch -i row.csv "$TOP/tests/golden/onnx/ridge/model.onnx" | tail -n 1)
background mlv-serve http --grace 0 --port 0 "$TOP/tests/golden/onnx/ridge/model.onnx"
until_true grep -q http server.out
port=$(sed 's/.*://' server.out)
check 'the hammer is content with right answers' '"$hammer" "$port" /invocations body.json 1:20 "1=$right" "2=other" >out && grep -q " 0 failed, 0 mixed" out'
check 'and not with a version that has another text, that shares its text, or that is unknown' \
	'( for wrong in "1=other" "2=$right" "3=other"; do "$hammer" "$port" /invocations body.json 1:20 "$wrong" "2=$right" >out && exit 1; grep -q " 0 failed, [1-9][0-9]* mixed" out || exit 1; done )'
check 'nor with errors' '! "$hammer" "$port" /nowhere body.json 1:20 "1=$right" >out && grep -q " [1-9][0-9]* failed" out'
kill "$server" && wait "$server"

fresh registry
mlv-data init >/dev/null
cp "$TOP/tests/golden/onnx/ridge/model.onnx" one.onnx
cp "$TOP/tests/golden/onnx/elastic-net/model.onnx" two.onnx
mlv-registry add score one.onnx >/dev/null && mlv-registry add score two.onnx >/dev/null
mlv-registry set score@champion 1 >/dev/null && mlv-registry set score@candidate 2 >/dev/null
echo '{"instances":[[0.1,0.2,0.3,0.4,0.5,0.6]]}' >body.json
printf 'a,b,c,d,e,f\n0.1,0.2,0.3,0.4,0.5,0.6\n' >row.csv
one=$(mlv-serve batch -i row.csv one.onnx | tail -n 1) two=$(mlv-serve batch -i row.csv two.onnx | tail -n 1)
check 'the two models answer differently' 'test -n "$one" && test -n "$two" && case "$one" in *"$two"*) false ;; esac && case "$two" in *"$one"*) false ;; esac'
echo 30 >share
background mlv-serve http --grace 0 --port 0 model:score@champion --canary model:score@candidate --share-file share --log reqs
until_true grep -q http server.out
url=$(cut -f1 server.out) port=${url##*:}
metric() { curl -s -m 10 "$url/metrics" | sed -n "s/^$1 //p"; }

printf '{"inputs":[{"name":"%s","shape":[1,6],"datatype":"FP32","data":[0.1,0.2,0.3,0.4,0.5,0.6]}]}' "$(curl -s -m 10 "$url/v2/models/score" | jq -r '.inputs[0].name')" >v2.json
"$hammer" "$port" /invocations body.json "3600:${HAMMER_PAUSE:-1}" "1=$one" "2=$two" >hammered &
h=$!
"$hammer" "$port" /v2/models/score/infer v2.json "3600:${HAMMER_PAUSE:-1}" "1=$one" "2=$two" >hammered2 &
h2=$!
pids="$pids $h $h2"
moves=0 got=0 since=$(date +%s)
while [ "${got:-0}" -lt "$reloads" ] && [ $moves -lt $((reloads * 4)) ] && kill -0 $h 2>/dev/null && kill -0 $h2 2>/dev/null; do
	moves=$((moves + 1))
	mlv-registry set score@champion $((moves % 2 + 1)) >/dev/null 2>&1
	mlv-registry set score@candidate $(((moves + 1) % 2 + 1)) >/dev/null 2>&1
	echo $((moves * 7 % 101)) >share
	kill -HUP "$server"
	[ $((moves % 10)) -ne 0 ] || got=$(metric mlv_reloads_total)
done
took=$(($(date +%s) - since))
kill -TERM $h $h2
wait $h
wait $h2
asked=$(cat hammered hammered2 | awk '{ n += $1 } END { print n }')
canary=$(cat hammered hammered2 | awk '{ n += $7 } END { print n }')
check "$got versions taken up over $((moves * 2)) alias moves and $moves shares in $took s: /invocations $(cat hammered); v2 $(cat hammered2)" 'test "$got" -ge "$reloads"'
check 'none failed and none was mixed' 'test "$(grep -c " 0 failed, 0 mixed" hammered hammered2 | grep -c ":1$")" = 2'
check 'some came from a canary, and some did not' 'test "$canary" -gt 0 && test "$canary" -lt "$asked"'
check 'no version failed to load, and nobody was told off' 'test "$(metric mlv_reload_failures_total)" = 0 && ! grep -q warning server.err'
check 'what was counted is what was asked' 'test "$(curl -s -m 10 "$url/metrics" | sed -n "s/^mlv_requests_total{.*} //p" | awk "{ n += \$1 } END { print n }")" = "$asked"'
check 'and what was logged' 'kill "$server" && wait "$server" && test "$(cat reqs/*.jsonl | wc -l)" = "$asked"'
check 'each line names the model that answered' 'cat reqs/*.jsonl | jq -r "\"\(.version) \(.digest)\"" | sort -u >named && printf "1 sha256:%s\n2 sha256:%s\n" "$(sha256sum one.onnx | cut -d" " -f1)" "$(sha256sum two.onnx | cut -d" " -f1)" | same - named'
finish
