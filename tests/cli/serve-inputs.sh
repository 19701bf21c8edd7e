#!/bin/sh
# mlv-serve http where models ask for different inputs: a canary that is not
# there or asks for others than the stable model, a stable model that moves to
# other inputs or answers, and categories that a model has never seen.
. "$(dirname "$0")/../server.sh"

one_row='{"dataframe_records":[{"a":1,"b":2,"c":3}]}'
two_columns='{"dataframe_records":[{"a":1,"b":2}]}'
takes() { answers 200 "$url/invocations" -H 'X-Unit-Id: u' -H "$as_json" -d "$1"; }
variant() { takes "$one_row" && header X-Mlv-Variant; }
answered_by() { test "$(variant)" = "$1"; }
has_info() { ask "$url/metrics" | grep -q "^mlv_model_info{.*$1"; }
fit() { mlv-train fit "$1.csv" --target y --learner linear -o "$1.onnx" >/dev/null; }
refuses() { expect 3 timeout 20 mlv-serve http --grace 0 --port 0 "$@" && test ! -s out; }

# Version 1 takes a and b, 2 takes a, b and c, 3 takes b as text, 4 takes b.
fresh names
mlv-data init >/dev/null
awk -v OFS=, 'BEGIN {
	print "a,b,c,y"
	for (i = 1; i <= 60; i++)
		print i % 7, i % 11, i % 5, i % 7 + 2 * (i % 11) + i % 3
}' >abc.csv
cut -d, -f1,2,4 abc.csv >ab.csv
awk -F, -v OFS=, '{ print $1, NR == 1 ? "b" : "x" $2 % 3, $4 }' abc.csv >text.csv
awk -F, -v OFS=, '{ print $2, $4 }' abc.csv >b.csv
for m in ab abc text b; do
	fit $m
	mlv-registry add score $m.onnx >/dev/null
done
mlv-registry set score@champion 1 >/dev/null
champion=model:score@champion
candidate=model:score@candidate
allow=--allow-contract-change	# for the moves that break clients

# --- a canary that is refused at the start
check 'a canary file that is not there: exit 3, and it is named' <<'X'
	refuses $champion --canary nosuch.onnx=10 &&
	says "nosuch.onnx"
X
check 'a canary model that is not there: exit 3, and it is named' <<'X'
	refuses $champion --canary model:nosuch@x=10 &&
	says "no model:nosuch"
X
check 'a canary version that is not there: exit 3, and it is named' <<'X'
	refuses $champion --canary model:score@99=10 &&
	says "no version 99"
X
check '--canary with a share above 100 or no number: a usage error with the range' <<'X'
	expect 2 mlv-serve http $champion --canary $champion=200 &&
	says "0 to 100, not '200'" &&
	expect 2 mlv-serve http $champion --canary $champion=ten &&
	says "0 to 100"
X
check '--canary without a share: a usage error with the form' <<'X'
	expect 2 mlv-serve http $champion --canary $champion &&
	says MODEL=PERCENT
X
check 'a canary that needs an input more than the stable model: exit 3, it is named' <<'X'
	refuses $champion --canary model:score@2=10 &&
	says "model:score@2: it needs 'c', which the stable model does not take"
X
check 'a canary that reads an input as text and not as numbers: exit 3, it is named' <<'X'
	refuses ab.onnx --canary text.onnx=10 &&
	says "'b' as text"
X
check 'a canary of one matrix beside a stable model of columns: exit 3' <<'X'
	refuses ab.onnx --canary "$ridge"=10 &&
	says "the stable model does not take"
X
check 'a canary of columns beside a stable model of one matrix: exit 3, they are named' <<'X'
	refuses "$ridge" --canary ab.onnx=10 &&
	says "'a', 'b'"
X
check 'a canary that needs fewer inputs than the stable model answers, without a word' <<'X'
	start $champion --canary model:score@4=100 &&
	answered_by canary &&
	stop &&
	test ! -s server.err
X

# --- a canary alias that is set, moved and dropped while the server runs
start $champion --canary $candidate=100
check 'a canary alias that is not set: one warning, the stable model answers' <<'X'
	printf '%s %s %s\n' \
	    "mlv-serve: warning: there is no canary: model:score has no alias 'candidate';" \
	    "'mlv-registry set score@candidate VERSION' sets it;" \
	    "the stable model answers all requests until it is set" >want &&
	same want server.err &&
	answered_by stable
X
mlv-registry set score@candidate 4 $allow >/dev/null
check 'a canary alias that is set is taken up, without another line' <<'X'
	until_true answered_by canary &&
	has_info canary &&
	test "$(wc -l <server.err)" = 1
X
mlv-registry set score@candidate 2 $allow >/dev/null
check 'a canary alias moved to other inputs: the old canary stays, counted' <<'X'
	until_true metric_reaches mlv_reload_failures_total 1 &&
	answered_by canary &&
	takes "$two_columns" &&
	has_info "version=.4.,variant=.canary" &&
	! has_info "version=.2"
