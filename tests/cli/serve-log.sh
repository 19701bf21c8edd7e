#!/bin/sh
# The request log of mlv-serve http: a table for drift and for training, and
# what happens when it cannot be written.
. "$(dirname "$0")/../server.sh"

serve() { start --name churn --log requests "$churn"; }
send() {	# unit, file of rows
	answers 200 "$url/invocations" -H "X-Unit-Id: $1" -H "$as_csv" --data-binary "@$2"
}
logged() { cat requests/*.jsonl | grep -q tenure; }

# --- twenty requests of one row with a unit, then one of twenty without
fresh table
serve
cp "$churn_rows" rows.csv
tail -n +2 rows.csv >body.csv
while read -r row; do
	{ head -n 1 rows.csv; echo "$row"; } >one.csv
	send "${row%%,*}" one.csv
done <body.csv
send '' rows.csv
check 'a server with a request log stops with exit 0' stop
check 'the request log has a line a request, with the unit where it has one' <<'X'
	cat requests/*.jsonl >lines &&
	test "$(wc -l <lines)" = 21 &&
	jq -es '(.[20].inputs.tenure | length) == 20' lines &&
	cut -d, -f1 body.csv >units &&
	jq -r 'select(has("unit")).unit' lines | same units -
X
check 'mlv-drift compare reads the folder of a request log' <<'X'
	expect 0 mlv-drift compare rows.csv requests &&
	prints "tenure	ks	1	"
X
check 'mlv-drift compare reads one segment of a request log' <<'X'
	cp out folder.out &&
	expect 0 mlv-drift compare rows.csv requests/*.jsonl &&
	same out folder.out
X
printf '%s\n' tenure MonthlyCharges TotalCharges Contract InternetService PaymentMethod gender \
    output_label output_probability.No output_probability.Yes >columns
check 'mlv-data cat of a request log: a table of inputs and outputs' <<'X'
	expect 0 mlv-data cat requests &&
	head -n 1 out | jq -r 'keys_unsorted[]' | same columns -
X
check 'mlv-serve batch of a request log: the answers that were logged' <<'X'
	expect 0 mlv-serve batch -i requests --out-format csv "$churn" &&
	tail -n +2 "$churn_scores" | cat "$churn_scores" - | same - out
X
# The recipe of mlv-requests(5), as it stands there: two commands of jq.
sed -n '/^Send the key/,/^\.Ed/p' "$TOP/man/mlv-requests.5" |
    sed -n '/^jq/,/^\.Ed/p' | sed -e '$d' -e 's|\\e|\\|g' >recipe
sed -n '/^then join/,/^\.Ed/p' "$TOP/man/mlv-requests.5" |
    sed -n '/^jq/,/^\.Ed/p' | sed -e '$d' -e 's|\\e|\\|g' >>recipe
cut -d, -f1,21 rows.csv >outcomes.csv
check 'the recipe of mlv-requests(5) joins outcomes by unit and trains a model' <<'X'
	expect 0 sh -eu recipe &&
	test -s churn.onnx &&
	tail -n +2 outcomes.csv >want &&
	jq -r '"\(.unit),\(.Churn)"' new.jsonl | same want -
X
check 'the model of the recipe takes the inputs that were logged' <<'X'
	jq -c 'del(.unit, .Churn)' new.jsonl >in.jsonl &&
	expect 0 mlv-serve batch -i in.jsonl churn.onnx &&
	test "$(wc -l <out)" = 20
X

# --- the log grows with what was asked, and not with names and ids times rows
fresh bounded
serve
printf '{"id":"%0257d","inputs":[]}' 7 >long.json
check 'a v2 request with an id beyond 256 bytes: 400, and it says so' <<'X'
	answers 400 "$url/v2/models/churn/infer" -d @long.json &&
	grep -q "the id is longer than 256 bytes" body
X
check 'a header X-Unit-Id beyond 256 bytes: 400, and it says so' <<'X'
	unit=$(printf %0257d 7) &&
	answers 400 "$url/invocations" -H "X-Unit-Id: $unit" -H "$as_csv" -d x &&
	grep -q "X-Unit-Id is longer than 256 bytes" body
X
head -n 1 "$churn_rows" >many.csv
for i in $(seq 100); do tail -n +2 "$churn_rows"; done >>many.csv
check 'a request of 2,000 rows is logged in fewer bytes than it and its answer had' <<'X'
	send "$(printf %0256d 7)" many.csv &&
	test "$(jq ".predictions | length" body)" = 2000 &&
	stop &&
	cat requests/*.jsonl >lines &&
	test "$(wc -l <lines)" = 2 &&
	test "$(wc -c <lines)" -lt "$(cat many.csv body | wc -c)"
X
check 'a request of many rows that was logged reads back as its rows' <<'X'
	expect 0 mlv-serve batch -i requests --out-format csv "$churn" &&
	mv out again &&
	expect 0 mlv-serve batch -i many.csv --out-format csv "$churn" &&
	same out again
X

# --- shipped to a remote while it is written
fresh shipped
mlv-data init >/dev/null
mkdir far
mlv-data remote add far "$PWD/far" >/dev/null
cp "$churn_rows" rows.csv
sent() { jq -rs 'map(select(.schema == "mlv.remote.transfer/1"))[0].objects' out; }
for unit in u v w; do
	serve
	send $unit rows.csv
	stop
done
serve
check 'a log that is written goes to a remote as a version, again with what is new alone' <<'X'
	expect 0 mlv-data add requests &&
	expect 0 mlv-data push --json -r far data:requests &&
	first=$(sent) &&
	send x rows.csv &&
	until_true eval 'grep -q "\"x\"" requests/*.jsonl' &&
	expect 0 mlv-data add requests &&
	expect 0 mlv-data push --json -r far data:requests &&
	test "$(sent)" -gt 0 &&
	test "$(sent)" -lt "$first" &&
	cat requests/*.jsonl >lines
X
stop
check 'elsewhere it is pulled, checked out and read as the table it is' <<'X'
	mkdir elsewhere &&
	cd elsewhere &&
	mlv-data init &&
	mlv-data remote add far ../far &&
	mlv-data pull -r far data:requests &&
	mlv-data checkout data:requests &&
	cat requests/*.jsonl | same ../lines - &&
	expect 0 mlv-data cat requests &&
	test "$(wc -l <out)" = 80 &&
	cd ..
X

# --- the folder of the log goes and comes back
fresh gone
serve
cp "$churn_rows" rows.csv
check 'the rows of a request are in the log soon after its answer' <<'X'
	send u rows.csv &&
	until_true logged
X
rm -r requests
check 'a request while the log folder is gone is answered' <<'X'
	send u rows.csv &&
	jq -e .predictions body
X
check 'rows that the log loses are counted' <<'X'
	until_true metric_is mlv_request_log_dropped_total 20
X
lost='the request log loses rows: cannot make a file in .requests.: No such file'
check 'rows that the log loses in two requests are told once, with the reason' <<'X'
	send u rows.csv &&
	until_true metric_is mlv_request_log_dropped_total 40 &&
	test "$(grep -c "$lost" server.err)" = 1
X
mkdir requests
check 'the log goes on when its folder is back, and that is told once' <<'X'
	send u rows.csv &&
	until_true logged &&
	until_true grep -q "written again" server.err &&
	test "$(grep -c "written again" server.err)" = 1
X
check 'a server whose log folder was gone stops with exit 0' stop
finish
