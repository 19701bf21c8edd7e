#!/bin/sh
# What a client may do to mlv-serve http: come slowly, send too much, send
# nonsense, leave in the middle; and how the server ends meanwhile.
. "$(dirname "$0")/../server.sh"

row='{"instances":[[1,2,3,4,5,6]]}'
{
	printf '%s\r\n' 'POST /invocations HTTP/1.1' 'Host: a' "$as_json" "Content-Length: ${#row}" ''
	printf %s "$row"
} >"$HOME_DIR/req"
all=$(wc -c <"$HOME_DIR/req")
most=$((all - 20))	# all but a part of the body
sent() { sed -n 's/ bytes sent//p' got; }
is_ok() { grep -q '^HTTP/1.1 200' "$1"; }

# --- a client that is slow
fresh slow
cp ../req .
start --timeout 1 "$ridge"
check 'a request sent whole is answered' <<'X'
	"$hammer" "$port" - req 1 >got &&
	is_ok got
X
check 'a request sent a byte at a time, but in time, is answered' <<'X'
	"$hammer" "$port" +1:$most req 2 >got &&
	is_ok got
X
check 'a request with a body beyond --timeout is cut off unanswered' <<'X'
	"$hammer" "$port" +200:$most req 8 >got &&
	! is_ok got &&
	test "$(sent)" -lt $((most + 15))
X
check 'a request with headers beyond --timeout is cut off unanswered' <<'X'
	"$hammer" "$port" +200:30 req 8 >got &&
	! grep -q "^HTTP" got &&
	test "$(sent)" -lt 45
X
check 'a request with a first line beyond --timeout is cut off' <<'X'
	"$hammer" "$port" +300:1 req 8 >got &&
	test "$(sent)" -lt 10
X
check 'a connection that sends nothing is closed' <<'X'
	: >nothing &&
	"$hammer" "$port" +100:0 nothing 5 >got &&
	test "$(sent)" = 0
X
check 'a server with slow clients is ready for others' 'answers 200 "$url/v2/health/ready"'
check 'a server that had slow clients stops with exit 0' stop

# --- a client that sends too much
fresh much
start "$ridge"
# Wants a refusal of the request, whichever the HTTP library chooses.
is_refused() {	# arguments of curl
	status=$(curl -s -m 10 -o body -w '%{http_code}' "$@")
	case $status in
	4??) true ;;
	*) echo "HTTP $status"; false ;;
	esac
}
check 'a header of 40000 characters is a 4xx' <<'X'
	is_refused "$url/ping" -H "X-Long: $(head -c 40000 /dev/zero | tr '\0' a)"
X
check 'a path of 40000 characters is a 4xx' <<'X'
	is_refused "$url/$(head -c 40000 /dev/zero | tr '\0' a)"
X
check 'a chunked body beyond 8 MiB is 413' <<'X'
	head -c 9000000 /dev/zero >big &&
	answers 413 "$url/invocations" -H "$as_json" -H "Transfer-Encoding: chunked" --data-binary @big
X
check 'a chunked body of 20 MB is not read to its end' <<'X'
	head -c 20000000 /dev/zero >huge &&
	status=$(curl -s -m 10 -o body -w '%{http_code}' "$url/invocations" -H "$as_json" \
	    -H "Transfer-Encoding: chunked" --data-binary @huge || true) &&
	case $status in
	000 | 100 | 413) true ;;
	*) echo "HTTP $status"; false ;;
	esac
X

# --- a client that sends nonsense
tensor=$(ask "$url/v2/models/model" | jq -r '.inputs[0].name')
infer_body() {	# shape, data
	printf '{"inputs":[{"name":"%s","shape":%s,"datatype":"FP32","data":%s}]}' "$tensor" "$1" "$2"
}
check 'a v2 request that announces a million rows and sends two numbers is 400' <<'X'
	infer_body '[1000000,6]' '[1,2]' >b &&
	answers 400 "$url/v2/models/model/infer" -d @b
X
while read -r text; do
	printf %s "$text" >b
	check "the JSON body \`$text' is 400 for both protocols, with an error" <<-'X'
		answers 400 "$url/invocations" -H "$as_json" --data-binary @b &&
		jq -e .message body &&
		answers 400 "$url/v2/models/model/infer" --data-binary @b &&
		jq -e .error body
	X
