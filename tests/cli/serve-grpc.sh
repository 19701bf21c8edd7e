#!/bin/sh
# mlv-serve grpc: the Open Inference Protocol over gRPC, in front of a server
# that answers over HTTP.  curl is the client of HTTP/2, and its -D keeps the
# trailers, too.
. "$(dirname "$0")/../server.sh"

message=$BUILD/tools/oip_message
service=inference.GRPCInferenceService
fresh grpc
printf '\0\0\0\0\0' >empty

gateway() {	# options of mlv-serve grpc
	: >grpc.out
	case " $* " in *' --listen '*) ;; *) set -- --port 0 "$@" ;; esac
	mlv-serve grpc --grace 0 "$@" >grpc.out 2>grpc.err &
	gateway=$! pids="$pids $!"
	until_true grep -q '[:/]' grpc.out || { cat grpc.err; return 1; }
	grpc=$(cut -f1 grpc.out)
}
calls() {	# status, method, file of a message, other arguments of curl
	wanted=$1 path=$2 file=$3
	shift 3
	: >body
	: >head
	ask --http2-prior-knowledge -H 'Content-Type: application/grpc' -H 'TE: trailers' -o body -D head \
	    --data-binary "@$file" "$@" "$grpc/$path"
	got=$(header grpc-status)
	[ "$got" = "$wanted" ] || { echo "status $got, not $wanted"; cat head; return 1; }
}
infers() {	# status, arguments of oip_message ask
	wanted=$1
	shift
	"$message" ask "$@" >sent &&
	calls "$wanted" $service/ModelInfer sent
}
why() { header grpc-message; }

awk 'BEGIN {
	print "age,plan,bought"
	for (i = 0; i < 200; i++)
		print 20 + i % 50 "," (i % 3 ? "basic" : "gold") "," (i % 50 > 20 ? "yes" : "no")
}' >rows.csv
mlv-train fit -t bought -l logistic -o shop.onnx rows.csv >/dev/null 2>fit.err
printf 'age,plan\n60,gold\n25,basic\n' | mlv-serve batch shop.onnx >scored.csv

# --- alone
gateway --to "unix:$PWD/behind"
check 'without a server behind, health is an answer: it does not serve' <<'X'
	calls 0 grpc.health.v1.Health/Check empty &&
	test "$("$message" texts <body)" = "1 2" &&
	calls 0 $service/ServerLive empty &&
	test "$(wc -c <body)" = 5
X
check 'without a server behind, a call for a model is UNAVAILABLE and says which server' <<'X'
	infers 14 shop age:FP32:1x1:60 plan:BYTES:1x1:gold &&
	why | grep -q 'localhost'
X
background mlv-serve http --grace 0 --listen "unix:$PWD/behind" --name shop shop.onnx
until_true grep -q unix: server.out

# --- the calls
check 'ServerLive, ServerReady and Health/Check say what the server says, when it is there' <<'X'
	calls 0 $service/ServerLive empty &&
	test "$("$message" texts <body)" = "1 1" &&
	calls 0 $service/ServerReady empty &&
	test "$("$message" texts <body)" = "1 1" &&
	calls 0 grpc.health.v1.Health/Check empty &&
	test "$("$message" texts <body)" = "1 1"
X
check 'ServerMetadata tells name and extensions' <<'X'
	calls 0 $service/ServerMetadata empty &&
	"$message" texts <body >texts &&
	grep -q '^1 mlv-serve$' texts &&
	grep -q '^3 binary_tensor_data$' texts
X
check 'ModelReady is true of a model that is served and false of another' <<'X'
	"$message" name shop >sent &&
	calls 0 $service/ModelReady sent &&
	test "$("$message" texts <body)" = "1 1" &&
	"$message" name other >sent &&
	calls 0 $service/ModelReady sent &&
	test -z "$("$message" texts <body)"
X
check 'ModelMetadata tells inputs and outputs with datatypes' <<'X'
	"$message" name shop 1 >sent &&
	calls 0 $service/ModelMetadata sent &&
	"$message" texts <body >texts &&
	grep -q '^1 shop$' texts &&
	grep -aq 'age' texts &&
	grep -aq 'FP32' texts
