#!/bin/sh
# mlv-serve http and track behind TLS: who is answered, who is refused, and a
# certificate that is renewed while they run.
. "$(dirname "$0")/../server.sh"

if ! command -v openssl >/dev/null; then
	skip 'TLS' 'no openssl'
	finish
	exit
fi

certify() {	# name: a certificate of its own in NAME.pem, its key in NAME.key
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$1.new" \
	    -out "$1.fresh" -subj "/CN=$1" -addext subjectAltName=IP:127.0.0.1 2>/dev/null &&
	    chmod 600 "$1.new" && mv "$1.new" "$1.key" && mv "$1.fresh" "$1.pem"
}
tls() { start --tls-cert server.pem --tls-key server.key "$@" "$ridge"; }
refused() { expect 2 mlv-serve http --port 0 "$@" "$ridge"; }
# A client of OpenSSL that says nothing more; its words are in ./said.
shakes_hands() { openssl s_client -connect "127.0.0.1:$port" "$@" </dev/null >said 2>&1; }
row='{"instances":[[1,2,3,4,5,6]]}'
cd "$HOME_DIR" && certify server && certify other
CURL_CA_BUNDLE=$HOME_DIR/server.pem
export CURL_CA_BUNDLE

# --- clients
tls --timeout 2 --health-port 0
check 'the URL is of https, and answers who trusts the certificate' <<'X'
	test "$url" = "https://127.0.0.1:$port" &&
	answers 200 "$url/readyz" &&
	answers 200 "$url/invocations" -H "$as_json" -d "$row" &&
	jq -e '.predictions | length == 1' body
X
check 'who does not trust the certificate does not ask' <<'X'
	expect 60 curl -s --cacert other.pem "$url/readyz"
X
check 'TLS 1.2 and 1.3 are spoken' <<'X'
	answers 200 --tlsv1.2 --tls-max 1.2 "$url/readyz" &&
	answers 200 --tlsv1.3 "$url/readyz"
X
check 'TLS 1.1 is not' <<'X'
	! shakes_hands -tls1_1 -cipher DEFAULT@SECLEVEL=0 &&
	! grep -q 'Cipher is [A-Z]*-' said &&
	grep -qi -e 'protocol version' -e 'unknown option' said
X
check 'HTTP/1.1 is agreed on; a client of HTTP/2 alone is turned away' <<'X'
	shakes_hands -alpn h2,http/1.1 &&
	grep -q 'ALPN protocol: http/1.1' said &&
	! shakes_hands -alpn h2
X
check 'HTTP without TLS is told to come with it' <<'X'
	answers 400 "http://127.0.0.1:$port/readyz" &&
	grep -q https:// body &&
	answers 200 "$url/readyz"
X
check 'bytes that mean nothing end their connection alone' <<'X'
	head -c 100000 /dev/urandom >noise &&
	"$hammer" "$port" - noise 3 >got &&
	answers 200 "$url/readyz"
X
check 'health has its port, without TLS' 'answers 200 "$(cut -f2 server.out)/readyz"'
check 'a connection carries many requests' <<'X'
	ask -w '%{num_connects}\n' -o a "$url/readyz" -o b "$url/readyz" -o c "$url/readyz" >opened &&
	test "$(tr '\n' ' ' <opened)" = '1 0 0 '
X
check 'requests that come in one record are all answered' <<'X'
	printf 'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n' >one &&
	printf 'GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' >last &&
	cat one one last >three &&
	timeout 10 openssl s_client -quiet -connect "127.0.0.1:$port" <three >said 2>err &&
	test "$(grep -o 'HTTP/1.1 200' said | wc -l)" = 3
X
check 'the end of an answer is said before the connection closes' <<'X'
	{ cat last; sleep 1; } | timeout 10 openssl s_client -trace -connect "127.0.0.1:$port" >said 2>&1 &&
	grep -q 'close notify' said &&
	! grep -q 'unexpected eof' said
X
check 'megabytes go in and out, sent whole, in chunks, and over a slow wire' <<'X'
	yes '[1,2,3,4,5,6],' | head -n 200000 >rows &&
	{ printf '{"instances":['; cat rows; printf '[1,2,3,4,5,6]]}'; } >big &&
	answers 200 "$url/invocations" -H "$as_json" --data-binary @big &&
	jq -e '.predictions | length == 200001' body &&
	mv body whole &&
	answers 200 "$url/invocations" -H "$as_json" -H 'Transfer-Encoding: chunked' --data-binary @big &&
	same whole body &&
	answers 200 "$url/invocations" -H "$as_json" --limit-rate 4M --data-binary @big &&
	same whole body
X
check 'a body may wait for 100 Continue' <<'X'
	answers 200 "$url/invocations" -H "$as_json" -H 'Expect: 100-continue' -d "$row" &&
	grep -q '^HTTP/1.1 100' head
X
check 'a body that is too large is refused, and the client hears why' <<'X'
	cat big big big big >huge &&
	answers 413 "$url/invocations" -H "$as_json" -H Expect: --data-binary @huge
