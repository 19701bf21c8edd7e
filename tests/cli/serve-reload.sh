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

fresh registry
mlv-data init >/dev/null
cp "$TOP/tests/golden/onnx/ridge/model.onnx" one.onnx
cp "$TOP/tests/golden/onnx/elastic-net/model.onnx" two.onnx
mlv-registry add score one.onnx >/dev/null && mlv-registry add score two.onnx >/dev/null
mlv-registry set score@champion 1 >/dev/null && mlv-registry set score@candidate 2 >/dev/null
echo '{"instances":[[0.1,0.2,0.3,0.4,0.5,0.6]]}' >body.json
printf 'a,b,c,d,e,f\n0.1,0.2,0.3,0.4,0.5,0.6\n' >row.csv
one=$(mlv-serve batch -i row.csv one.onnx | tail -n 1) two=$(mlv-serve batch -i row.csv two.onnx | tail -n 1)
check 'the two models answer differently' 'test -n "$one" && test -n "$two" && test "$one" != "$two"'
echo 30 >share
background mlv-serve http --grace 0 --port 0 model:score@champion --canary model:score@candidate --share-file share --log reqs
until_true grep -q http server.out
url=$(cut -f1 server.out) port=${url##*:}
metric() { curl -s -m 10 "$url/metrics" | sed -n "s/^$1 //p"; }

"$hammer" "$port" /invocations body.json "3600:${HAMMER_PAUSE:-1}" "1=$one" "2=$two" >hammered &
h=$!
pids="$pids $h"
moves=0 got=0 since=$(date +%s)
while [ "${got:-0}" -lt "$reloads" ] && [ $moves -lt $((reloads * 4)) ] && kill -0 $h 2>/dev/null; do
	moves=$((moves + 1))
	mlv-registry set score@champion $((moves % 2 + 1)) >/dev/null 2>&1
	mlv-registry set score@candidate $(((moves + 1) % 2 + 1)) >/dev/null 2>&1
	echo $((moves * 7 % 101)) >share
	kill -HUP "$server"
	[ $((moves % 10)) -ne 0 ] || got=$(metric mlv_reloads_total)
done
took=$(($(date +%s) - since))
kill -TERM $h
wait $h
check "$got versions taken up over $((moves * 2)) alias moves and $moves shares in $took s: $(cat hammered)" 'test "$got" -ge "$reloads"'
check 'none failed and none was mixed' 'grep -q " 0 failed, 0 mixed" hammered'
check 'some came from a canary, and some did not' 'test "$(sed "s/.*mixed, \([0-9]*\) by.*/\1/" hammered)" -gt 0 && test "$(sed "s/.*mixed, \([0-9]*\) by.*/\1/" hammered)" -lt "$(sed "s/ requests.*//" hammered)"'
check 'no version failed to load, and nobody was told off' 'test "$(metric mlv_reload_failures_total)" = 0 && ! grep -q warning server.err'
check 'what was counted is what was asked' 'test "$(curl -s -m 10 "$url/metrics" | sed -n "s/^mlv_requests_total{.*} //p" | awk "{ n += \$1 } END { print n }")" = "$(sed "s/ requests.*//" hammered)"'
check 'and what was logged' 'kill "$server" && wait "$server" && test "$(cat reqs/*.jsonl | wc -l)" = "$(sed "s/ requests.*//" hammered)"'
check 'each line names the model that answered' 'cat reqs/*.jsonl | jq -r "\"\(.version) \(.digest)\"" | sort -u >named && printf "1 sha256:%s\n2 sha256:%s\n" "$(sha256sum one.onnx | cut -d" " -f1)" "$(sha256sum two.onnx | cut -d" " -f1)" | same - named'
finish
