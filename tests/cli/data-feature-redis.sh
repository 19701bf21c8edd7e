#!/bin/sh
# mlv-data feature load and get: Redis or Valkey as the online store, in
# Feast's layout of it.
. "$(dirname "$0")/../server.sh"

fresh redis
cat >features.yaml <<'Y'
entities: {customer: {key: customer_id}, account: {key: [zip, bank]}}
views:
  usage:
    entity: customer
    source: usage.csv
    timestamp: t
    created: c
    features: [calls, spend, note, {name: rate, expr: spend / calls}]
  old: {entity: customer, source: usage.csv, timestamp: t, ttl: 1d, features: [calls]}
  money: {entity: account, source: money.csv, timestamp: t, features: [x]}
services: {churn: ['usage:calls', 'usage:spend', 'usage:note', 'usage:rate', old], accounts: [money]}
Y
cat >usage.csv <<'Y'
customer_id,t,c,calls,spend,note
1,2026-01-02T00:00:00.25Z,2026-01-03,5,2.5,"a,b"
1,2026-01-01,2026-01-01,3,0.1,late
1,2026-01-02T00:00:00.25Z,2026-01-02T00:00:01Z,4,1,corrected
2,2026-01-01,2026-01-01,7,,007
x y,2026-01-01,2026-01-01,8,1e-3,true
Y
printf 'bank,zip,t,x\nb,00123,2026-01-01,-1.5\n' >money.csv

# --- what is refused, with no server -----------------------------------------
refused() {	# title, exit status, store, message
	message=$4
	command="mlv-data feature load features.yaml --store $3"
	check "$1" "expect $2 $command && says \"\$message\""
}
refused 'a server that is not there is told' 3 redis://127.0.0.1:1 'cannot reach 127.0.0.1 port 1'
refused 'TLS, which is not spoken, is told' 2 rediss://localhost 'through stunnel or ssh'
refused 'an unknown option is told' 2 'redis://localhost?porject=p' 'is no option of a Redis store'
refused 'a database that is no number is told' 2 redis://localhost/x 'is no number of a database'

# --- with one ----------------------------------------------------------------
program=$(command -v redis-server || command -v valkey-server)
client=$(command -v redis-cli || command -v valkey-cli)
if [ -z "$program" ] || [ -z "$client" ]; then
	skip 'Redis as the online store' 'no redis-server or valkey-server here'
	finish
	exit
fi
db=$((20000 + $$ % 20000))
launch() {	# more options
	"$program" --bind 127.0.0.1 --port $db --dir "$PWD" --save '' --appendonly no "$@" >redis.log 2>&1 &
	redis=$!
	pids="$pids $redis"
	until_true "$client" -p $db ping >/dev/null 2>&1
}
launch
store="redis://127.0.0.1:$db/3?project=p"
load() { mlv-data feature load features.yaml --store "$store" "$@"; }
get() { mlv-data feature get features.yaml --store "$store" --at 2026-01-03 "$@"; }
check 'of each key the newest row, as known last, is kept; a load again is no news' <<'X'
	expect 0 load &&
	printf 'usage\t5\t3\t0\t0\nold\t5\t3\t0\t0\nmoney\t1\t1\t0\t0\n' >want &&
	same want out &&
	expect 0 load &&
	test "$(cut -f3 out | sort -u)" = 0 &&
	expect 0 get --service churn customer_id=1 &&
	test "$(cut -f2 out | paste -sd ' ')" = '5 2.5 a,b 0.5 4' &&
	test "$(cut -f3 out | sort -u)" = PRESENT &&
	prints 2026-01-02T00:00:00.250000Z
X
check 'what is missing, text that looks like a number, keys that are text or several' <<'X'
	expect 0 get --service churn customer_id=2.0 &&
	test "$(cut -f2 out | paste -sd ' ')" = '7 \N 007 \N \N' &&
	test "$(cut -f3 out | paste -sd ' ')" = 'PRESENT NULL_VALUE PRESENT NULL_VALUE OUTSIDE_MAX_AGE' &&
	expect 0 get --service churn 'customer_id=x y' &&
	test "$(cut -f2 out | paste -sd ' ')" = '8 0.001 true 0.000125 \N' &&
	expect 0 get --service churn customer_id=9 &&
	test "$(cut -f3 out | sort -u)" = NOT_FOUND &&
	expect 0 get --service accounts zip=00123 bank=b &&
	test "$(cut -f2 out)" = -1.5
X
check 'an older row changes nothing, a correction of the newest does' <<'X'
	{ head -n 1 usage.csv; echo '2,2025-12-31,2026-01-02,1,1,older'; } >more.csv &&
	expect 0 load --view usage more.csv &&
	test "$(cut -f3 out)" = 0 &&
	{ head -n 1 usage.csv; echo '2,2026-01-01,2026-01-02,9,1,newer'; } >more.csv &&
	expect 0 load --view usage more.csv &&
	test "$(cut -f3 out)" = 1 &&
	expect 0 get --service churn customer_id=2 &&
	test "$(cut -f2 out | head -n 3 | paste -sd ' ')" = '9 1 newer'
