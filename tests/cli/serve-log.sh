#!/bin/sh
# The request log: a table for drift and for training, kept or lost in words.
. "$(dirname "$0")/../lib.sh"
G=$TOP/tests/golden/models

start() {	# options... : $url
	background mlv-serve http --grace 0 --port 0 --name churn --log requests "$@" "$G/churn-sklearn.onnx"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out)
}
stop() { kill "$server" && wait "$server"; }
metric() { curl -s -m 10 "$url/metrics" | sed -n "s/^$1 //p"; }
ask() { curl -s -m 10 -o body "$url/invocations" -H "X-Unit-Id: $1" -H 'Content-Type: text/csv' --data-binary "@$2"; }

fresh table
start
cp "$G/churn-rows.csv" rows.csv
tail -n +2 rows.csv | while read -r row; do
	{ head -n 1 rows.csv; echo "$row"; } >one.csv
	ask "${row%%,*}" one.csv
done
ask '' rows.csv
check 'stops' stop
check 'a line a row, with its unit where it has one' 'test "$(jq -r "select(has(\"unit\")).unit" requests/*.jsonl)" = "$(tail -n +2 rows.csv | cut -d, -f1)" && test "$(cat requests/*.jsonl | wc -l)" = 40'
check 'drift reads the folder' 'expect 0 mlv-drift compare rows.csv requests && prints "tenure	ks	1	"'
mv out folder.out
check 'or one segment of it' 'expect 0 mlv-drift compare rows.csv requests/*.jsonl && same out folder.out'
check 'it is a table of inputs and answers' 'expect 0 mlv-data cat requests && mv out asked.jsonl && test "$(head -n 1 asked.jsonl | jq -r "keys_unsorted | join(\" \")")" = "tenure MonthlyCharges TotalCharges Contract InternetService PaymentMethod gender output_label output_probability.No output_probability.Yes"'
check 'a model asked again gives the same answers' 'mlv-serve batch -i requests --out-format csv "$G/churn-sklearn.onnx" >again && { cat "$G/churn-scores.csv"; tail -n +2 "$G/churn-scores.csv"; } | same - again'
# the recipe of mlv-requests(5), as it stands there
sed -n '/^Send the key/,/^\.Ed/p' "$TOP/man/mlv-requests.5" | sed -n '/^jq/,/^\.Ed/p' | sed '$d' >recipe
sed -n '/^then join/,/^\.Ed/p' "$TOP/man/mlv-requests.5" | sed -n '/^jq/,/^\.Ed/p' | sed -e '$d' -e 's/\\e/\\/g' >>recipe
cut -d, -f1,21 rows.csv >outcomes.csv
check 'outcomes are joined by unit, and a model is trained on them' 'expect 0 sh -eu recipe && test -s churn.onnx && test "$(jq -r "[.unit, .Churn] | join(\",\")" new.jsonl)" = "$(tail -n +2 outcomes.csv)"'
check 'which takes what the logged model took' 'jq -c "del(.unit, .Churn)" new.jsonl >in.jsonl && expect 0 mlv-serve batch -i in.jsonl churn.onnx && test "$(wc -l <out)" = 20'

fresh gone
start
cp "$G/churn-rows.csv" rows.csv
ask u rows.csv
until_true sh -c 'cat requests/*.jsonl | grep -q tenure' || true
rm -r requests
ask u rows.csv
check 'a folder that is gone does not keep anybody from an answer' 'jq -e .predictions body >/dev/null'
check 'what is lost is counted' 'until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_request_log_dropped_total 20\""'
ask u rows.csv
check 'and said once' 'until_true sh -c "curl -s $url/metrics | grep -q \"^mlv_request_log_dropped_total 40\"" && test "$(grep -c "the request log loses rows: cannot make a file in .requests.: No such file" server.err)" = 1'
mkdir requests
ask u rows.csv
check 'with a folder again it goes on, and says so' 'until_true sh -c "cat requests/*.jsonl | grep -q tenure" && until_true grep -q "written again" server.err && test "$(grep -c "written again" server.err)" = 1'
check 'stops' stop
finish
