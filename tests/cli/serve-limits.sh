#!/bin/sh
# What a client may do to the server: come slowly, send too much, leave in
# the middle; and how the server ends.
. "$(dirname "$0")/../lib.sh"
ridge=$TOP/tests/golden/onnx/ridge/model.onnx
hammer=$BUILD/tools/hammer

start() {	# options... : $url and $port
	background mlv-serve http --port 0 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out) port=${url##*:}
}
stop() { kill "$server" && wait "$server"; }
ask() { curl -s -m 10 "$@"; }
code() { curl -s -m 10 -o body -w '%{http_code}' "$@"; }
request() {	# body
	printf 'POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "${#1}" "$1"
}
good='{"instances":[[1,2,3,4,5,6]]}'

fresh slow
start --grace 0 --timeout 1 "$ridge"
request "$good" >req
most=$(($(wc -c <req) - 20))
check 'sent whole it is answered' '"$hammer" "$port" - req 1 | grep -q "^HTTP/1.1 200"'
check 'a byte at a time, but in time, too' '"$hammer" "$port" +1:$most req 2 | grep -q "^HTTP/1.1 200"'
check 'a slow body is cut off' '"$hammer" "$port" +200:$most req 8 >got && ! grep -q "^HTTP/1.1 200" got && grep -Eq "^[0-9]+ bytes sent" got && test "$(sed -n "s/ bytes sent//p" got)" -lt $((most + 15))'
check 'a slow header is cut off' '"$hammer" "$port" +200:30 req 8 >got && ! grep -q "^HTTP" got && test "$(sed -n "s/ bytes sent//p" got)" -lt 45'
check 'a slow first line is cut off' '"$hammer" "$port" +300:1 req 8 >got && test "$(sed -n "s/ bytes sent//p" got)" -lt 10'
check 'a connection that says nothing is closed' ': >nothing; "$hammer" "$port" +100:0 nothing 5 >got && grep -q "^0 bytes sent" got'
check 'others were answered meanwhile, and are now' 'test "$(code "$url/v2/health/ready")" = 200'
check 'stops' stop

fresh much
start --grace 0 "$ridge"
check 'headers beyond their room are a 4xx' 'c=$(code "$url/ping" -H "X-Long: $(head -c 40000 /dev/zero | tr "\0" a)"); case $c in 4??) true ;; *) echo "$c"; false ;; esac'
check 'so is a path' 'c=$(code "$url/$(head -c 40000 /dev/zero | tr "\0" a)"); case $c in 4??) true ;; *) echo "$c"; false ;; esac'
head -c 9000000 /dev/zero >big
check 'a body beyond 8 MiB in chunks is 413' 'test "$(code "$url/invocations" -H "Content-Type: application/json" -H "Transfer-Encoding: chunked" --data-binary @big)" = 413'
head -c 20000000 /dev/zero >huge
check 'one without an end is not read for ever' 'c=$(code "$url/invocations" -H "Content-Type: application/json" -H "Transfer-Encoding: chunked" --data-binary @huge); echo "$c"; case $c in 000 | 100 | 413) true ;; *) false ;; esac'
tensor=$(ask "$url/v2/models/model" | jq -r '.inputs[0].name')
check 'many rows announced and few sent are 400' 'test "$(code "$url/v2/models/model/infer" -d "{\"inputs\":[{\"name\":\"$tensor\",\"shape\":[1000000,6],\"datatype\":\"FP32\",\"data\":[1,2]}]}")" = 400'
for text in '' '[' '[]' '{}' '"x"' 'null' '{"inputs":null}' '{"instances":5}' '{"instances":[]}' '{"instances":[5]}' '{"instances":[[]]}' '{"instances":[[1]]}' '{"instances":[[1,2,3,4,5,{}]]}' '{"instances":[[1,2,3,4,5,[]]]}' '{"instances":[[1,2,3,4,5,"x"]]}' '{"instances":[[1,2,3,4,5,6],[1]]}' '{"dataframe_split":{}}' '{"dataframe_split":{"columns":[],"data":[[]]}}' '{"dataframe_split":{"columns":5,"data":5}}' '{"dataframe_records":{"a":1}}' '{"dataframe_records":[1]}' '{"inputs":{}}' '{"inputs":{"a":[],"b":[1]}}' '{"inputs":[]} x'; do
	printf %s "$text" >b
	check "400: $text" 'test "$(code "$url/invocations" -H "Content-Type: application/json" --data-binary @b)" = 400 && jq -e .message body >/dev/null && test "$(code "$url/v2/models/model/infer" --data-binary @b)" = 400 && jq -e .error body >/dev/null'
