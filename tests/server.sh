# tests/server.sh - sourced in place of tests/lib.sh by the tests that talk to
# a running mlv-serve.
#
# `start OPTIONS... MODEL` starts it on a port of its own and sets $url and
# $port; its words are in ./server.err.  `stop` ends it and wants exit 0.
# `answers STATUS CURL-ARGUMENTS...` wants that HTTP status and leaves the
# answer in ./body and its headers in ./head.
. "$(dirname "$0")/../lib.sh"

ridge=$TOP/tests/golden/onnx/ridge/model.onnx
elastic_net=$TOP/tests/golden/onnx/elastic-net/model.onnx
churn=$TOP/tests/golden/models/churn-sklearn.onnx
churn_rows=$TOP/tests/golden/models/churn-rows.csv
churn_scores=$TOP/tests/golden/models/churn-scores.csv
hammer=$BUILD/tools/hammer
as_json='Content-Type: application/json'
as_csv='Content-Type: text/csv'

start() {	# options of mlv-serve http
	background mlv-serve http --grace 0 --port 0 "$@"
	until_true grep -q http server.out || { cat server.err; return 1; }
	url=$(cut -f1 server.out) port=${url##*:}
}
stop() { kill "$server" && wait "$server"; }
ask() { curl -s -m 20 "$@"; }
answers() {	# HTTP status, arguments of curl
	wanted=$1
	shift
	: >body
	got=$(curl -s -m 20 -o body -D head -w '%{http_code}' "$@")
	[ "$got" = "$wanted" ] || { echo "HTTP $got, not $wanted"; head -n 5 body; return 1; }
}
# A header of the answer in ./head.
header() { tr -d '\r' <head | sed -n "s/^$1: //p"; }
# A series, or all of a name that has labels.
metric() { ask "$url/metrics" | sed -n "s/^$1\({[^}]*}\)\{0,1\} //p"; }
metric_is() { test "$(metric "$1")" = "$2"; }
metric_reaches() { test "$(metric "$1")" -ge "$2"; }
