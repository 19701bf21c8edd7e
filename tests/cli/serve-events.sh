#!/bin/sh
# mlv-serve http --events: the lines of the request log as CloudEvents, to a URL
# or a command, and what becomes of them where nobody takes them.
. "$(dirname "$0")/../server.sh"

fresh events
python3 "$TOP/tests/tools/post_taker.py" . >taker.out &
pids="$pids $!"
until_true grep -q http taker.out
taker=$(cat taker.out)

serve() { rm -rf log got status; start --log log --name ridge "$@" "$ridge"; }
shape() {
	ask "$url/v2/models/ridge" >described &&
	input=$(jq -r '.inputs[0].name' described) width=$(jq -r '.inputs[0].shape[-1]' described) &&
	row=$(awk -v n="$width" 'BEGIN { while (i++ < n) printf("%s0.5", (i > 1 ? "," : "")) }')
}
asks() {	# id
	answers 200 -H "$as_json" -d "{\"id\":\"$1\",\"inputs\":[{\"name\":\"$input\",\"shape\":[1,$width],\
\"datatype\":\"FP32\",\"data\":[$row]}]}" "$url/v2/models/ridge/infer"
}
sent() { test "$(metric 'mlv_events_total' | head -n 1)" = "$1"; }
lost() { test "$(metric 'mlv_events_total' | tail -n 1)" = "$1"; }
bodies() { jq -r .body got; }

serve --events "$taker"
shape
check 'each request is an event of CloudEvents 1.0 in the body of a request, its data the line of the log' <<'X'
	asks r1 && asks 'r 2\"%' &&
	until_true sent 2 &&
	stop && ! grep -q event server.err &&
	test "$(jq -r '.headers["content-type"]' got | sort -u)" = 'application/cloudevents+json; charset=utf-8' &&
	bodies | jq -c .data >data &&
	cat log/*.jsonl | jq -c . >logged &&
	same data logged &&
	bodies | jq -se 'all(.[]; .specversion == "1.0" and .type == "mlv.request.answered" and
	    .source == "/v2/models/ridge/versions/1" and .datacontenttype == "application/json" and
	    .time == .data.time and .subject == .data.id) and (map(.id) | unique | length) == 2'
X
check 'in binary mode the attributes are headers, and the body is the line' <<'X'
	serve --events "$taker" --events-mode binary &&
	asks 'r 2\"%' &&
	until_true sent 1 &&
	stop &&
	jq -e '.headers | .["ce-specversion"] == "1.0" and .["ce-type"] == "mlv.request.answered" and
	    .["ce-subject"] == "r%202%22%25" and .["content-type"] == "application/json" and
	    .["ce-source"] == "/v2/models/ridge/versions/1" and (.["ce-id"] | length) > 16' got &&
	bodies >data && cat log/*.jsonl | jq -c . >logged && jq -c . data >posted && same posted logged
X
check 'in batches several are a list, and none is there twice' <<'X'
	serve --events "$taker" --events-mode batch &&
	for i in 1 2 3 4 5 6; do asks "r$i" || return 1; done &&
	until_true sent 6 &&
	test "$(jq -r '.headers["content-type"]' got | sort -u)" = 'application/cloudevents-batch+json; charset=utf-8' &&
	bodies | jq -r '.[].data.id' | sort | tr '\n' ' ' >ids &&
	test "$(cat ids)" = 'r1 r2 r3 r4 r5 r6 ' &&
	stop
X
check 'a command gets a line each, all of them before the server ends' <<'X'
	serve --events 'cat >poured' &&
	asks r1 && asks r2 && asks r3 &&
	stop &&
	test "$(jq -r .subject poured | tr '\n' ' ')" = 'r1 r2 r3 '
X
check 'a command that begins as a URL does is a command' <<'X'
	serve --events 'http() { cat >poured; }; http POST http://127.0.0.1/' &&
	asks r1 &&
	stop &&
	test "$(jq -r .subject poured)" = r1
X
check 'what the policy of the log drops no event has' <<'X'
	printf 'columns:\n  %s: drop\nid: drop\n' "$input" >policy.yaml &&
	serve --events "$taker" --log-policy policy.yaml &&
	asks r1 &&
	until_true sent 1 &&
	bodies | jq -e --arg input "$input" '(has("subject") | not) and (.data.inputs | has($input) | not)' &&
	! grep -q '"r1' got &&
	stop
X

# --- nobody takes them
check 'a receiver that is not there costs no answer; what it did not take is counted and told once' <<'X'
	serve --events http://127.0.0.1:1/ &&
	asks r1 && asks r2 &&
	until_true lost 2 &&
	stop &&
	test "$(grep -c 'events are lost' server.err)" = 1
X
check 'a refusal is not tried again, and that it takes again is told' <<'X'
	serve --events "$taker" &&
	echo 400 >status &&
	asks r1 &&
	until_true lost 1 &&
	test "$(wc -l <got)" = 1 &&
	rm status &&
	asks r2 &&
	until_true sent 1 &&
	grep -q 'it answered 400' server.err && grep -q 'taken again' server.err &&
	stop
X
check 'what it may take later is tried four times' <<'X'
	serve --events "$taker" &&
	echo 503 >status &&
	asks r1 &&
	until_true lost 1 &&
	test "$(wc -l <got)" = 4 && test "$(bodies | jq -r .id | sort -u | wc -l)" = 1 &&
	stop
X
check 'what comes meanwhile does not bring the next try forward' <<'X'
	serve --events "$taker" &&
	echo 503 >status &&
	for i in 1 2 3 4 5 6; do asks "r$i" || return 1; done &&
	until_true eval 'test "$(bodies | grep -c "\"subject\":\"r1\"")" = 4' &&
	jq -se 'map(select(.body | contains("\"subject\":\"r1\"")) | .at) |
	    .[1] - .[0] >= 0.2 and .[2] - .[1] >= 0.4 and .[3] - .[2] >= 0.8' got &&
	rm status && stop
X
check 'a command that ends or does not read costs no answer' <<'X'
	serve --events 'exit 0' &&
	until_true eval 'asks r1 && test "$(metric mlv_events_total | tail -n 1)" -gt 0' &&
	stop &&
	grep -q 'reads no more' server.err &&
	serve --events 'exec sleep 100' &&
	asks r1 && asks r2 && stop
X
check 'events need the log, their mode needs them, and a URL has no space' <<'X'
	expect 2 mlv-serve http --events "$taker" "$ridge" && says --log &&
	expect 2 mlv-serve http --log log --events-mode batch "$ridge" && says --events &&
	expect 2 mlv-serve http --log log --events 'http://a/ b' "$ridge" && says space &&
	expect 2 mlv-serve http --log log --events '' "$ridge" && says 'URL or a command'
X
check 'a URL that can take nothing, and a mode for a command, are refused before a model is loaded' <<'X'
	for to in ftp://a/b HTTP://a/b http:// http:///x http://:80/ http://a:0/ http://a:65536/ 'https://[::1]:70000'; do
		expect 2 mlv-serve http --log log --events "$to" "$ridge" && says 'the URL of --events' || return 1
	done &&
	expect 2 mlv-serve http --log log --events cat --events-mode batch "$ridge" && says 'JSON Lines' &&
	expect 2 mlv-serve http --log log --events cat --events-mode binary "$ridge"
X
finish