X
# The hash as Feast 0.67 wrote it: key 7 of project p, with an int64, a double
# and a text.
key='"\x01\x00\x00\x00\x02\x00\x00\x00\x0b\x00\x00\x00customer_id\x04\x00\x00\x00\x08\x00\x00\x00\x07\x00\x00\x00'
key="$key"'\x00\x00\x00\x00p"'
cat >feast.set <<R
select 3
hset $key _ts:usage "\\b\\x8b\\xd5\\xe1\\xca\\x06"
hset $key "'\\x8f9\\x8b" " \\t" "i\\xa1\\xac\\x83" ")\\x00\\x00\\x00\\x00\\x00\\x00\\x04@" "\\xc4/!\\x96" "\\x12\\x01z"
R
cat >feast.get <<R
select 3
hmget $key _ts:usage "'\\x8f9\\x8b" "i\\xa1\\xac\\x83" "\\xc4/!\\x96"
R
check 'a hash that Feast wrote is read, and ours is as it would write it' <<'X'
	"$client" -p $db <feast.set &&
	expect 0 get --service churn customer_id=7 &&
	test "$(cut -f2 out | head -n 3 | paste -sd ' ')" = '9 2.5 z' &&
	{ head -n 1 usage.csv; echo '8,2026-01-03T01:02:03Z,2026-01-03T01:02:03Z,9,2.5,z'; } >more.csv &&
	expect 0 load --view usage more.csv &&
	sed 's/x07/x08/' feast.get | "$client" -p $db --no-raw >ours &&
	"$client" -p $db --no-raw <feast.get >theirs &&
	same theirs ours
X
check 'a server answers from it, many keys in one request, and again when it was restarted' <<'X'
	start --features features.yaml --feature-store "$store" "$ridge" &&
	body='{"feature_service":"churn","full_feature_names":true,"entities":{"customer_id":[1,9,"x y",null]}}' &&
	answers 200 -H "$as_json" -d "$body" "$url/get-online-features" &&
	jq -e '.results[1].values == [5,null,8,null] and .results[3].values == ["a,b",null,true,null]' body &&
	kill $redis &&
	wait $redis &&
	answers 503 -H "$as_json" -d "$body" "$url/get-online-features" &&
	jq -e '.error | contains("the online store does not answer, Redis at 127.0.0.1")' body &&
	test "$(header Retry-After)" = 1 &&
	launch &&
	expect 0 load &&
	until_true answers 200 -H "$as_json" -d "$body" "$url/get-online-features" &&
	jq -e '.results[1].values == [5,null,8,null]' body
X
check 'a Redis that hangs holds up nobody: 503 that names it, told once, until it goes on' <<'X'
	kill -STOP $redis &&
	for i in 1 2 3 4 5 6 7 8 9; do
		answers 503 -m 5 -H "$as_json" -d "$body" "$url/get-online-features" ||
		break
	done &&
	jq -e '.error | contains("Redis at 127.0.0.1")' body &&
	answers 200 "$url/readyz" &&
	kill -CONT $redis &&
	until_true answers 200 -H "$as_json" -d "$body" "$url/get-online-features" &&
	test "$(grep -c 'does not answer' server.err)" = 2 &&
	test "$(grep -c 'answers again' server.err)" = 2
X
check 'a key that holds another kind of value is a failure of its own, and stops no others' <<'X'
	broken=$(printf "select 3\nset $key x\n" | sed 's/x07/x42/') &&
	echo "$broken" | "$client" -p $db &&
	one='{"feature_service":"churn","full_feature_names":true,"entities":{"customer_id":[66]}}' &&
	answers 500 -H "$as_json" -d "$one" "$url/get-online-features" &&
	jq -e '.error | contains("WRONGTYPE")' body &&
	answers 200 -H "$as_json" -d "$body" "$url/get-online-features" &&
	stop
X
cat >windows.yaml <<'Y'
entities: {customer: {key: customer_id}}
views: {usage: {entity: customer, source: usage.csv, timestamp: t, features: [{name: n, window: 1d, agg: count}]}}
services: {s: [usage]}
Y
check 'a view with windows is refused by name: Redis holds no rows' <<'X'
	expect 2 mlv-data feature load windows.yaml --store "$store" &&
	says "view 'usage': it has windows"
X
check 'a password that is wanted, and one that is not' <<'X'
	"$client" -p $db config set requirepass secret &&
	expect 3 load &&
	says NOAUTH &&
	expect 0 mlv-data feature load features.yaml --store "redis://:s%65cret@127.0.0.1:$db/3" &&
	REDISCLI_AUTH=secret mlv-data feature load features.yaml --store "$store"
X
check 'a password with a NUL in it is sent whole' <<'X'
	printf 'se\000cret' | REDISCLI_AUTH=secret "$client" -p $db -x config set requirepass &&
	expect 3 mlv-data feature load features.yaml --store "redis://:se@127.0.0.1:$db/3" &&
	says WRONGPASS &&
	expect 0 mlv-data feature load features.yaml --store "redis://:se%00cret@127.0.0.1:$db/3"
X
finish
