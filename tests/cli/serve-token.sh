#!/bin/sh
# Who may ask: mlv-serve token, and http with --token-file.
. "$(dirname "$0")/../server.sh"

row='{"instances":[[1,2,3,4,5,6]]}'
bearer() { printf 'Authorization: Bearer %s' "$1"; }
# The secret of a new token.
token() { mlv-serve token new --token-file tokens "$@" | cut -f4; }

fresh token
check 'a token is printed once, and the file has its digest alone' <<'X'
	expect 0 mlv-serve token new --token-file tokens --scope predict,read shop &&
	secret=$(cut -f4 out) &&
	test "$(cut -f1-3 out)" = "$(printf 'shop\tread,predict\t\\N')" &&
	! grep -q "$secret" tokens &&
	grep -q "sha256:$(printf %s "$secret" | sha256sum | cut -d' ' -f1)" tokens &&
	test "$(stat -c %a tokens)" = 600
X
check 'token ls says who has one, what for and until when' <<'X'
	expect 0 mlv-serve token new --token-file tokens --scope read --expires 90d ops &&
	expect 0 mlv-serve token ls --token-file tokens --json &&
	test "$(jq -r '.name' out | tr '\n' ' ')" = 'shop ops ' &&
	test "$(jq -r 'select(.name == "ops") | .state' out)" = valid
X
check 'an id takes out one token of a name, the name takes all' <<'X'
	expect 0 mlv-serve token new --token-file tokens --scope read twice &&
	id=$(cut -f5 out) &&
	expect 0 mlv-serve token new --token-file tokens --scope read twice &&
	expect 0 mlv-serve token revoke --token-file tokens "$id" &&
	test "$(cat out)" = "$(printf '%s\t1' "$id")" &&
	expect 0 mlv-serve token new --token-file tokens --scope read twice &&
	expect 0 mlv-serve token revoke --token-file tokens twice &&
	test "$(cat out)" = "$(printf 'twice\t2')" &&
	expect 3 mlv-serve token revoke --token-file tokens twice &&
	says "'twice'"
X
check 'comments in a file of tokens are kept' <<'X'
	echo '# by hand' >>tokens &&
	expect 0 mlv-serve token new --token-file tokens --scope read passing &&
	expect 0 mlv-serve token revoke --token-file tokens passing &&
	grep -q '^# by hand' tokens
X
check 'a repository has a file of tokens of its own' <<'X'
	mlv-data init >out &&
	expect 0 mlv-serve token ls &&
	test ! -s out &&
	expect 0 mlv-serve token new --scope admin root &&
	test "$(stat -c %a .mlv/tokens)" = 600 &&
	rm -r .mlv &&
	expect 2 mlv-serve token ls &&
	says --token-file
X
check 'a token with a scope, a name or an end that is none is refused, and nothing is made' <<'X'
	expect 2 mlv-serve token new --token-file none a &&
	says --scope &&
	expect 2 mlv-serve token new --token-file none --scope all a &&
	expect 2 mlv-serve token new --token-file none --scope read a:b &&
	expect 2 mlv-serve token new --token-file none --scope read --expires 2020-01-01 a &&
	test ! -e none
X
check 'tokens made at the same moment are all kept' <<'X'
	for i in 1 2 3 4 5 6 7 8; do
		mlv-serve token new --token-file many --scope read "n$i" >"n$i" & pids="$pids $!"
	done &&
	until_true eval 'test "$(cat n? | wc -l)" = 8' &&
	test "$(mlv-serve token ls --token-file many | wc -l)" = 8
X
check 'an address that others can reach needs tokens, or that anyone may ask' <<'X'
	expect 2 mlv-serve http --host 0.0.0.0 --port 0 "$ridge" &&
	says 'mlv-serve token new' &&
	says --anyone &&
	expect 2 mlv-serve http --anyone --token-file tokens --port 0 "$ridge"
X
check 'a file of tokens that others can read, or that names nobody, is refused' <<'X'
	cp tokens loose &&
	chmod 644 loose &&
	expect 2 mlv-serve http --token-file loose --port 0 "$ridge" &&
	says 'chmod 600' &&
	: >nobody &&
	chmod 600 nobody &&
	expect 3 mlv-serve http --token-file nobody --port 0 "$ridge" &&
	says 'token new'
X
if [ "$(id -u)" = 0 ]; then
	check 'a file of tokens that root or another user gave to a group may be read by the group, not by all' <<-'X'
		cp tokens mounted &&
		chown 65534 mounted &&
		chmod 440 mounted &&
		mlv-serve token ls --token-file mounted &&
		start --token-file mounted "$ridge" &&
		stop &&
		chown 0 mounted &&
		mlv-serve token ls --token-file mounted &&
		chmod 444 mounted &&
		expect 2 mlv-serve token ls --token-file mounted &&
		chmod 460 mounted &&
		expect 2 mlv-serve token ls --token-file mounted
	X