X
check 'ModelInfer with typed contents is answered with typed contents, as batch answers' <<'X'
	infers 0 shop -i r1 age:FP32:2x1:60,25 plan:BYTES:2x1:gold,basic &&
	"$message" show <body >shown &&
	grep -q '^model shop$' shown &&
	grep -q '^version 1$' shown &&
	grep -q '^id r1$' shown &&
	! grep -q raw shown &&
	sed -n 's/^output output_label BYTES \[2\]\( \[1\]\)* //p; s/^output label BYTES \[2\]\( \[1\]\)* //p' shown |
	    tr ' ' '\n' >labels &&
	tail -n +2 scored.csv | cut -d, -f1 >wanted &&
	same labels wanted
X
check 'ModelInfer with raw contents is answered with raw contents, the same values' <<'X'
	infers 0 shop -r -i r1 age:FP32:2x1:60,25 plan:BYTES:2x1:gold,basic &&
	"$message" show <body | sed 's/ raw//' >shown.raw &&
	test "$("$message" show <body | grep -c raw)" -gt 0 &&
	same shown.raw shown
X
check 'a version is asked by its number, and its headers come as metadata' <<'X'
	infers 0 shop -v 1 age:FP32:1x1:60 plan:BYTES:1x1:gold &&
	test "$(header x-mlv-variant)" = stable &&
	infers 5 shop -v 7 age:FP32:1x1:60 plan:BYTES:1x1:gold
X
check 'outputs are those that are asked for' <<'X'
	output=$(sed -n 's/^output \([a-z_]*\) BYTES.*/\1/p' shown) &&
	infers 0 shop -o "$output" age:FP32:1x1:60 plan:BYTES:1x1:gold &&
	test "$("$message" show <body | grep -c ^output)" = 1
X
check 'whole numbers of every width come as int and uint contents' <<'X'
	infers 0 shop -r age:INT64:1x1:60 plan:BYTES:1x1:gold &&
	"$message" show <body >by64 &&
	for t in INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64
	do
		infers 0 shop age:$t:1x1:60 plan:BYTES:1x1:gold || return 1
		"$message" show <body >typed
		infers 0 shop -r age:$t:1x1:60 plan:BYTES:1x1:gold || return 1
		"$message" show <body | sed 's/ raw//' >raw
		same typed raw || return 1
	done
X

# --- what is refused
check 'a model that is not served is NOT_FOUND, with the words of the server' <<'X'
	infers 5 other age:FP32:1x1:60 &&
	why | grep -q 'not served here'
X
check 'a model or version called . or .., or with a / in its name, is NOT_FOUND and never asked for' <<'X'
	for name in . .. a/b ../v2 /; do
		infers 5 "$name" age:FP32:1x1:60 && why | grep -q 'or has a' || return 1
		"$message" name shop "$name" >sent
		calls 5 $service/ModelReady sent || return 1
	done
X
check 'an input that is missing, a wrong shape, another datatype are INVALID_ARGUMENT and name it' <<'X'
	infers 3 shop age:FP32:1x1:60 &&
	why | grep -q "plan" &&
	infers 3 shop age:FP32:3x1:60 plan:BYTES:1x1:gold &&
	why | grep -q "age" &&
	infers 3 shop age:BYTES:1x1:60 plan:BYTES:1x1:gold &&
	why | grep -q "age" &&
	infers 3 shop age:FP99:1x1:60 plan:BYTES:1x1:gold &&
	why | grep -q "datatype"
X
check 'contents of another kind, or beyond the datatype, are INVALID_ARGUMENT' <<'X'
	infers 3 shop age:INT8:1x1:300 plan:BYTES:1x1:gold &&
	why | grep -q "does not fit INT8" &&
	infers 3 shop age:FP16:1x1:1 plan:BYTES:1x1:gold &&
	why | grep -q "raw_input_contents alone"
X
check 'bytes that are no protobuf, a message cut off, none and two are INVALID_ARGUMENT' <<'X'
	printf '\0\0\0\0\3\377\377\377' >bad &&
	calls 3 $service/ModelInfer bad &&
	printf '\0\0\0\0\11\12\4shop' >bad &&
	calls 3 $service/ModelInfer bad &&
	: >bad &&
	calls 3 $service/ModelInfer bad &&
	cat empty empty >bad &&
	calls 3 $service/ModelInfer bad &&
	calls 3 $service/ModelInfer empty &&
	why | grep -q 'names no model'
X
check 'streams, reflection and unknown methods are UNIMPLEMENTED with what to do' <<'X'
	calls 12 $service/ModelStreamInfer empty &&
	why | grep -q 'call ModelInfer' &&
	calls 12 grpc.reflection.v1.ServerReflection/ServerReflectionInfo empty &&
	calls 12 grpc.health.v1.Health/Watch empty &&
	calls 12 $service/ModelStatistics empty &&
	calls 12 other.Service/Call empty