X
check 'a canary alias moved to other inputs: told once, the input is named' <<'X'
	sleep 1.3 &&
	old="keeping the old version of model:score@candidate" &&
	test "$(grep -c "$old: .*needs .c., which the stable" server.err)" = 1
X
mlv-registry set score@candidate 4 $allow >/dev/null
check 'a canary alias moved back to the version that answers: nothing is held back' <<'X'
	until_true metric_is 'mlv_model_held_back{.*variant="canary"}' 0 &&
	answered_by canary
X
mlv-registry set score@champion 2 $allow >/dev/null
check 'a stable alias moved to other inputs: the old version stays, held back and counted' <<'X'
	until_true metric_is 'mlv_model_held_back{.*variant="stable"}' 1 &&
	metric_reaches mlv_reload_failures_total 2 &&
	has_info "version=.1.,variant=.stable" &&
	! has_info "version=.2" &&
	takes "$two_columns"
X
check 'a stable alias moved to other inputs: told once, with what differs' <<'X'
	sleep 1.3 &&
	kept="keeping the old version of $champion: version 2 would break clients" &&
	test "$(grep -c "$kept: input 'c' is new; a new start serves it" server.err)" = 1
X
mlv-registry set score@champion 1 $allow >/dev/null
check 'a stable alias moved back to the version that answers: nothing is held back' <<'X'
	until_true metric_is 'mlv_model_held_back{.*variant="stable"}' 0
X
lines=$(wc -l <server.err)
mlv-registry set score@candidate --drop >/dev/null
check 'a canary alias that is dropped: the canary ends, told in one line' <<'X'
	dropped="there is no $candidate any more: the stable model answers all requests" &&
	until_true answered_by stable &&
	! has_info canary &&
	test "$(wc -l <server.err)" = $((lines + 1)) &&
	tail -n 1 server.err | grep -q "$dropped"
X
check 'a server whose models moved to other inputs stops with exit 0' stop

# --- answers that clients know
fresh answers
awk -v OFS=, 'BEGIN {
	print "a,y"
	for (i = 1; i <= 60; i++)
		print i % 7, i % 3 ? "no" : "yes"
}' >yes.csv
sed 's/yes$/ja/' yes.csv >ja.csv
for m in yes ja; do mlv-train fit $m.csv --target y --learner logistic -o $m.onnx >/dev/null; done
check 'a canary that answers with other classes than the stable model: exit 3, they are named' <<'X'
	refuses yes.onnx --canary ja.onnx=10 &&
	says "ja.onnx: it answers otherwise than the stable model: the classes are ja, no, were no, yes"
X
cp yes.onnx served.onnx
start served.onnx
check 'a model file replaced by one with other classes: the old one stays, told once' <<'X'
	cp ja.onnx new && mv new served.onnx &&
	until_true metric_is 'mlv_model_held_back{.*variant="stable"}' 1 &&
	grep -q "served.onnx: version 1 would break clients: the classes are ja, no" server.err &&
	answers 200 "$url/invocations" -H "$as_json" -d '{"instances":[{"a":1}]}' &&
	test "$(header X-Mlv-Model)" = "sha256:$(sha256sum <yes.onnx | cut -c1-64)"
X
check 'a model file put back as it was: nothing is held back' <<'X'
	cp yes.onnx new && mv new served.onnx &&
	until_true metric_is 'mlv_model_held_back{.*variant="stable"}' 0 &&
	stop
X

# --- categories that a model has never seen
unseen_rows() { metric 'mlv_unseen_category_rows_total{.*}'; }
ask_csv() { answers 200 "$url/invocations" -H "$as_csv" --data-binary "@$1"; }
fresh categories
awk -v OFS=, 'BEGIN {
	print "n,town,y"
	for (i = 1; i <= 90; i++)
		print i % 7, substr("OsloRomeBern", i % 3 * 4 + 1, 4), i % 3 ? "no" : "yes"
}' >rows.csv
printf '%s\n' n,town 1,Oslo 2,Paris 3, 4,Nice ,Rome >asked.csv
for learner in logistic gbdt; do
	mlv-train fit rows.csv --target y --learner $learner -o $learner.onnx >/dev/null
	start $learner.onnx
	check "rows with a category never seen in training are counted: $learner" <<-'X'
		ask_csv asked.csv &&
		test "$(unseen_rows)" = 2 &&
		ask_csv asked.csv &&
		test "$(unseen_rows)" = 4
	X
	stop
done
start "$churn" --name churn
check 'rows with a category never seen in training are counted: a scikit-learn export' <<'X'
	sed -n 2p "$churn_rows" | sed "s/Month-to-month/Day/;s/DSL/Wire/" >unseen &&
	cat "$churn_rows" unseen >asked.csv &&
	ask_csv asked.csv &&
	test "$(unseen_rows)" = 1
X
stop
finish
