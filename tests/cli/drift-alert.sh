#!/bin/sh
# mlv-drift alert: alarms with a memory, what others are told, and a retraining
# that begins once for each.
. "$(dirname "$0")/../lib.sh"

rec() { echo "{\"schema\":\"mlv.drift.dataset/1\",\"share\":$1}"; }
window() { # share, option...
	share=$1
	shift
	rec "$share" | mlv-drift alert "$@" alert.yaml
}
steps() { for share; do rec "$share" | mlv-drift alert -q alert.yaml >/dev/null || test $? -eq 1 || return; done; }
state() { cut -f 1,2 out | tr '\t\n' '= '; }
rules() { # member...
	{
		printf 'name: churn\nrules:\n  - {name: drift, record: dataset, field: share, above: 0.5, clear: 0.3}\n'
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >alert.yaml
	rm -f alert.yaml.state ran
}

fresh states
rules
check 'alert: pending, firing at 2 of 3, over after 3 windows below clear' <<'X'
	expect 0 window 0.1 && prints 'drift	ok	0.1' &&
	expect 0 window 0.6 && prints 'drift	pending	0.6' &&
	expect 0 window 0.2 && prints 'drift	pending	0.2' &&
	expect 1 window 0.7 && prints 'drift	firing	0.7	0.5	0.3	1	pending' &&
	expect 1 window 0.4 && prints 'drift	firing	0.4' &&
	expect 1 window 0.21 && prints 'drift	resolving' &&
	expect 1 window 0.22 &&
	expect 1 window 0.41 && prints 'drift	firing' &&
	expect 1 window 0.23 &&
	expect 1 window 0.24 &&
	expect 0 window 0.25 && prints 'drift	ok	0.25	0.5	0.3	1	resolving'
X
check 'alert: the second alarm has the second number' <<'X'
	expect 0 window 0.61 &&
	expect 1 window 0.62 &&
	prints 'drift	firing	0.62	0.5	0.3	2	pending'
X
check 'alert: records that the last run saw are no new window' <<'X'
	rules &&
	expect 0 window 0.6 &&
	cp alert.yaml.state before &&
	expect 0 window 0.6 &&
	says 'no new window' &&
	same before alert.yaml.state
X
check 'alert: a number that is not there counts neither way, and is said' <<'X'
	expect 0 window null &&
	says "rule 'drift': no record 'dataset' with a number 'share': not known" &&
	prints 'drift	pending	\N' &&
	expect 1 window 0.61
X
check 'alert: below, where, and the worst of several records' <<'X'
	cat >alert.yaml <<-'Y' &&
		name: churn
		rules:
		  - {name: auc, record: performance, where: {by: all, metric: auc}, field: realised, below: 0.8, clear: 0.82,
		     raise_after: 1, of_last: 1, clear_after: 1}
		  - {name: column, record: column, field: score, above: 0.2, raise_after: 1, of_last: 1}
	Y
	rm -f alert.yaml.state &&
	cat >records <<-'Y' &&
		{"schema":"mlv.drift.performance/1","by":"all","metric":"auc","realised":0.79}
		{"schema":"mlv.drift.performance/1","by":"day","metric":"auc","realised":0.1}
		{"schema":"mlv.drift.column/1","column":"a","score":0.1}
		{"schema":"mlv.drift.column/1","column":"b","score":0.3}
	Y
	expect 1 mlv-drift alert alert.yaml records &&
	test "$(state)" = 'auc=firing column=firing ' &&
	sed 's/0.79/0.81/' records >records2 &&
	expect 1 mlv-drift alert alert.yaml records2 &&
	prints 'auc	firing	0.81' &&
	sed 's/0.79/0.83/' records >records3 &&
	expect 1 mlv-drift alert alert.yaml records3 &&
	prints 'auc	ok	0.83'
X
check 'alert: records, and the state, are found beside the alert file' <<'X'
	rules 'state: seen.json' 'records: [one.jsonl, two.jsonl]' &&
	mkdir -p sub &&
	mv alert.yaml sub &&
	rec 0.6 >sub/one.jsonl &&
	rec 0.2 >sub/two.jsonl &&
	expect 0 mlv-drift alert sub/alert.yaml &&
	prints 'drift	pending	0.6' &&
	test -s sub/seen.json
X
check 'alert: compare --json is such records' <<'X'
	rules &&
	awk 'BEGIN { print "x"; for (i = 0; i < 300; i++) print i % 50 }' >a.csv &&
	awk 'BEGIN { print "x"; for (i = 0; i < 300; i++) print i % 50 + 40 }' >b.csv &&
	expect 1 mlv-drift compare --json a.csv b.csv &&
	mv out drift &&
	expect 0 mlv-drift alert alert.yaml drift &&
	prints 'drift	pending	1'
X

fresh told
rules
check 'alert --nagios: OK, WARNING, CRITICAL and UNKNOWN with performance data' <<'X'
	expect 0 window 0.1 --nagios &&
	prints "DRIFT OK - churn: 1 rule ok | 'drift'=0.1;0.3;0.5" &&
	expect 1 window 0.6 --nagios &&
	prints "DRIFT WARNING - churn: drift pending | 'drift'=0.6;0.3;0.5" &&
	expect 2 window 0.7 --nagios &&
	prints 'DRIFT CRITICAL - churn: drift firing' &&
	rules &&
	expect 3 window null --nagios &&
	prints "DRIFT UNKNOWN - churn: drift not known | 'drift'=U;0.3;0.5" &&
	expect 3 mlv-drift alert --nagios nope.yaml &&
	prints "DRIFT UNKNOWN - cannot open 'nope.yaml'"
X
check 'alert --slack, --webhook: a body when something changed, and nothing else' <<'X'
	rules &&
	expect 0 window 0.6 --slack &&
	test ! -s out &&
	expect 1 window 0.7 --slack &&
	holds '.text == "churn: alarm, drift (share is 0.7; it is bad from 0.5)" and .blocks[0].text.type == "mrkdwn"' &&
	expect 1 window 0.71 --webhook &&
	test ! -s out &&
	expect 1 window 0.2 && expect 1 window 0.21 &&
	expect 0 window 0.22 --webhook &&
	holds '.version == "4" and .status == "resolved" and .alerts[0].labels.alertname == "drift"'
X
check 'alert --alertmanager: what fires, each time, and its end once' <<'X'
	rules &&
	expect 0 window 0.6 --alertmanager &&
	holds '. == []' &&
	expect 1 window 0.7 --alertmanager &&
	holds '.[0].labels == {alertname: "drift", model: "churn", record: "dataset"} and .[0].endsAt == null' &&
	expect 1 window 0.71 --alertmanager &&
	holds 'length == 1' &&
	expect 1 window 0.2 && expect 1 window 0.21 &&
	expect 0 window 0.22 --alertmanager &&
	holds '.[0].endsAt >= .[0].startsAt' &&
	expect 0 window 0.23 --alertmanager &&
	holds '. == []'
X
check 'alert --prom: a textfile is replaced, each metric with its help and type' <<'X'
	rules &&
	expect 0 window 0.6 --prom churn.prom &&
	grep -q '^mlv_alert_state{model="churn",rule="drift"} 1$' churn.prom &&
	grep -q '^mlv_drift_columns_ratio{model="churn"} 0.6$' churn.prom &&
	grep -q '^mlv_drift_last_success_timestamp_seconds{model="churn"} 1[0-9]*$' churn.prom &&
	test "$(grep -c '^# TYPE' churn.prom)" = "$(grep -v '^#' churn.prom | cut -d '{' -f 1 | sort -u | wc -l)" &&
	test "$(ls)" = "$(printf 'alert.yaml\nalert.yaml.state\nalert.yaml.state.lock\nchurn.prom\nerr\nout')"
X
if command -v promtool >/dev/null; then
	check 'alert --prom: promtool finds nothing to say' <<-'X'
		expect 0 promtool check metrics <churn.prom &&
		test ! -s err
	X
else
	skip 'alert --prom: promtool finds nothing to say' 'no promtool here'
fi
check 'alert: names that are markup, or end a label, are escaped' <<'X'
	cat >alert.yaml <<-'Y' &&
		name: "a\"b\\c|d"
		rules: [{name: "x='<y>|&", record: dataset, field: share, above: 0.5, raise_after: 1, of_last: 1}]
	Y
	rm -f alert.yaml.state &&
	expect 1 window 0.9 --slack --prom p &&
	holds '.text | contains("x=\u0027&lt;y&gt;|&amp;")' &&
	grep -qF 'mlv_alert_state{model="a\"b\\c|d",rule=' p &&
	expect 2 window 0.91 --nagios &&
	prints "'x__<y>_&'=0.91;0.5;0.5" &&
	test "$(tr -cd '|' <out)" = '|'
X

fresh retrain
rules 'retrain: {cooldown: 24h}'
check 'alert --retrain: not before the alarm, once for it, and never again' <<'X'
	expect 0 window 0.6 --retrain 'echo x >>ran' &&
	says 'no retraining: no alarm that asks for one is firing' &&
	expect 1 window 0.7 --retrain 'echo x >>ran; echo words' &&
	says 'retraining for alarm 1' &&
	says 'words' &&
	test "$(cat ran)" = x &&
	expect 1 window 0.71 --retrain 'echo x >>ran' &&
	says 'no retraining: for alarm 1 it has run, and ended with 0' &&
	test "$(cat ran)" = x
X
check 'alert --retrain: the next alarm waits for the cool-down' <<'X'
	steps 0.1 0.11 0.12 0.6 &&
	expect 1 window 0.72 --retrain 'echo x >>ran' &&
	says 'no retraining: the last one began 0 min ago, the cool-down is 1440 min' &&
	test "$(cat ran)" = x
X
check 'alert --retrain: without a cool-down the next alarm begins one' <<'X'
	sed 's/24h/0/' alert.yaml >now &&
	mv now alert.yaml &&
	expect 1 window 0.73 --retrain 'echo y >>ran' &&
	test "$(tail -n 1 ran)" = y
X
check 'alert --retrain: so many labelled rows are needed' <<'X'
	rules 'retrain: {labelled: 100}' &&
	steps 0.6 &&
	expect 1 window 0.7 --retrain 'echo x >>ran' &&
	says '100 labelled rows are needed, and the records do not say' &&
	{ rec 0.71 && echo '{"schema":"mlv.drift.join/1","labelled":99}'; } >few &&
	expect 1 mlv-drift alert --retrain 'echo x >>ran' alert.yaml few &&
	says '100 labelled rows are needed, and there are 99' &&
	test ! -e ran &&
	{ rec 0.72 && echo '{"schema":"mlv.drift.join/1","labelled":100}'; } >enough &&
	expect 1 mlv-drift alert --retrain 'echo x >>ran' alert.yaml enough &&
	test "$(cat ran)" = x
X
check 'alert --retrain: a command that fails is said, and not tried again' <<'X'
	rules &&
	steps 0.6 &&
	expect 1 window 0.7 --retrain 'echo x >>ran; exit 7' &&
	says 'the retraining ended with 7' &&
	expect 1 window 0.71 --retrain 'echo x >>ran' &&
	says 'for alarm 1 it has run, and ended with 7'
X
check 'alert --retrain: while one runs rules are stepped, and another is exit 4' <<'X'
	rules 'retrain: {cooldown: 0}' &&
	steps 0.6 &&
	rec 0.7 >one &&
	background mlv-drift alert -q --retrain 'touch began; while ! test -e go; do sleep 0.05; done' alert.yaml one &&
	until_true test -e began &&
	cp alert.yaml.state during &&
	sed 's/"alarms":1/"alarms":2/; s/"number":1/"number":2/' during >alert.yaml.state &&
	expect 4 window 0.71 --retrain 'echo x >>ran' &&
	says 'no retraining: one is running' &&
	test ! -e ran &&
	touch go &&
	{ wait "$server" || test $? -eq 1; }
X
check 'alert --retrain: killed while it ran, it is not run again' <<'X'
	rules 'retrain: {cooldown: 0}' &&
	steps 0.6 &&
	rec 0.7 >one &&
	rm -f go began &&
	background mlv-drift alert -q --retrain 'touch began; while ! test -e go; do sleep 0.05; done' alert.yaml one &&
	until_true test -e began &&
	kill -9 "$server" &&
	touch go &&
	expect 1 window 0.71 --retrain 'echo x >>ran' &&
	says 'for alarm 1 it has begun and never said how it ended' &&
	test ! -e ran
X

fresh bad
rules
refused() { # rules, words
	printf '%b' "$1" >bad.yaml
	expect 3 mlv-drift alert bad.yaml one || return 1
	says "$2"
}
check 'alert: a file of rules that is none is refused by line' <<'X'
	rec 0.1 >one &&
	refused 'rules: []' "a list 'rules'" &&
	refused 'rules:\n  - {name: a, record: dataset, field: share}\n' "line 2: rule 'a' has no 'above' or 'below'" &&
	refused 'rules:\n  - {name: a, recrod: dataset}\n' "line 2: unknown member 'recrod'; did you mean 'record'?" &&
	refused 'rules:\n  - {name: a, record: d, field: s, above: 1, clear: 2}\n' 'clears on the bad side' &&
	refused 'rules:\n  - {name: a, record: d, field: s, above: 1, raise_after: 3, of_last: 2}\n' 'never are' &&
	refused 'rules:\n  - {name: a, record: d, field: s, above: 1, of_last: 33}\n' 'a number from 1 to 32' &&
	refused 'retrain: {cooldown: soon}\nrules:\n  - {name: a, record: d, field: s, above: 1}\n' 'a time as 90m' &&
	refused '- 1\n' 'is a map'
X
check 'alert: records that are none, and a state of another, are refused' <<'X'
	echo 'not a record' >one &&
	expect 3 mlv-drift alert alert.yaml one &&
	: >none &&
	expect 3 mlv-drift alert alert.yaml none &&
	says 'there is no record' &&
	rec 0.1 >one &&
	echo '{"schema":"mlv.drift.alert/1","name":"other","windows":1,"alarms":0,"rules":[]}' >alert.yaml.state &&
	expect 3 mlv-drift alert alert.yaml one &&
	says "state 'alert.yaml.state': it is of 'other', not 'churn'" &&
	echo '{}' >alert.yaml.state &&
	expect 3 mlv-drift alert alert.yaml one &&
	says 'it is no state of an alert' &&
	expect 2 mlv-drift alert &&
	expect 2 mlv-drift alert --slack --nagios alert.yaml one
X
finish
