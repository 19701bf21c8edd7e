#!/bin/sh
# quarter.sh: a quarter of a model's life in some seconds.  Each week brings
# customers, the labels of the week before, and a night (night.sh).  In week 5
# the market changes: an alarm, a retraining, a gate, a promotion.  In week 9 a
# hasty colleague sets a model that learned nothing: the gate refuses it, so it
# is set without one, and the next labels roll it back.  Twice the same story;
# NIGHT names what runs instead of night.sh.
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
PATH=$top/build/bin:$PATH
export PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/mlv-loop.XXXXXX")
trap 'cd / && rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
cp "$here/alert.yaml" "$here/gates.yaml" .
generate() { sh "$here/../churn/generate.sh" "$@"; }
champion() { mlv-registry show model:churn@champion | sed -n 's/^name	.*@//p'; }

# --- before the quarter: a model of old customers, in service
git init -q . && git config user.name loop && git config user.email loop@localhost
mlv-data init >/dev/null
generate 2000 100 | awk -F, -v OFS=, 'NR > 1 { $1 = "w0-" $1 } { print }' >week0.csv
cut -d, -f1-20 week0.csv >customers.csv
awk -F, -v OFS=, '{ print $1, $21 }' week0.csv >late.csv
mkdir -p .mlv/requests
echo "week 0: the first model"
cp week0.csv churn.csv
mlv-data add -q churn.csv >/dev/null
mlv-data split data:churn --by customerID train=70 valid=15 test=15 >/dev/null
mlv-train fit -q data:churn-train --valid data:churn-valid --target Churn --drop customerID --learner gbdt \
	--set num_leaves=7 --set learning_rate=0.1 -o model.onnx >/dev/null
mlv-train eval -q model.onnx data:churn-test --target Churn >/dev/null
mlv-registry add churn model.onnx >/dev/null
mlv-registry set -q churn@champion 1 --gate gates.yaml >/dev/null
echo data:churn-train@1 >reference
mlv-drift calibrate -x customerID data:churn-train -o churn.thresholds

# The week's customers, answered by the champion, as the server's log has it.
answer() { # week
	day=$((5 + 7 * ($1 - 1)))
	month=$((1 + (day - 1) / 28)) day=$(((day - 1) % 28 + 1))
	stamp=$(printf '2026-%02d-%02d' "$month" "$day")
	cut -d, -f1-20 "week$1.csv" | mlv-serve batch model:churn@champion --keep-all --out-format jsonl |
		sed "s/^{/{\"time\":\"${stamp}T12:00:00Z\",\"model\":\"churn\",\"version\":\"$(champion)\",\"inputs\":{/
			s/,\"label\":/},\"outputs\":{\"label\":/
			s/\$/}/" >".mlv/requests/$(echo "$stamp" | tr -d -)T120000.000000Z-1.jsonl"
}

week=1
while [ $week -le 12 ]; do
	drift=
	[ $week -lt 5 ] || drift=drift
	# shellcheck disable=SC2086 # a word or none
	generate 700 $week $drift | awk -F, -v OFS=, -v w=$week 'NR > 1 { $1 = "w" w "-" $1 } { print }' >week$week.csv
	tail -n +2 week$week.csv | cut -d, -f1-20 >>customers.csv
	if [ $week -eq 9 ]; then
		# a model of labels in a wrong order
		tail -n +2 week8.csv | cut -d, -f1-20 >inputs
		tail -n +2 week8.csv | cut -d, -f21 | sort >labels
		{ head -n 1 week8.csv && paste -d, inputs labels; } >hasty.csv
		mlv-train fit -q hasty.csv --target Churn --drop customerID --learner logistic -o hasty.onnx >/dev/null
		mlv-train eval -q hasty.onnx data:churn-test --target Churn >/dev/null
		hasty=$(mlv-registry add churn hasty.onnx | sed -n '1s/^model:churn@\([0-9]*\).*/\1/p')
		mlv-registry set churn@champion "$hasty" --gate gates.yaml >/dev/null 2>&1 && exit 3
		echo "week 9: the gate refuses version $hasty; somebody sets it all the same"
		mlv-registry set churn@champion "$hasty" >/dev/null
	fi
	answer $week
	before=$(champion)
	${NIGHT:-sh "$here/night.sh"} >night.out 2>night.err || { cat night.out night.err >&2; exit 3; }
	{ grep -h '^rolled back\|^alarm' night.out; grep -h '^promoted\|^refused' night.err; } | sed "s/^/week $week: /" || :
	echo "week $week: version $before served, $(champion) serves"
	# its labels come within a week
	tail -n +2 week$week.csv | awk -F, -v OFS=, '{ print $1, $21 }' >>late.csv
	week=$((week + 1))
done
echo "$(mlv-registry ls churn 2>/dev/null | wc -l) versions, card.html of $(wc -c <card.html) bytes"
