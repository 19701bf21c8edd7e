#!/bin/sh
# night.sh: what cron runs.  What has been asked since the last night, against
# what the model learned; the answers, against the labels that have come; a
# model that is worse than it may be is rolled back, and an alarm trains the
# next one, once.  Killed at any moment, the next night goes on.
#
# Here: reference, which names what the champion learned, model:churn@champion, the log .mlv/requests, late.csv
# with customerID and Churn, alert.yaml, gates.yaml, retrain.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
least=${LEAST:-0.7}
# Exit 1 is an answer, not a failure.
ask() { "$@" || [ $? -eq 1 ]; }
version=$(mlv-registry show model:churn@champion | sed -n 's/^name	.*@//p')

# answers of the version that serves now, by the labels that have come
judge() { mlv-drift perf -q --labels late.csv --key customerID --version "$version" "$@" .mlv/requests; }
if [ -s late.csv ] && ! judge --least "auc=$least" >perf.txt 2>perf.err; then
	if grep -q '^all	' perf.txt; then
		mlv-registry rollback churn@champion -m "auc of version $version is surely below $least" &&
			echo "rolled back: version $version is surely below an auc of $least"
		exit 0
	fi
	# no answer of that version, or none with a label yet
	grep -qE 'no prediction|no request' perf.err || { cat perf.err >&2; exit 3; }
fi
ask judge --json >perf.jsonl 2>/dev/null || : >perf.jsonl

ask mlv-drift watch --json -q --window 7d -x customerID --thresholds churn.thresholds --state watch.state \
	"$(cat reference)" .mlv/requests >windows.jsonl
[ -s windows.jsonl ] || exit 0	# no week is over
ask mlv-drift alert --retrain "sh '$here/retrain.sh'" alert.yaml >alarms.txt
# what changed: rule, from which state to which
awk -F '\t' '$2 != $7 { print "alarm: " $1 ", " $7 " to " $2 }' alarms.txt