done <<'X'

[
[]
{}
"x"
null
{"inputs":null}
{"instances":5}
{"instances":[]}
{"instances":[5]}
{"instances":[[]]}
{"instances":[[1]]}
{"instances":[[1,2,3,4,5,{}]]}
{"instances":[[1,2,3,4,5,[]]]}
{"instances":[[1,2,3,4,5,"x"]]}
{"instances":[[1,2,3,4,5,6],[1]]}
{"dataframe_split":{}}
{"dataframe_split":{"columns":[],"data":[[]]}}
{"dataframe_split":{"columns":5,"data":5}}
{"dataframe_records":{"a":1}}
{"dataframe_records":[1]}
{"inputs":{}}
{"inputs":{"a":[],"b":[1]}}
{"inputs":[]} x
X
while read -r data; do
	infer_body '[1,6]' "$data" >b
	check "a v2 request of shape [1,6] with data $data is 400, with an error" <<-'X'
		answers 400 "$url/v2/models/model/infer" -d @b &&
		jq -e .error body
	X
done <<'X'
[[1,2,3,4,5]]
[1,2,3,4,5,6,7]
[{}]
5
null
["a",2,3,4,5,6]
[[[[[[1,2,3,4,5,6]]]]]]
X
while read -r shape; do
	infer_body "$shape" '[1,2,3,4,5,6]' >b
	check "a v2 request of shape $shape with six numbers is 400, with an error" <<-'X'
		answers 400 "$url/v2/models/model/infer" -d @b &&
		jq -e .error body
	X
done <<'X'
[]
[1]
[1,5]
[-1,6]
[1.5,6]
[1,6,1]
"x"
null
[0,6]
[9223372036854775807,6]
X
while IFS= read -r text; do	# | stands for the end of a line
	printf %s "$text" | tr '|' '\n' >b
	check "the CSV body \`$text' is 400" <<-'X'
		answers 400 "$url/invocations" -H "$as_csv" --data-binary @b
	X
done <<'X'

a,b
a,b,c,d,e,f
a,b,c,d,e,f|1,2,3
a,b,c,d,e,f|1,2,3,4,5,x
X

# --- a client that leaves in the middle
cp ../req .
check 'a part of a request gets no answer, wherever it ends' <<'X'
	for k in 20 60 90 $((all - 5)); do
		head -c $k req >part &&
		for i in 1 2 3 4 5; do
			"$hammer" "$port" +1:$k part 0 >/dev/null
		done &&
		"$hammer" "$port" - part 1 >got &&
		test ! -s got || return 1
	done
X
check 'a server whose clients left in the middle answers the next one' <<'X'
	answers 200 "$url/invocations" -H "$as_json" -d "$row"
X
check 'a server whose clients left in the middle has no request in flight' <<'X'
	metric_is mlv_requests_in_flight 0
X
check 'a server whose clients left in the middle stops with exit 0' stop

# --- SIGTERM: grace, drain, end
fresh drain
cp ../req .
# A request of which the rest comes a byte each so many milliseconds.
request_in_flight() {	# milliseconds, seconds to wait for an answer
	"$hammer" "$port" +"$1":$most req "$2" >answer &
	client=$!
	sleep 0.4
}
nobody_listens() { exits 7 curl -s -m 10 "$url/ping"; }
not_ready() { answers 503 "$url/v2/health/ready"; }
start --grace 4 "$ridge"
request_in_flight 100 8
kill "$server"
check 'SIGTERM with --grace: ready, readyz and ping are 503, before the listener closes' <<'X'
	until_true not_ready &&
	answers 503 "$url/readyz" &&
	answers 503 "$url/ping"
X
check 'SIGTERM with --grace: live is 200' 'answers 200 "$url/v2/health/live"'
check 'SIGTERM with --grace: a new request is answered, and told to close' <<'X'
	answers 200 "$url/invocations" -H "$as_json" -d "$row" &&
	grep -qi "^connection: close" head
X
check 'SIGTERM with --grace: the request in flight is answered' <<'X'
	wait $client &&
	is_ok answer &&
	grep -q predictions answer
X
check 'SIGTERM with --grace: the server exits 0' 'wait "$server"'
check 'SIGTERM with --grace: nobody listens afterwards' <<'X'
	nobody_listens
X
check 'SIGTERM with --grace 0: the request in flight is answered, exit 0' <<'X'
	start --grace 0 "$ridge" &&
	request_in_flight 100 8 &&
	stop &&
	wait $client &&
	is_ok answer
X
check 'SIGTERM with --drain 1: a request that takes longer is cut off, exit 0' <<'X'
	start --drain 1 --timeout 20 "$ridge" &&
	request_in_flight 1000 15 &&
	stop &&
	wait $client &&
	! grep -q "^HTTP" answer
X
check 'a second SIGTERM ends the grace, by the signal' <<'X'
	start --grace 20 "$ridge" &&
	kill "$server" &&
	sleep 0.3 &&
	kill "$server" &&
	exits 143 wait "$server"
X
check 'SIGINT does not wait for the grace: nobody listens soon after, exit 0' <<'X'
	start --grace 60 "$ridge" &&
	kill -INT "$server" &&
	until_true nobody_listens &&
	wait "$server"
X
# --- no memory
fresh memory
awk 'BEGIN { print "c,y"; while (i++ < 60) print substr("abc", i % 3 + 1, 1) "," (i % 3 ? "yes" : "no") }' >t.csv
mlv-train fit -q t.csv --target y --learner gbdt -s min_data_in_leaf=5 -o m.onnx >/dev/null
awk 'BEGIN { printf "{\"dataframe_split\":{\"columns\":[\"c\"],\"data\":["
	for (i = 0; i < 300000; i++) printf "%s[\"word %d\"]", i ? "," : "", i; print "]}}" }' >many