else
	skip 'a file of tokens that another user gave to a group' 'not root'
	check 'a file of tokens that its owner lets the group read is refused' <<-'X'
		cp tokens shared &&
		chmod 640 shared &&
		expect 2 mlv-serve token ls --token-file shared &&
		says 'chmod 600'
	X
fi
check 'a line of tokens that is none is told by its number' <<'X'
	printf 'a read b\na every c\n' >wrong &&
	chmod 600 wrong &&
	expect 3 mlv-serve http --token-file wrong --port 0 "$ridge" &&
	says 'line 2: the second word is a scope: read, predict'
X
check 'a file whose words are in another order is refused without the secret in the message' <<'X'
	printf 'alice mlv_0123456789abcdef read\n' >order.tokens &&
	chmod 600 order.tokens &&
	expect 3 mlv-serve token ls --token-file order.tokens &&
	says 'line 1: the second word is a scope' &&
	! grep -q 0123456789 err
X

asks=$(token --scope predict asks)
looks=$(token --scope read looks)
over=$(token --scope admin over)
sed -i "/^over/s/\$/ 2020-01-01/" tokens
printf 'early read twice-written\nlate predict twice-written\nnone read other\n' >>tokens
start --host 0.0.0.0 --token-file tokens "$ridge"
url=http://127.0.0.1:$port
infers() {	# HTTP status, secret
	answers "$1" -H "$(bearer "$2")" -H "$as_json" -d "$row" "$url/invocations"
}
check 'health is told to anybody, all else to none without a token' <<'X'
	answers 200 "$url/readyz" &&
	answers 200 "$url/v2/health/live" &&
	answers 401 "$url/metrics" &&
	answers 401 -H "$as_json" -d "$row" "$url/invocations" &&
	header WWW-Authenticate | grep -q '^Bearer realm' &&
	grep -q 'Authorization: Bearer TOKEN' body
X
check 'an unknown token and one that has expired are told apart' <<'X'
	answers 401 -H "$(bearer no)" "$url/v2" &&
	grep -q 'not known' body &&
	answers 401 -H "$(bearer "$over")" "$url/v2" &&
	grep -q 'expired' body &&
	header WWW-Authenticate | grep -q invalid_token
X
check 'who may ask does not look, who may look does not ask' <<'X'
	infers 200 "$asks" &&
	answers 403 -H "$(bearer "$asks")" "$url/metrics" &&
	grep -q 'asks is for predict, and this needs read' body &&
	answers 200 -H "$(bearer "$looks")" "$url/metrics" &&
	infers 403 "$looks" &&
	header WWW-Authenticate | grep -q 'scope="predict"'
X
check 'a token may come as a password: of its own name, or of none' <<'X'
	answers 200 -u "looks:$looks" "$url/metrics" &&
	answers 200 -u ":$looks" "$url/metrics" &&
	answers 401 -u "asks:$looks" "$url/metrics"
X
check 'a request without a token is refused before its body has come' <<'X'
	printf '%s\r\n' 'POST /invocations HTTP/1.1' 'Host: a' 'Content-Length: 1000000' '' >raw &&
	"$hammer" "$port" - raw 1 >answer &&
	grep -q '^HTTP/1.1 401' answer &&
	grep -q '^Connection: close' answer
X
check 'what was refused is counted' <<'X'
	answers 200 -H "$(bearer "$looks")" "$url/metrics" &&
	grep -q 'mlv_denied_total{status="403"} 2' body
X
check 'of a secret that is there twice the later line counts, and the name where one is said' <<'X'
	infers 200 twice-written &&
	answers 403 "$url/v2" -H "$(bearer twice-written)" &&
	answers 200 -u early:twice-written "$url/v2" &&
	answers 401 -u none:twice-written "$url/v2"
X
check 'a token that was revoked is refused soon, the others go on' <<'X'
	expect 0 mlv-serve token revoke --token-file tokens asks &&
	until_true infers 401 "$asks" &&
	infers 401 "$asks" &&
	answers 200 -H "$(bearer "$looks")" "$url/v2"
X
check 'a new token is good soon' <<'X'
	late=$(token --scope admin late) &&
	until_true answers 200 -H "$(bearer "$late")" "$url/v2"
X
check 'a file of tokens that is gone lets nobody in, and is told once' <<'X'
	mv tokens away &&
	until_true answers 401 -H "$(bearer "$looks")" "$url/v2" &&
	answers 401 -H "$(bearer "$looks")" "$url/v2" &&
	test "$(grep -c 'nobody is let in' server.err)" = 1 &&
	mv away tokens &&
	until_true answers 200 -H "$(bearer "$looks")" "$url/v2"
X
stop
finish
