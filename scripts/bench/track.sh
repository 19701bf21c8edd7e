#!/bin/sh
# A tracking server under 20 clients at once: mlv-serve track and, where
# MLFLOW names one, `mlflow server` with SQLite, one after the other on this
# machine.  RUNS runs of three metrics are there first; then for SECONDS each:
# CreateRun, LogBatch (10 metrics), RunsSearch (a filter, an order, 100 runs).
# Prints requests/s and the 95th percentile; needs wrk, curl and jq.
set -eu
build=${BUILD:-$PWD/build}
runs=${RUNS:-500}
seconds=${SECONDS_EACH:-5}
work=$(mktemp -d)
pid=
finish() {
	[ -z "$pid" ] || { kill "$pid" && wait "$pid" || :; } 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

cat >"$work/post.lua" <<'X'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local f = io.open(os.getenv("BODY"))
wrk.body = f:read("*a")
f:close()
function done(summary, latency)
	local bad = summary.errors.status + summary.errors.read + summary.errors.timeout
	io.write(string.format("%.0f\t%.2f\t%d\n", summary.requests / summary.duration * 1e6,
	    latency:percentile(95) / 1000, bad))
end
X
tell() { curl -sf -H 'Content-Type: application/json' "$url/api/2.0/mlflow/$1" -d "$2"; }
fill() {
	i=0
	while [ $i -lt "$runs" ]; do
		run=$(tell runs/create "{\"experiment_id\":\"0\",\"run_name\":\"r$i\",\"start_time\":$((1700000000000 + i))}" |
		    jq -r .run.info.run_id)
		tell runs/log-batch "{\"run_id\":\"$run\",\"metrics\":[{\"key\":\"auc\",\"value\":0.$((i % 90 + 10)),
		    \"timestamp\":1},{\"key\":\"loss\",\"value\":0.$i,\"timestamp\":1},{\"key\":\"f1\",\"value\":0.5,
		    \"timestamp\":1}],\"params\":[{\"key\":\"lr\",\"value\":\"0.1\"}]}" >/dev/null
		i=$((i + 1))
	done
}
measure() {	# server, what, route; the body is in $work/body
	BODY=$work/body wrk -t1 -c20 -d"${seconds}s" -s "$work/post.lua" "$url/api/2.0/mlflow/$3" |
	    tail -n 1 | sed "s|^|$1	$2	|"
}
all_of() {	# server
	fill
	printf '{"experiment_ids":["0"],"filter":"metrics.auc > 0.3","order_by":["metrics.auc DESC"],%s}' \
	    '"max_results":100' >"$work/body"
	measure "$1" RunsSearch runs/search
	metrics=
	for i in 1 2 3 4 5 6 7 8 9 10; do
		metrics="$metrics,{\"key\":\"m$i\",\"value\":0.$i,\"timestamp\":$i,\"step\":$i}"
	done
	printf '{"run_id":"%s","metrics":[%s]}' "$run" "${metrics#,}" >"$work/body"
	measure "$1" LogBatch runs/log-batch
	printf '{"experiment_id":"0","tags":[{"key":"a","value":"b"}]}' >"$work/body"
	measure "$1" CreateRun runs/create
}
wait_for() { until curl -sf -o "$work/health" "$url/health"; do sleep 0.2; done; }

printf 'server\twhat\trequests/s\tp95 ms\tfailed\n'
mkdir "$work/repository"
(cd "$work/repository" && "$build/bin/mlv-data" init >"$work/init")
(cd "$work/repository" && exec "$build/bin/mlv-serve" track --port 0) >"$work/url" &
pid=$!
until grep -q http "$work/url"; do sleep 0.1; done
url=$(cat "$work/url")
all_of mlv
kill $pid && wait $pid
pid=
[ -n "${MLFLOW:-}" ] || exit 0
url=http://127.0.0.1:${MLFLOW_PORT:-15500}
MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false "$MLFLOW" server --host 127.0.0.1 --port "${url##*:}" \
    --backend-store-uri "sqlite:///$work/mlflow.db" --artifacts-destination "$work/artifacts" \
    >"$work/log" 2>&1 &
pid=$!
wait_for
all_of mlflow
