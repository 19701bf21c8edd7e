#!/bin/sh
# A canary that is not there, one that asks for other inputs than the stable
# model, a stable model that moves to other inputs, and categories that a model
# has never seen.
. "$(dirname "$0")/../lib.sh"
ridge=$TOP/tests/golden/onnx/ridge/model.onnx

start() {	# options... : $url
	background mlv-serve http --grace 0 --port 0 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out)
}
stop() { kill "$server" && wait "$server"; }
code() { curl -s -m 10 -o body -w '%{http_code}' "$url/invocations" -H "X-Unit-Id: $1" -H 'Content-Type: application/json' -d '{"dataframe_records":[{"a":1,"b":2}]}'; }
variant() { curl -s -m 10 -o body -D head "$url/invocations" -H 'X-Unit-Id: u' -H 'Content-Type: application/json' -d '{"dataframe_records":[{"a":1,"b":2,"c":3}]}'; tr -d '\r' <head | sed -n 's/^X-Mlv-Variant: //p'; }
is() { test "$(variant)" = "$1"; }
failures() { test "$(curl -s -m 10 "$url/metrics" | sed -n 's/^mlv_reload_failures_total //p')" -ge "$1"; }
has_info() { curl -s -m 10 "$url/metrics" | grep -q "^mlv_model_info{.*$1"; }
fit() { mlv-train fit "$1.csv" --target y --learner linear -o "$1.onnx" >/dev/null; }
refuses() { expect 3 timeout 20 mlv-serve http --grace 0 --port 0 "$@" && test ! -s out; }

fresh names
mlv-data init >/dev/null
awk -v OFS=, 'BEGIN { print "a,b,c,y"; for (i = 1; i <= 60; i++) print i % 7, i % 11, i % 5, i % 7 + 2 * (i % 11) + i % 3 }' >abc.csv
cut -d, -f1,2,4 abc.csv >ab.csv
awk -F, -v OFS=, '{ print $1, NR == 1 ? "b" : "x" $2 % 3, $4 }' abc.csv >text.csv
awk -F, -v OFS=, '{ print $2, $4 }' abc.csv >b.csv
for m in ab abc text b; do fit $m; mlv-registry add score $m.onnx >/dev/null; done
mlv-registry set score@champion 1 >/dev/null
s=model:score@champion
check 'a canary by a file that is not there is refused' 'refuses $s --canary nosuch.onnx=10 && says "nosuch.onnx"'
check 'and one by a model that nobody has' 'refuses $s --canary model:nosuch@x=10 && says "no model:nosuch"'
check 'and a version that is not there' 'refuses $s --canary model:score@99=10 && says "no version 99"'
check 'a share is 0 to 100' 'expect 2 mlv-serve http $s --canary $s=200 && says "0 to 100, not '"'200'"'" && expect 2 mlv-serve http $s --canary $s=ten && says "0 to 100" && expect 2 mlv-serve http $s --canary $s && says MODEL=PERCENT'
check 'a canary of other inputs is refused, and they are named' 'refuses $s --canary model:score@2=10 && says "model:score@2: it needs '"'c'"', which the stable model does not take"'
check 'so is one that reads an input as text' 'refuses ab.onnx --canary text.onnx=10 && says "'"'b'"' as text"'
check 'and one of a matrix, or of a wider one' 'refuses ab.onnx --canary "$ridge"=10 && says "the stable model does not take" && refuses "$ridge" --canary ab.onnx=10 && says "'"'a', 'b'"'"'
check 'one that needs fewer is not' 'start $s --canary model:score@4=100 && is canary && stop && test ! -s server.err'

start $s --canary model:score@candidate=100
check 'an alias that is not set is waited for, in one line' 'test "$(cat server.err)" = "mlv-serve: warning: there is no canary: model:score has no alias '"'candidate'"'; the stable model answers all requests until it is set" && is stable'
mlv-registry set score@candidate 4 >/dev/null
check 'and taken up' 'until_true is canary && has_info canary && test "$(wc -l <server.err)" = 1'
mlv-registry set score@candidate 2 >/dev/null
check 'one that moves to other inputs is kept as it was, said once and counted' 'until_true failures 1 && is canary && test "$(code u)" = 200 && sleep 1.3 && test "$(grep -c "keeping the old version of model:score@candidate: .*needs .c., which the stable" server.err)" = 1 && has_info "version=.4.,variant=.canary" && ! has_info "version=.2"'
mlv-registry set score@champion 2 >/dev/null
check 'until the stable model takes them' 'until_true has_info "version=.2.,variant=.stable" && until_true has_info "version=.2.,variant=.canary"'
check 'a stable model of more inputs is followed, in one line' 'test "$(grep -c "model:score@champion is version 2 now, which needs .c.; version 1 did not take that" server.err)" = 1'
check 'what is not served any more is no model_info' '! has_info "version=.[14]"'
mlv-registry set score@champion 1 >/dev/null
check 'a canary that asks for more than the stable model now takes ends, and that is said' 'until_true is stable && until_true grep -q "the stable model answers all requests: model:score@candidate: it needs .c., which" server.err && test "$(code u)" = 200 && ! has_info canary'
mlv-registry set score@champion 2 >/dev/null
check 'and comes back with what it takes' 'until_true is canary'
lines=$(wc -l <server.err)
mlv-registry set score@candidate --drop >/dev/null
check 'an alias that is dropped ends the canary, in one line' 'until_true is stable && ! has_info canary && test "$(wc -l <server.err)" = $((lines + 1)) && tail -n 1 server.err | grep -q "there is no model:score@candidate any more: the stable model answers all requests"'
check 'stops' stop

fresh categories
awk -v OFS=, 'BEGIN { print "n,town,y"; for (i = 1; i <= 90; i++) print i % 7, substr("OsloRomeBern", i % 3 * 4 + 1, 4), i % 3 ? "no" : "yes" }' >rows.csv
printf 'n,town\n1,Oslo\n2,Paris\n3,\n4,Nice\n,Rome\n' >asked.csv
for learner in logistic gbdt; do
	mlv-train fit rows.csv --target y --learner $learner -o $learner.onnx >/dev/null
	start $learner.onnx
	check "rows with a category never seen are counted: $learner" 'curl -s -m 10 "$url/invocations" -H "Content-Type: text/csv" --data-binary @asked.csv >/dev/null && test "$(curl -s -m 10 "$url/metrics" | sed -n "s/^mlv_unseen_category_rows_total{.*} //p")" = 2 && curl -s -m 10 "$url/invocations" -H "Content-Type: text/csv" --data-binary @asked.csv >/dev/null && test "$(curl -s -m 10 "$url/metrics" | sed -n "s/^mlv_unseen_category_rows_total{.*} //p")" = 4'
	stop
done
start "$TOP/tests/golden/models/churn-sklearn.onnx" --name churn
check 'also by the encoders of other exports' '{ cat "$TOP/tests/golden/models/churn-rows.csv"; sed -n 2p "$TOP/tests/golden/models/churn-rows.csv" | sed "s/Month-to-month/Day/;s/DSL/Wire/"; } >asked.csv && curl -s -m 10 "$url/invocations" -H "Content-Type: text/csv" --data-binary @asked.csv >/dev/null && test "$(curl -s -m 10 "$url/metrics" | sed -n "s/^mlv_unseen_category_rows_total{.*} //p")" = 1'
stop
finish