start m.onnx
small() { answers 200 "$url/invocations" -H "$as_json" -d '{"instances":[["a"]]}'; }
# not where a sanitizer's allocator takes want for the end
if [ -z "${MLV_SANITIZED:-}" ] && small && command -v prlimit >/dev/null && prlimit --pid "$server" --as=$(($(sed -n \
    's/VmSize:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status") * 1024 + 20000000)); then
	check 'a request that finds no memory is 503, and the server goes on' <<'X'
		answers 503 "$url/invocations" -H "$as_json" --data-binary @many &&
		test "$(header Retry-After)" = 1 &&
		small &&
		answers 503 "$url/invocations" -H "$as_json" --data-binary @many &&
		small
X
else
	skip 'a request that finds no memory is 503, and the server goes on' 'no prlimit, or sanitized'
fi

# --- health at a listener of its own
fresh health
: >nothing
( ulimit -n 60 && exec mlv-serve http -t 1 --grace 0 --port 0 --health-port 0 "$ridge" ) >server.out 2>server.err &
server=$!
pids="$pids $server"
until_true grep -q http server.out
url=$(cut -f1 server.out) health=$(cut -f2 server.out) port=${url##*:}
check 'health, readiness, version and metrics are answered at --health-port' <<'X'
	answers 200 "$health/v2/health/live" &&
	answers 200 "$health/readyz" &&
	answers 200 "$health/version" &&
	answers 200 "$health/metrics" &&
	grep -q "^mlv_ready 1" body
X
check 'the model is not asked at --health-port' <<'X'
	answers 404 "$health/invocations" -H "$as_json" -d "$row" &&
	jq -r .error body | grep -q "this port answers for /health, /version and /metrics alone" &&
	answers 404 "$health/v2/models/model"
X
for i in $(seq 40); do
	"$hammer" "$port" +100:0 nothing 20 >/dev/null 2>&1 &
	pids="$pids $!"
done
check 'clients that hold every connection and say nothing make room for the next' <<'X'
	sleep 0.3 &&
	curl -s -m 6 -o body "$url/livez" &&
	grep -q live body
X
for i in $(seq 40); do
	"$hammer" "$port" +100:10 ../req 20 >/dev/null 2>&1 &
	pids="$pids $!"
done
is_full() { ! curl -s -m 1 -o body "$url/livez"; }
check 'clients that hold every connection do not keep health from being answered' <<'X'
	until_true is_full &&
	answers 200 "$health/readyz" &&
	answers 200 "$health/metrics"
X
check 'a server with --health-port stops with exit 0' stop
finish