X
stop

# --- clients that are slow
tls --timeout 2 --threads 1
check 'who says nothing, or stops in the handshake, holds nobody up, and is closed in time' <<'X'
	printf '\026\003\001\002\000\001\000' >begun &&
	: >nothing &&
	{ "$hammer" "$port" +100:7 begun 20 >got.1 & first=$!; } &&
	{ "$hammer" "$port" +100:0 nothing 20 >got.2 & second=$!; } &&
	sleep 0.3 &&
	answers 200 -m 1 "$url/readyz" &&
	answers 200 -m 1 "$url/readyz" &&
	wait $first &&
	wait $second &&
	! grep -q '^HTTP' got.1 got.2
X
check 'who leaves in the middle of an answer does no harm' <<'X'
	expect 28 curl -s -m 0.3 --limit-rate 1k -H "$as_json" --data-binary @big "$url/invocations" &&
	answers 200 "$url/readyz"
X
check 'a server that spoke TLS stops with exit 0' stop

# --- a certificate that is renewed
tls
serial() { shakes_hands && openssl x509 -in said -noout -serial; }
check 'a renewed certificate is shown to who comes next' <<'X'
	before=$(serial) &&
	certify server &&
	test "$(serial)" != "$before" &&
	answers 200 "$url/readyz"
X
check 'a broken certificate is told once, and the one before stays' <<'X'
	before=$(serial) &&
	cp server.pem good.pem &&
	: >server.err &&
	echo nonsense >server.pem &&
	test "$(serial)" = "$before" &&
	test "$(serial)" = "$before" &&
	test "$(grep -c 'stays as it was.*server.pem' server.err)" = 1
X
check 'a key that became readable is told once, at SIGHUP already' <<'X'
	cp good.pem server.pem &&
	test "$(serial)" = "$before" &&
	: >server.err &&
	chmod 644 server.key &&
	kill -HUP "$server" &&
	until_true grep -q 'stays as it was.*server.key.*chmod 600' server.err &&
	test "$(serial)" = "$before" &&
	test "$(wc -l <server.err)" = 1
X
check 'what is right again is taken' <<'X'
	certify server &&
	test "$(serial)" != "$before" &&
	answers 200 "$url/readyz" &&
	stop
X

# --- clients with certificates
tls --tls-client-ca other.pem
check 'with --tls-client-ca only who has a certificate is answered' <<'X'
	answers 200 --cert other.pem --key other.key "$url/readyz" &&
	! ask "$url/readyz" &&
	! ask --cert server.pem --key server.key "$url/readyz" &&
	stop
X

# --- runs and models
fresh track
mlv-data init >/dev/null 2>&1
certify server
CURL_CA_BUNDLE=$HOME_DIR/track/server.pem
check 'track speaks TLS, too, and follows its certificate at SIGHUP' <<'X'
	background mlv-serve track --port 0 --tls-cert server.pem --tls-key server.key &&
	until_true grep -q '^https:' server.out &&
	url=$(cat server.out) &&
	port=${url##*:} &&
	answers 200 "$url/health" &&
	chmod 644 server.key &&
	kill -HUP "$server" &&
	until_true grep -q 'stays as it was.*chmod 600' server.err &&
	answers 200 "$url/health" &&
	stop
X
check 'track refuses half of a pair' <<'X'
	expect 2 mlv-serve track --port 0 --tls-cert server.pem &&
	says '--tls-key is missing'
X
cd "$HOME_DIR" || exit 1

# --- the command line
check 'half of a pair is refused' <<'X'
	refused --tls-cert server.pem &&
	says '--tls-key is missing' &&
	refused --tls-key server.key &&
	says '--tls-cert is missing' &&
	refused --tls-client-ca server.pem &&
	says 'needs --tls-cert'
X
check 'the key of another certificate is refused' <<'X'
	refused --tls-cert server.pem --tls-key other.key &&
	says "'other.key' is not the key of 'server.pem'"
X
check 'a key that others may read is refused' <<'X'
	cp other.key seen.key &&
	chmod 604 seen.key &&
	refused --tls-cert other.pem --tls-key seen.key &&
	says 'chmod 600' &&
	chmod 620 seen.key &&
	refused --tls-cert other.pem --tls-key seen.key
X
check 'a key with a passphrase, and files that are none, are refused' <<'X'
	openssl ec -in other.key -aes128 -passout pass:x -out locked.key 2>/dev/null &&
	chmod 600 locked.key &&
	refused --tls-cert other.pem --tls-key locked.key &&
	says passphrase &&
	refused --tls-cert other.key --tls-key other.key &&
	says 'no certificate' &&
	refused --tls-cert other.pem --tls-key other.pem &&
	expect 3 mlv-serve http --port 0 --tls-cert gone.pem --tls-key other.key "$ridge" &&
	says gone.pem
X
check 'a socket at a path has no TLS' <<'X'
	expect 2 mlv-serve http --listen unix:a --tls-cert other.pem --tls-key other.key "$ridge" &&
	says unix:
X
finish
