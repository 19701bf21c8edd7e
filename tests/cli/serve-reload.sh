#!/bin/sh
# Aliases and the canary's share move while requests come: none fails, none
# is answered by a model other than the one it names.
#
#	HAMMER_RELOADS=10000 sh tests/cli/serve-reload.sh
#
# is the full size: so many versions taken up under load.
. "$(dirname "$0")/../server.sh"
reloads=${HAMMER_RELOADS:-100}

# --- the hammer itself: it sends requests and wants the text of each version
fresh hammer
printf 'a,b,c,d,e,f\n1,2,3,4,5,6\n' >row.csv
echo '{"instances":[[1,2,3,4,5,6]]}' >body.json
mlv-serve batch -i row.csv "$ridge" >scores
right=$(tail -n 1 scores)
start "$ridge"
check 'the hammer is content with answers that have the text of their version' <<'X'
	"$hammer" "$port" /invocations body.json 1:20 "1=$right" "2=other" >out &&
	grep -q " 0 failed, 0 mixed" out
X
calls_mixed() {	# VERSION=TEXT...
	! "$hammer" "$port" /invocations body.json 1:20 "$@" >out &&
	    grep -q " 0 failed, [1-9][0-9]* mixed" out
}
check 'the hammer calls answers mixed that have the text of another version' <<'X'
	calls_mixed "1=other" "2=$right"
X
check 'the hammer calls answers mixed that could be of either of two versions' <<'X'
	calls_mixed "1=$right" "2=$right"
X
check 'the hammer calls answers mixed that name a version it was not given' <<'X'
	calls_mixed "2=$right" &&
	calls_mixed "3=other" "2=$right"
X
check 'the hammer counts answers that are errors as failed' <<'X'
	! "$hammer" "$port" /nowhere body.json 1:20 "1=$right" >out &&
	grep -q " [1-9][0-9]* failed" out
X
stop

# --- two models that answer differently, behind two aliases
fresh registry
mlv-data init >/dev/null
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
mlv-registry add score one.onnx >/dev/null
mlv-registry add score two.onnx >/dev/null
mlv-registry set score@champion 1 >/dev/null
mlv-registry set score@candidate 2 >/dev/null
echo '{"instances":[[0.1,0.2,0.3,0.4,0.5,0.6]]}' >body.json
printf 'a,b,c,d,e,f\n0.1,0.2,0.3,0.4,0.5,0.6\n' >row.csv
mlv-serve batch -i row.csv one.onnx >one.csv
mlv-serve batch -i row.csv two.onnx >two.csv
one=$(tail -n 1 one.csv) two=$(tail -n 1 two.csv)
check 'the two models answer differently, and no answer is a part of the other' <<'X'
	test -n "$one" &&
	test -n "$two" &&
	case $one in *"$two"*) false ;; esac &&
	case $two in *"$one"*) false ;; esac
X
echo 30 >share
start --columns a,b,c,d,e,f model:score@champion --canary model:score@candidate --share-file share --log reqs
tensor=$(ask "$url/v2/models/score" | jq -r '.inputs[0].name')
data=0.1,0.2,0.3,0.4,0.5,0.6
printf '{"inputs":[{"name":"%s","shape":[1,6],"datatype":"FP32","data":[%s]}]}' \
    "$tensor" $data >v2.json

# --- one hammer on each protocol, while aliases and share move
pause=${HAMMER_PAUSE:-1}
"$hammer" "$port" /invocations body.json "3600:$pause" "1=$one" "2=$two" >hammered &
first=$!
"$hammer" "$port" /v2/models/score/infer v2.json "3600:$pause" "1=$one" "2=$two" >hammered2 &
second=$!
pids="$pids $first $second"
hammers_run() { kill -0 $first 2>/dev/null && kill -0 $second 2>/dev/null; }
moves=0 taken=0 since=$(date +%s)
while [ "${taken:-0}" -lt "$reloads" ] && [ $moves -lt $((reloads * 4)) ] && hammers_run; do
	moves=$((moves + 1))
	mlv-registry set score@champion $((moves % 2 + 1)) >/dev/null 2>&1
	mlv-registry set score@candidate $(((moves + 1) % 2 + 1)) >/dev/null 2>&1
	echo $((moves * 7 % 101)) >share
	kill -HUP "$server"
	[ $((moves % 10)) -ne 0 ] || taken=$(metric mlv_reloads_total)