done
for data in '[[1,2,3,4,5]]' '[1,2,3,4,5,6,7]' '[{}]' '5' 'null' '["a",2,3,4,5,6]' '[[[[[[1,2,3,4,5,6]]]]]]'; do
	printf '{"inputs":[{"name":"%s","shape":[1,6],"datatype":"FP32","data":%s}]}' "$tensor" "$data" >b
	check "400: v2 data $data" 'test "$(code "$url/v2/models/model/infer" -d @b)" = 400 && jq -e .error body >/dev/null'
done
for shape in '[]' '[1]' '[1,5]' '[-1,6]' '[1.5,6]' '[1,6,1]' '"x"' 'null' '[0,6]' '[9223372036854775807,6]'; do
	printf '{"inputs":[{"name":"%s","shape":%s,"datatype":"FP32","data":[1,2,3,4,5,6]}]}' "$tensor" "$shape" >b
	check "400: v2 shape $shape" 'test "$(code "$url/v2/models/model/infer" -d @b)" = 400 && jq -e .error body >/dev/null'
done
for text in '' 'a,b' 'a,b,c,d,e,f' 'a,b,c,d,e,f
1,2,3' 'a,b,c,d,e,f
1,2,3,4,5,x'; do
	printf %s "$text" >b
	check "400: CSV $(printf %s "$text" | tr '\n' '|')" 'test "$(code "$url/invocations" -H "Content-Type: text/csv" --data-binary @b)" = 400'
done
request "$good" >req
check 'clients that leave in the middle do no harm' \
	'( for k in 20 60 90 $(($(wc -c <req) - 5)); do head -c $k req >part; for i in 1 2 3 4 5; do "$hammer" "$port" +1:$k part 0 >/dev/null; done; "$hammer" "$port" - part 1 >got && test ! -s got || exit 1; done ) && test "$(printf %s "$good" | code "$url/invocations" -H "Content-Type: application/json" -d @-)" = 200'
check 'nothing of all that is in flight' 'test "$(ask "$url/metrics" | sed -n "s/^mlv_requests_in_flight //p")" = 0'
check 'stops, with nobody waited for' stop

fresh drain
start --grace 4 "$ridge"
request "$good" >req
most=$(($(wc -c <req) - 20))
"$hammer" "$port" +100:$most req 8 >answer &
h=$!
sleep 0.4
kill "$server"
check 'SIGTERM: not ready is said before the listener closes' 'until_true sh -c "test \"\$(curl -s -m 5 -o /dev/null -w \"%{http_code}\" $url/v2/health/ready)\" = 503" && test "$(code "$url/readyz")" = 503 && test "$(code "$url/ping")" = 503'
check 'still live' 'test "$(code "$url/v2/health/live")" = 200'
check 'who asks all the same is answered, and told to close' 'test "$(code "$url/invocations" -D head -H "Content-Type: application/json" -d "$good")" = 200 && grep -qi "^connection: close" head'
check 'the request in flight is answered' 'wait $h; grep -q "^HTTP/1.1 200" answer && grep -q predictions answer'
check 'and then it exits 0' 'wait "$server"'
check 'and listens no more' 'test "$(code "$url/ping")" = 000'
start --grace 0 "$ridge"
"$hammer" "$port" +100:$most req 8 >answer &
h=$!
sleep 0.4
check 'without grace, too, what is in flight is answered' 'stop && wait $h; grep -q "^HTTP/1.1 200" answer'
start --grace 0 --drain 1 --timeout 20 "$ridge"
"$hammer" "$port" +1000:$most req 15 >answer &
h=$!
sleep 0.3
check 'a drain has an end' 'stop && wait $h; ! grep -q "^HTTP" answer'
start --grace 20 "$ridge"
check 'a second signal does not wait' 'kill "$server" && sleep 0.3 && kill "$server"; wait "$server"; test $? -gt 128'
start --grace 20 "$ridge"
check 'nor does an interrupt' 'kill -INT "$server" && wait "$server"'
finish