X
check 'health of a service that is not here is NOT_FOUND' <<'X'
	"$message" name inference.GRPCInferenceService >sent &&
	calls 0 grpc.health.v1.Health/Check sent &&
	"$message" name other >sent &&
	calls 5 grpc.health.v1.Health/Check sent
X
check 'a request that is no gRPC is refused as HTTP has it: 415, and 405' <<'X'
	answers 415 --http2-prior-knowledge -d '{}' "$grpc/v2" &&
	answers 405 --http2-prior-knowledge "$grpc/v2"
X
check 'a message that comes as another type than gRPC is 415, and no model is asked' <<'X'
	asked() { ask --unix-socket behind http://localhost/metrics | grep '^nv_inference_request_success'; } &&
	asked >before &&
	"$message" ask shop age:FP32:1x1:60 plan:BYTES:1x1:gold >sent &&
	answers 415 --http2-prior-knowledge -H "$as_json" --data-binary @sent "$grpc/$service/ModelInfer" &&
	asked >after &&
	same before after
X
check 'HTTP/1.1 is not answered, and the next client is' <<'X'
	! ask -o body --http1.1 "$grpc/v2/health/live" &&
	calls 0 $service/ServerLive empty
X

# --- packed, late, too large
check 'gzip is unpacked; another encoding is UNIMPLEMENTED and told which there are' <<'X'
	"$message" ask shop age:FP32:1x1:60 plan:BYTES:1x1:gold >sent &&
	tail -c +6 sent | gzip -c >packed &&
	{ printf '\1\0\0\0'; printf "\\$(printf %o "$(wc -c <packed)")"; cat packed; } >sent.gz &&
	calls 0 $service/ModelInfer sent.gz -H 'grpc-encoding: gzip' &&
	calls 3 $service/ModelInfer sent.gz &&
	calls 12 $service/ModelInfer sent -H 'grpc-encoding: snappy' &&
	test "$(header grpc-accept-encoding)" = identity,gzip
X
check 'a message that unpacks to more than there may be is RESOURCE_EXHAUSTED' <<'X'
	head -c 20000000 /dev/zero | gzip -c >packed &&
	n=$(wc -c <packed) &&
	{ printf "\\1\\0\\0\\$(printf %o $((n / 256)))\\$(printf %o $((n % 256)))"; cat packed; } >bomb &&
	calls 8 $service/ModelInfer bomb -H 'grpc-encoding: gzip' &&
	why | grep -q unpacked
X
check 'a message that announces more than 8 MiB is RESOURCE_EXHAUSTED before it comes' <<'X'
	printf '\0\1\0\0\0abc' >bad &&
	calls 8 $service/ModelInfer bad
X
check 'a deadline that has passed is DEADLINE_EXCEEDED, one that is none INVALID_ARGUMENT' <<'X'
	calls 4 $service/ModelInfer sent -H 'grpc-timeout: 1n' &&
	calls 0 $service/ModelInfer sent -H 'grpc-timeout: 20S' &&
	calls 3 $service/ModelInfer sent -H 'grpc-timeout: soon'
X
check 'metadata beyond 16 KiB is RESOURCE_EXHAUSTED' <<'X'
	long=$(awk 'BEGIN { while (i++ < 4000) printf "x" }') &&
	calls 8 $service/ServerLive empty -H "a: $long" -H "b: $long" -H "c: $long" -H "d: $long" -H "e: $long"
X

# --- the end
check 'a server that is started again behind is found again' <<'X'
	stop &&
	infers 14 shop age:FP32:1x1:60 plan:BYTES:1x1:gold &&
	background mlv-serve http --grace 0 --listen "unix:$PWD/behind" --name shop shop.onnx &&
	until_true grep -q unix: server.out &&
	infers 0 shop age:FP32:1x1:60 plan:BYTES:1x1:gold
X
check 'SIGTERM ends it with 0, and nothing answers there any more' <<'X'
	kill "$gateway" &&
	wait "$gateway" &&
	test ! -s grpc.err &&
	! ask -o body --http2-prior-knowledge "$grpc/v2"
X

# --- who may ask
mlv-serve token new --token-file tokens shop --scope predict >secret
mlv-serve token new --token-file tokens watcher --scope read >reader
bearer() { printf 'authorization: Bearer %s' "$(cut -f4 "$1")"; }
check 'an address that others reach needs tokens, or --anyone' <<'X'
	expect 2 mlv-serve grpc --host 0.0.0.0 --port 0 &&
	says "--token-file"
X
gateway --to "unix:$PWD/behind" --host 0.0.0.0 --token-file tokens
grpc=http://127.0.0.1:${grpc##*:}
check 'without a token UNAUTHENTICATED, without the scope PERMISSION_DENIED, health to anybody' <<'X'
	calls 16 $service/ModelInfer sent &&
	calls 16 $service/ModelInfer sent -H 'authorization: Bearer nobody' &&
	calls 7 $service/ModelInfer sent -H "$(bearer reader)" &&
	why | grep -q predict &&
	calls 0 $service/ModelInfer sent -H "$(bearer secret)" &&
	calls 0 $service/ServerReady empty
X
stop
background mlv-serve http --grace 0 --listen "unix:$PWD/behind" --name shop --token-file tokens shop.onnx
until_true grep -q unix: server.out
gateway --to "unix:$PWD/behind" --listen "unix:$PWD/front"
check 'at a path: the token is carried on, and the server behind decides' <<'X'
	grpc=http://localhost &&
	calls 16 $service/ModelInfer sent --unix-socket front &&
	calls 7 $service/ModelInfer sent --unix-socket front -H "$(bearer reader)" &&
	calls 0 $service/ModelInfer sent --unix-socket front -H "$(bearer secret)"
X
check 'the socket at a path is gone at the end' <<'X'
	test -S front &&
	kill "$gateway" &&
	wait "$gateway" &&
	test ! -e front
X
# --- beside HTTP
check 'mlv-serve http --grpc answers both, and its record says where' <<'X'
	background mlv-serve http --json --grace 0 --port 0 --grpc 127.0.0.1:0 --name shop shop.onnx &&
	until_true jq -e .grpc server.out &&
	grpc=$(jq -r .grpc server.out) url=$(jq -r .url server.out) &&
	calls 0 grpc.health.v1.Health/Check empty &&
	test "$("$message" texts <body)" = "1 1" &&
	infers 0 shop age:FP32:1x1:60 plan:BYTES:1x1:gold &&
	answers 200 "$url/readyz"
X
check 'SIGTERM ends both with 0' <<'X'
	stop &&
	test ! -s server.err &&
	! ask -o body --http2-prior-knowledge "$grpc/v2"
X
check 'the socket of --grpc at a path is gone at the end, and the one of --listen' <<'X'
	background mlv-serve http --grace 0 --listen "unix:$PWD/plain" --grpc "unix:$PWD/second" --name shop shop.onnx &&
	until_true grep -q unix: server.out &&
	grpc=http://localhost &&
	"$message" ask shop age:FP32:1x1:60 plan:BYTES:1x1:gold >sent &&
	calls 0 $service/ModelInfer sent --unix-socket second &&
	stop &&
	test ! -e plain && test ! -e second
X
check 'the socket of --grpc at a path has its rights where the other is an address, too' <<'X'
	background mlv-serve http --json --grace 0 --port 0 --grpc "unix:$PWD/third" --socket-mode 0660 \
		--name shop shop.onnx &&
	until_true grep -q third server.out &&
	jq -e '.mode == "0660"' server.out &&
	test "$(stat -c %a third)" = 660 &&
	stop &&
	expect 2 mlv-serve http --grpc 127.0.0.1:0 --socket-mode 0660 --name shop shop.onnx &&
	says 'is for a socket at unix:PATH'
X
check 'where the helper of --grpc dies, the server ends with 3 and says so' <<'X'
	background mlv-serve http --grace 0 --port 0 --grpc 127.0.0.1:0 --name shop shop.onnx &&
	until_true grep -q http server.out &&
	kill -9 $(cat "/proc/$server/task/$server/children") &&
	exits 3 wait "$server" &&
	grep -q 'speaks gRPC ended' server.err
X
check '--grpc that others reach needs tokens, is an address, and has no TLS behind' <<'X'
	refused() { expect 2 mlv-serve http --port 0 "$@" shop.onnx; } &&
	refused --grpc 0.0.0.0:0 && says --token-file &&
	refused --grpc nowhere && says ADDRESS:PORT &&
	refused --grpc unix: && says "needs a path" &&
	refused --grpc 127.0.0.1:0 --tls-cert a --tls-key b && says "mlv-serve grpc --tls-cert"
X
check 'mlv-serve grpc prints the record of mlv-records(5)' <<'X'
	gateway --json --to http://127.0.0.1:1/ &&
	jq -e '.schema == "mlv.server/1" and (.url | startswith("http://127.0.0.1:"))' grpc.out
X
finish
