#!/bin/sh
# mlv-serve grpc among clients and servers that behave badly: each ends with
# what it did, and the next client is answered.
. "$(dirname "$0")/../server.sh"

message=$BUILD/tools/oip_message
flood=$BUILD/tools/h2_flood
service=inference.GRPCInferenceService
fresh grpc
printf '\0\0\0\0\0' >empty
"$message" ask shop age:FP32:1x1:60 >sent

gateway() {	# options of mlv-serve grpc
	: >grpc.out
	mlv-serve grpc --grace 0 --drain 1 --port 0 "$@" >grpc.out 2>grpc.err &
	gateway=$! pids="$pids $!"
	until_true grep -q '[:/]' grpc.out || { cat grpc.err; return 1; }
	reached
}
reached() {
	grpc=$(cut -f1 grpc.out)
	port=${grpc##*:}
	helper=$(tr -d ' ' <"/proc/$gateway/task/$gateway/children")
}
calls() {	# status, method, file of a message, other arguments of curl
	wanted=$1 path=$2 file=$3
	shift 3
	: >head
	ask --http2-prior-knowledge -H 'Content-Type: application/grpc' -H 'TE: trailers' -o body -D head \
	    --data-binary "@$file" "$@" "$grpc/$path"
	got=$(header grpc-status)
	[ "$got" = "$wanted" ] || { echo "status $got, not $wanted"; cat head; return 1; }
}
lives() { calls 0 $service/ServerLive empty; }
floods() {	# kind: it is closed, and others are answered
	"$flood" "$port" "$1" >flooded
	grep -q '^goaway\|^closed' flooded && lives || { cat flooded; return 1; }
}
memory() { awk -v of="$1:" '$1 == of { print $2 }' "/proc/$helper/status"; }
is_small() { test "$(memory VmRSS)" -lt 50000; }
ticks() { awk '{ print $14 + $15 }' "/proc/$helper/stat"; }
letters() { awk -v n="$1" 'BEGIN { while (n--) printf "x" }'; }

# --- clients
gateway --to "unix:$PWD/behind"
for kind in continuations headers resets made-resets pings settings empty-data; do
	check "a client that floods with $kind is closed, and the next is answered" "floods $kind"
done
if [ -z "${MLV_SANITIZED:-}" ]; then
	check 'messages of several clients that never end are refused beyond 256 MiB, and given back' <<'X'
	{ "$flood" "$port" bodies 40 >bodies.1 & } &&
	one=$! &&
	{ "$flood" "$port" bodies 40 >bodies.2 & } &&
	wait $one $! &&
	awk '{ n += $4 } END { exit !(n > 0) }' bodies.1 bodies.2 &&
	lives &&
	until_true is_small &&
	test "$(memory VmHWM)" -lt 400000
X
fi
check 'a model and a unit whose names do not fit a head of HTTP are RESOURCE_EXHAUSTED' <<'X'
	"$message" ask "$(letters 20000)" age:FP32:1x1:60 >long &&
	calls 8 $service/ModelInfer long &&
	"$message" ask "$(letters 10000)" age:FP32:1x1:60 >long &&
	calls 8 $service/ModelInfer long -H "x-unit-id: $(letters 10000)" &&
	lives
X
check 'metadata that are too long before one knows that it is gRPC are 431' <<'X'
	a=$(letters 9000) &&
	answers 431 --http2-prior-knowledge -H "a: $a" -H "b: $a" -H 'Content-Type: application/grpc' \
	    --data-binary @empty "$grpc/$service/ServerLive"
X
kill "$gateway"
wait "$gateway"

# --- without descriptors
: >grpc.out
( ulimit -n 40 && exec mlv-serve grpc --grace 0 --drain 0 --port 0 --to "unix:$PWD/behind" ) >grpc.out 2>grpc.err &
gateway=$! pids="$pids $!"
until_true grep -q : grpc.out
reached
mkfifo held
check 'without descriptors, whoever says nothing makes room' <<'X'
	{ "$flood" "$port" idle 60 <held & } &&
	holder=$! &&
	exec 3>held &&
	sleep 0.3 &&
	lives &&
	exec 3>&- &&
	wait $holder
X
check 'where all ask something, who knocks waits, and no time is spent on it' <<'X'
	{ "$flood" "$port" calls 60 <held & } &&
	holder=$! &&
	exec 3>held &&
	sleep 0.5 &&
	before=$(ticks) &&
	sleep 1 &&
	test $(($(ticks) - before)) -lt 20 &&
	exec 3>&- &&
	wait $holder &&
	until_true lives
X
kill "$gateway"
wait "$gateway"

# --- the server behind
"$BUILD/tools/fickle_http" behind >asked &
pids="$pids $!"
until_true test -S behind
gateway --to "unix:$PWD/behind"
check 'a question is asked again where the server closed, a model is not: the call is UNAVAILABLE' <<'X'
	calls 0 $service/ServerReady empty &&
	calls 0 $service/ServerReady empty &&
	test "$(grep -c GET asked)" = 3 &&
	calls 14 $service/ModelInfer sent &&
	test "$(grep -c POST asked)" = 1
X
finish
