#!/bin/sh
# What examples/monitoring promises: metrics by textfile and by server, rules
# and a dashboard over them, and a Prometheus in which an alarm begins and ends.
. "$(dirname "$0")/../server.sh"
here=$TOP/examples/monitoring

cat >alert.yaml <<'Y'
name: churn
rules: [{name: drift, record: window, field: share, above: 0.5, clear: 0.3, raise_after: 1, of_last: 1, clear_after: 1}]
Y
# The records of a watch, of two windows, and of a join; the second one's share.
column() { # day, score
	echo '{"schema":"mlv.drift.window_column/1","window":"'"$1"'T00:00:00Z","column":"a","score":'"$2"',"threshold":0.1,' \
		'"verdict":"drift"}'
}
window() { # day, share, rows
	echo '{"schema":"mlv.drift.window/1","window":"'"$1"'T00:00:00Z","share":'"$2"',"rows":'"$3"',"count":1}'
}
records() { # share
	column 2026-01-01 0.4
	window 2026-01-01 0.05 50
	column 2026-01-02 0.2
	window 2026-01-02 "$1" 70
	echo '{"schema":"mlv.drift.performance/1","by":"all","value":null,"metric":"auc","realised":0.8,"estimated":0.82}'
}
alarm() { records "$1" | mlv-drift alert -q --prom churn.prom alert.yaml >out; test $? -le 1; }

check 'alert --prom: of the windows of a watch the last one, when it began, and how good the answers were' <<'X'
	alarm 0.2 &&
	grep -qx 'mlv_drift_score{model="churn",column="a",method="window"} 0.2' churn.prom &&
	grep -qx 'mlv_drift_detected{model="churn",column="a",method="window"} 1' churn.prom &&
	grep -qx 'mlv_drift_columns_ratio{model="churn"} 0.2' churn.prom &&
	grep -qx 'mlv_drift_rows{model="churn"} 70' churn.prom &&
	grep -qx 'mlv_drift_window_start_timestamp_seconds{model="churn"} 1767312000' churn.prom &&
	grep -q 'mlv_performance{.*kind="estimated".*} 0.82' churn.prom &&
	test -z "$(grep -v '^#' churn.prom | sed 's/ [^ ]*$//' | sort | uniq -d)"
X
check 'serve --textfile: it is a part of the page, as it is now, and what is none is said' <<'X'
	printf 'no metrics\n here' >none.prom &&
	start --name churn --textfile churn.prom,none.prom,gone.prom "$churn" &&
	metric_is 'mlv_drift_columns_ratio{model="churn"}' 0.2 &&
	metric_is 'mlv_textfile_readable{file="churn.prom"}' 1 &&
	metric_is 'mlv_textfile_readable{file="none.prom"}' 0 &&
	metric_is 'mlv_textfile_readable{file="gone.prom"}' 0 &&
	! ask "$url/metrics" | grep -q 'no metrics' &&
	alarm 0.25 &&
	metric_is 'mlv_drift_columns_ratio{model="churn"}' 0.25 &&
	ask -d '{}' "$url/v2/models/churn/infer" >/dev/null &&
	ask "$url/metrics" >page &&
	test -z "$(grep '^# TYPE' page | sort | uniq -d)" &&
	stop
X

# Names of metrics in a file of expressions.
named() { grep -ho 'mlv_[a-z_]*' "$@" | sed 's/_bucket$//' | sort -u; }
check 'the rules and the dashboard ask for metrics that there are' <<'X'
	{ cat page churn.prom && echo 'mlv_retrain_status mlv_rollout_share_percent'; } >known &&
	named "$here/rules.yml" "$here/dashboard.json" | grep -v '^mlv_*$' >asked &&
	test "$(wc -l <asked)" -ge 15 &&
	while read -r name; do
		grep -q "$name" known || { echo "nobody has $name"; exit 1; }
	done <asked
X
check 'the dashboard: panels side by side, each with a source and a question' <<'X'
	jq -e '
		.schemaVersion >= 36 and (.uid | length) > 0 and (.templating.list | map(.name)) == ["datasource", "model"]
		and ([.panels[].id] | length == (unique | length))
		and all(.panels[]; (.type | IN("stat", "timeseries", "table")) and .gridPos.x + .gridPos.w <= 24
			and .datasource.type == "prometheus" and (.targets | length) > 0
			and all(.targets[]; (.expr | length) > 0 and (.refId | length) == 1))
		and ([.panels[].gridPos | range(.x; .x + .w) as $x | range(.y; .y + .h) as $y | [$x, $y]]
			| length == (unique | length))' "$here/dashboard.json"
X

quiet() { "$@" >said 2>&1 || { cat said; return 1; }; }
if command -v promtool >/dev/null; then
	check 'promtool: configuration, rules, metrics, and what the rules say in time' <<-'X'
		quiet promtool check config "$here/prometheus.yml" &&
		quiet promtool test rules "$here/rules.test.yml" &&
		promtool check metrics <churn.prom &&
		grep -v nv_inference_ page | promtool check metrics
	X
	check 'promtool: every question of the dashboard is one' <<-'X'
		jq '{groups: [{name: "dashboard", rules: [.panels[].targets[] | .expr
			| gsub("\\$model"; "churn") | gsub("\\$__rate_interval"; "1m")] | to_entries
			| map({record: "q\(.key)", expr: .value})}]}' "$here/dashboard.json" >asked.yml &&
		quiet promtool check rules asked.yml
	X
else
	skip 'promtool: configuration, rules, metrics, and what the rules say in time' 'no promtool here'
	skip 'promtool: every question of the dashboard is one' 'no promtool here'
fi

# How many alerts of a name fire in the Prometheus at $prometheus.
firing() {
	ask "$prometheus/api/v1/alerts" | jq -r --arg name "$1" \
		'[.data.alerts[] | select(.labels.alertname == $name and .state == "firing")] | length'
}
up() { ask "$prometheus/api/v1/query?query=mlv_ready" | jq -e '.data.result[0].value[1] == "1"'; }
fires() { test "$(firing "$1")" = "$2"; }
if command -v prometheus >/dev/null; then
	check 'Prometheus: scrapes the server; the alarm fires there, and is resolved when it is over' <<-'X'
		alarm 0.1 &&
		start --name churn --textfile churn.prom "$churn" &&
		mkdir data &&
		sed "s/15s/1s/; s/localhost:8080/127.0.0.1:$port/; s|rules.yml|$here/rules.yml|" \
			"$here/prometheus.yml" >prometheus.yml &&
		mlv=$server at=$((port > 40000 ? port - 10007 : port + 10007)) &&
		background prometheus --config.file=prometheus.yml --storage.tsdb.path=data \
			--web.listen-address="127.0.0.1:$at" &&
		prometheus=http://127.0.0.1:$at &&
		until_true ask -f "$prometheus/-/ready" &&
		until_true up &&
		until_true fires MlvNoFreshWindow 1 &&
		fires MlvAlarm 0 &&
		alarm 0.8 &&
		until_true fires MlvAlarm 1 &&
		alarm 0.11 &&
		until_true fires MlvAlarm 0 &&
		stop &&
		kill "$mlv"
	X
else
	skip 'Prometheus: scrapes the server; the alarm fires there, and is resolved when it is over' 'no prometheus here'
fi
finish