done
took=$(($(date +%s) - since))
kill -TERM $first $second
wait $first
wait $second
asked=$(awk '{ n += $1 } END { print n }' hammered hammered2)
canary=$(awk '{ n += $7 } END { print n }' hammered hammered2)
echo "# $taken versions taken up over $((moves * 2)) alias moves and $moves shares in $took s"
echo "# /invocations $(cat hammered); v2 $(cat hammered2)"
check "at least $reloads versions are taken up under load" 'test "$taken" -ge "$reloads"'
check 'no request under load fails, and none is answered by another model than it names' <<'X'
	grep -q " 0 failed, 0 mixed" hammered &&
	grep -q " 0 failed, 0 mixed" hammered2
X
check 'some requests under load are answered by a canary, and some are not' <<'X'
	test "$canary" -gt 0 &&
	test "$canary" -lt "$asked"
X
check 'no version fails to load under load, and the server gives no warning' <<'X'
	metric_is mlv_reload_failures_total 0 &&
	! grep -q warning server.err
X
check 'mlv_requests_total counts every request under load' <<'X'
	metric 'mlv_requests_total{.*}' >counts &&
	test "$(awk '{ n += $1 } END { print n }' counts)" = "$asked"
X
check 'the request log has a line for every request under load' <<'X'
	stop &&
	cat reqs/*.jsonl >lines &&
	test "$(wc -l <lines)" = "$asked"
X
check 'every line of the request log names version and digest of one model' <<'X'
	jq -r '"\(.version) \(.digest)"' lines | sort -u >named &&
	printf '1 sha256:%s\n2 sha256:%s\n' "$(sha256sum <one.onnx | cut -d" " -f1)" \
	    "$(sha256sum <two.onnx | cut -d" " -f1)" | same - named
X

# --- a model file that is rewritten in place, again and again
fresh rewritten
fit_line() {	# target y is the line a + this, a file
	awk -v OFS=, -v plus="$1" 'BEGIN {
		print "a,y"
		for (i = 1; i <= 50; i++) print i % 12, i % 12 + plus
	}' >line.csv
	mlv-train fit line.csv --target y --learner linear -o "$2" >/dev/null
}
fit_line 1 one.onnx
fit_line 2 two.onnx
one=sha256:$(sha256sum <one.onnx | cut -c1-64) two=sha256:$(sha256sum <two.onnx | cut -c1-64)
cp one.onnx served.onnx
start served.onnx
# Each answer is that of the model that its header names.
asked_of() {
	answers 200 "$url/invocations" -H "$as_json" -d '{"instances":[{"a":10}]}' || return 1
	y=$(jq '.predictions[0].prediction | round' body)
	case $(header X-Mlv-Model) in
	"$one") test "$y" = 11 ;;
	"$two") test "$y" = 12 ;;
	*) return 1 ;;
	esac
}
has_model() { ask "$url/metrics" | grep -q "^mlv_model_info{.*$1"; }
check 'a model file rewritten and cut in place: answers are of the model that X-Mlv-Model names' <<'X'
	for i in 1 2 3 4 5 6 7 8; do
		: >served.onnx &&
		asked_of &&
		cat two.onnx >served.onnx &&
		kill -HUP "$server" &&
		asked_of &&
		cat one.onnx >served.onnx &&
		asked_of &&
		sleep 0.3 &&
		asked_of || break
	done &&
	test $i = 8
X
check 'a model file that was replaced: every series of /metrics stands once' <<'X'
	cp two.onnx new &&
	mv new served.onnx &&
	until_true has_model "$two" &&
	ask "$url/metrics" | grep -v "^#" | sed 's/ [^ ]*$//' | sort | uniq -d >twice &&
	test ! -s twice &&
	stop
X
finish
