#!/bin/sh
# mlv-serve grpc behind TLS: HTTP/2 is agreed on, clients show certificates
# where they must, and one that is renewed is followed.
. "$(dirname "$0")/../server.sh"

if ! command -v openssl >/dev/null; then
	skip 'TLS' 'no openssl'
	finish
	exit
fi

message=$BUILD/tools/oip_message
service=inference.GRPCInferenceService
fresh grpc
printf '\0\0\0\0\0' >empty

certify() {	# name: a certificate of its own in NAME.pem, its key in NAME.key
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$1.new" \
	    -out "$1.fresh" -subj "/CN=$1" -addext subjectAltName=IP:127.0.0.1 2>/dev/null &&
	    chmod 600 "$1.new" && mv "$1.new" "$1.key" && mv "$1.fresh" "$1.pem"
}
gateway() {	# options of mlv-serve grpc
	: >grpc.out
	mlv-serve grpc --grace 0 --drain 1 --port 0 --to "unix:$PWD/behind" --tls-cert server.pem --tls-key server.key \
	    "$@" >grpc.out 2>grpc.err &
	gateway=$! pids="$pids $!"
	until_true grep -q : grpc.out || { cat grpc.err; return 1; }
	grpc=$(cut -f1 grpc.out)
	port=${grpc##*:}
}
calls() {	# status, method, file of a message, other arguments of curl
	wanted=$1 path=$2 file=$3
	shift 3
	: >head
	ask --http2 -H 'Content-Type: application/grpc' -H 'TE: trailers' -H 'Expect:' -o body -D head \
	    --data-binary "@$file" "$@" "$grpc/$path"
	got=$(header grpc-status)
	[ "$got" = "$wanted" ] || { echo "status $got, not $wanted"; cat head; return 1; }
}
lives() { calls 0 $service/ServerLive empty "$@"; }
shakes_hands() { openssl s_client -connect "127.0.0.1:$port" "$@" </dev/null >said 2>&1; }
certify server && certify other
CURL_CA_BUNDLE=$PWD/server.pem
export CURL_CA_BUNDLE

background mlv-serve http --grace 0 --listen "unix:$PWD/behind" --name ridge "$ridge"
until_true grep -q unix: server.out
gateway
check 'the URL is of https, and a model answers who trusts the certificate, in TLS 1.2 and 1.3' <<'X'
	test "$grpc" = "https://127.0.0.1:$port" &&
	"$message" name ridge >sent &&
	calls 0 $service/ModelMetadata sent --tlsv1.3 &&
	"$message" texts <body | grep -q '^1 ridge$' &&
	calls 0 $service/ModelMetadata sent --tlsv1.2 --tls-max 1.2
X
check 'h2 is agreed on; a client of HTTP/1.1 alone is turned away' <<'X'
	shakes_hands -alpn h2,http/1.1 &&
	grep -q 'ALPN protocol: h2' said &&
	! shakes_hands -alpn http/1.1
X
check 'what HTTP/2 forbids of TLS 1.2 is not agreed on' <<'X'
	shakes_hands -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 &&
	! shakes_hands -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256
X
check 'a message of 7 MiB comes whole, and is read to its end' <<'X'
	printf '\0\0\160\0\0' >big &&
	head -c 7340032 /dev/zero >>big &&
	calls 3 $service/ModelInfer big
X
check 'a client without TLS is closed, and others are answered' <<'X'
	! ask -o body --http2-prior-knowledge "http://127.0.0.1:$port/" &&
	lives
X
check 'a certificate that is renewed is shown to who comes next; a broken one is not, and is told of' <<'X'
	certify server &&
	lives &&
	echo broken >server.pem &&
	! lives --cacert other.pem &&
	grep -q 'stays as it was' grpc.err
X
check 'SIGTERM ends it with 0' <<'X'
	kill "$gateway" &&
	wait "$gateway"
X
certify server
check 'with --tls-client-ca, who shows no certificate or another is not answered' <<'X'
	certify client &&
	gateway --tls-client-ca client.pem &&
	! lives &&
	! lives --cert other.pem --key other.key &&
	lives --cert client.pem --key client.key
X
check 'a key that others can read, or of another certificate, is refused' <<'X'
	expect 2 mlv-serve grpc --port 0 --tls-cert server.pem --tls-key other.key &&
	says "not the key of" &&
	expect 2 mlv-serve grpc --port 0 --tls-cert server.pem &&
	says "--tls-key is missing" &&
	chmod 644 server.key &&
	expect 2 mlv-serve grpc --port 0 --tls-cert server.pem --tls-key server.key &&
	says "chmod 600"
X
finish
