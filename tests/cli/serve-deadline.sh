#!/bin/sh
# A request that outlives its deadline, or waits too long in the server, is
# dropped before the model is asked.
. "$(dirname "$0")/../server.sh"

fresh late
start --columns a,b,c,d,e,f "$ridge"
echo '{"instances":[[1,2,3,4,5,6]]}' >body.json
asked() { metric 'nv_inference_count{.*}'; }
send() { answers "$@" -H "$as_json" -d @body.json "$url/invocations"; }
check 'a request in time is answered, whatever its deadline' <<'X'
	send 200 -H 'grpc-timeout: 10S' &&
	send 200 -H 'x-envoy-expected-rq-timeout-ms: 10000' &&
	test "$(asked)" = 2
X
check 'a deadline that is malformed is a 400 that names the header' <<'X'
	send 400 -H 'grpc-timeout: soon' &&
	jq -e '.message | contains("grpc-timeout")' body &&
	send 400 -H 'x-envoy-expected-rq-timeout-ms: -1' &&
	jq -e '.message | contains("x-envoy-expected-rq-timeout-ms")' body
X
check 'a deadline that passed while the body was read is a 504, and the model is not asked' <<'X'
	before=$(asked) &&
	send 504 -H 'grpc-timeout: 1n' &&
	jq -e '.message | contains("beyond its deadline")' body &&
	test "$(asked)" = "$before" &&
	metric_reaches 'nv_inference_request_failure{.*REJECTED"}' 1 &&
	metric_reaches mlv_requests_dropped_total 1
X
check "Triton's time-out in the body of version 2 is one, too" <<'X'
	name=$(ask "$url/v2/models/model" | jq -r '.inputs[0].name') &&
	v2() {
		answers "$1" -d "{\"parameters\":{\"timeout\":$2},\"inputs\":[{\"name\":\"$name\",\"shape\":[1,6],
		    \"datatype\":\"FP32\",\"data\":[1,2,3,4,5,6]}]}" "$url/v2/models/model/infer"
	} &&
	v2 200 10000000 &&
	v2 504 1 &&
	v2 400 -1 &&
	v2 400 '"soon"'
X

# --- requests that wait while the server has no time for them
# Stopped, it does not look; the kernel notes when bytes came.
waits() {	# milliseconds, status, arguments of curl
	kill -STOP "$server"
	ms=$1 wanted_then=$2
	shift 2
	ask -o waited -D waited.head -w '%{http_code}' -H "$as_json" -d @body.json "$@" \
	    "$url/invocations" >waited.status &
	curl=$!
	sleep "0.$ms"
	kill -CONT "$server"
	wait $curl
	test "$(cat waited.status)" = "$wanted_then" || { cat waited.status waited; return 1; }
}
check 'a request whose deadline passed in the queue is a 504' <<'X'
	before=$(asked) &&
	waits 300 504 -H 'grpc-timeout: 100m' &&
	test "$(asked)" = "$before"
X
check 'one that waited and has no deadline is answered, and its wait is counted' <<'X'
	before=$(metric 'nv_inference_queue_duration_us{.*}') &&
	waits 300 200 &&
	test "$(metric 'nv_inference_queue_duration_us{.*}' | cut -d. -f1)" -gt $((${before%.*} + 200000))
X
stop
start --max-wait 100 --columns a,b,c,d,e,f "$ridge"
check 'one that waited longer than --max-wait is a 503 with Retry-After' <<'X'
	waits 300 503 &&
	grep -qi '^Retry-After: 1' waited.head &&
	grep -q 'too much to do: the request waited' waited &&
	test "$(asked)" = 0
X
check 'the next one is answered' 'send 200'
stop
start --max-wait 0 --columns a,b,c,d,e,f "$ridge"
check 'with --max-wait 0 none is refused for its wait' 'waits 300 200'
stop
finish
