#!/bin/sh
# night.sh: what cron runs.  What has been asked since the last night, against
# what the model learned; the answers, against the labels that have come; a
# model that is worse than it may be is rolled back, and an alarm trains the
# next one, once.
#
# Killed at any moment, the next night goes on: the watch keeps its state with
# what it told, what was told waits in a file until the alarm has seen it, the
# alarm knows records it saw already, and a retraining that was cut is begun
# again before anything else.
#
# Here: reference, which names what the champion learned, model:churn@champion, the log .mlv/requests, late.csv
# with customerID and Churn, alert.yaml, gates.yaml, retrain.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
least=${LEAST:-0.7}
# Exit 1 is an answer, not a failure.
ask() { "$@" || [ $? -eq 1 ]; }

# --- a retraining that began and never came to its end
begun=$(sed -n 's/.*"retrain":{"alarm":\([0-9]*\).*/\1/p' alert.yaml.state 2>/dev/null || :)
if [ -n "$begun" ] && [ "$begun" != "$(cat retrained 2>/dev/null)" ]; then
	ask sh "$here/retrain.sh"
fi

# --- answers of the version that serves now, by the labels that have come
champion() { mlv-registry show model:churn@champion | sed -n 's/^name	.*@//p'; }
version=$(champion)
judge() { mlv-drift perf -q --labels late.csv --key customerID --version "$version" "$@" .mlv/requests; }
if [ -s late.csv ] && ! judge --least "auc=$least" >perf.txt 2>perf.err; then
	if grep -q '^all	' perf.txt; then
		mlv-registry rollback churn@champion -m "auc of version $version is surely below $least"
		echo "rolled back: version $version is surely below an auc of $least"
		version=$(champion)
	else
		# no answer of that version, or none with a label yet
		grep -qE 'no prediction|no request' perf.err || { cat perf.err >&2; exit 3; }
	fi
fi

# --- what the last night told and no alarm has seen, else what is new
if [ ! -s windows.jsonl ]; then
	# a line that a kill has cut is told again
	[ ! -s told.jsonl ] || { grep '^{.*}$' told.jsonl >told.whole || :; mv told.whole told.jsonl; }
	ask mlv-drift watch --json -q --window 7d -x customerID --thresholds churn.thresholds --state watch.state \
		"$(cat reference)" .mlv/requests >>told.jsonl
	[ -s told.jsonl ] || exit 0	# no week is over
	ask judge --json >perf.new 2>/dev/null || : >perf.new
	mv perf.new perf.jsonl
	rm -f alarms.txt
	mv told.jsonl windows.jsonl
fi
# it speaks before it remembers: what a cut run said is kept
ask mlv-drift alert --retrain "sh '$here/retrain.sh'" alert.yaml >>alarms.txt
# what changed: rule, from which state to which
awk -F '\t' '$2 != $7 && !told[$0]++ { print "alarm: " $1 ", " $7 " to " $2 }' alarms.txt
rm windows.jsonl
