#!/bin/sh
# demo.sh [CUSTOMERS.csv]: the whole road once.  A churn model from a raw CSV
# to a watched canary, a retrained successor and a model card, in a folder of
# its own that is gone afterwards.  Every step is a command you can copy.
#
# Without a file the customers are generated (generate.sh, seeded).  With a
# Telco-shaped file of your own it is used as it is.
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
PATH=$top/build/bin:$PATH
export PATH
data=
if [ $# -gt 0 ] && [ -n "$1" ]; then
	case $1 in /*) data=$1 ;; *) data=$PWD/$1 ;; esac
	[ -r "$data" ] || { echo "demo: error: cannot read '$1'" >&2; exit 1; }
fi
command -v curl >/dev/null 2>&1 || { echo "demo: error: curl is missing; 'make demo' installs it" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/mlv-demo.XXXXXX")
server=
end() {
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || :
	cd / && rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM
cd "$work"

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold= plain=; fi
title() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
# Show a command, run it; an honest no (exit 1) is shown, not fatal.
step() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; "$@"; }
expect_no() {
	printf '%s$ %s%s\n' "$bold" "$*" "$plain"
	set +e
	"$@"
	r=$?
	set -e
	[ $r -eq 1 ] || { echo "demo: error: expected exit 1, got $r" >&2; exit 1; }
	echo "(exit 1: an honest no)"
}

# Try for ten seconds.
soon() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 100 ] || return 1
		sleep 0.1
	done
}
# ask FILE UNIT [curl options]: one request of many rows
ask() {
	rows=$1 unit=$2
	shift 2
	curl -sS -m 30 "$@" "$url/invocations" -H 'Content-Type: text/csv' -H "X-Unit-Id: $unit" --data-binary "@$rows"
}
answered_by() { ask two.csv somebody -o /dev/null -D - | grep -qi "^x-mlv-version: $1"; }

title "1. Raw data under version control, beside git"
git init -q . && git config user.name demo && git config user.email demo@localhost
step mlv-data init
if [ -n "$data" ]; then cp "$data" churn.csv; else sh "$here/generate.sh" 7000 1 >churn.csv; fi
step mlv-data add churn.csv
git add -A && git commit -qm 'customers, as a pointer'

title "2. What is in it, as a contract; and a delivery that breaks it"
mlv-data schema data:churn >churn.schema.yaml
echo "$ mlv-data schema data:churn > churn.schema.yaml"; head -n 12 churn.schema.yaml; echo ...
step mlv-data check --schema churn.schema.yaml churn.csv
{ head -n 3 churn.csv; sed -n 4p churn.csv | sed 's/,[0-9.]*,\([^,]*,[^,]*\)$/,-5,\1/; s/Month-to-month\|One year\|Two year/Weekly/'; } >delivery.csv
expect_no mlv-data check --schema churn.schema.yaml delivery.csv

title "3. Split by customer: stable when customers are added"
step mlv-data split data:churn --by customerID train=70 valid=15 test=15
mlv-data profile data:churn-train -o profile:churn-train

title "4. Two models, tracked; the pre-processing is inside the ONNX file"
step mlv-train fit data:churn-train --valid data:churn-valid --target Churn --drop customerID --learner logistic -o logistic.onnx
step mlv-train fit data:churn-train --valid data:churn-valid --target Churn --drop customerID --learner gbdt --set num_leaves=15 --set learning_rate=0.05 -o gbdt.onnx
step mlv-train eval logistic.onnx data:churn-test --target Churn
step mlv-train eval gbdt.onnx data:churn-test --target Churn
step mlv-train runs --sort -metrics.auc -c params.learner,metrics.auc

title "5. A search of 30 trials, and what it was worth"
cp "$here/space.yaml" .
cat space.yaml
step mlv-train search new tune --space space.yaml --direction maximize --seed 1
echo "$ mlv-train search run tune -j2 --trials 30 --metric auc -- mlv-train fit ... --set num_leaves={num_leaves} ... -o trial-{trial}.onnx"
mlv-train search run tune -j2 --trials 30 --metric auc -q -- \
    mlv-train fit data:churn-train --valid data:churn-valid --target Churn --drop customerID --learner gbdt \
    --set learning_rate={learning_rate} --set num_leaves={num_leaves} \
    --set min_data_in_leaf={min_data_in_leaf} --set feature_fraction={feature_fraction} \
    -o trial-{trial}.onnx >trials 2>search.err || { cat search.err >&2; exit 1; }
step mlv-train search best tune
best=$(mlv-train search best tune | cut -f1)
step mlv-train eval "trial-$best.onnx" data:churn-test --target Churn

title "6. The same as a pipeline: done again is only what a change concerns"
mkdir again && cp "$here/pipeline.yaml" "$here/params.yaml" churn.csv again && cd again
step mlv-train repro -j2 2>repro.err || { cat repro.err >&2; exit 1; }
sed -i 's/num_leaves: 15/num_leaves: 31/' params.yaml
echo "$ sed -i 's/num_leaves: 15/num_leaves: 31/' params.yaml"
step mlv-train repro --dry-run
step mlv-train repro -j2 2>repro.err || { cat repro.err >&2; exit 1; }
cd ..

title "7. The registry: versions, a gate, an alias"
cp "$here/gates.yaml" .
cat gates.yaml
step mlv-registry add churn gbdt.onnx
step mlv-registry add churn logistic.onnx
step mlv-registry set churn@champion 1 --gate gates.yaml
printf 'rules:\n  - name: far too much\n    expr: test.auc >= 0.999\n' >strict.yaml
expect_no mlv-registry gate model:churn@2 --policy strict.yaml

title "8. Scoring a file, a pipe, and over HTTP: the same code, the same bits"
head -n 4 churn.csv | mlv-serve batch model:churn@champion --keep customerID
step mlv-registry set churn@candidate 2
echo "$ mlv-serve http model:churn@champion --canary model:churn@candidate=20 --log .mlv/requests"
mlv-serve http model:churn@champion --canary model:churn@candidate=20 --port 0 --log .mlv/requests >url 2>server.err &
server=$!
soon grep -q http url || { cat server.err >&2; exit 1; }
url=$(cut -f1 url)
head -n 3 churn.csv >two.csv
step ask two.csv somebody
echo
i=1
while [ $i -le 40 ]; do
	{ head -n 1 churn.csv; sed -n "$((i * 20 + 2)),$((i * 20 + 21))p" churn.csv; } >part.csv
	ask part.csv "unit$i" >/dev/null
	i=$((i + 1))
done
echo "40 more requests of 20 rows; who answered, for a unit stays with its variant:"
curl -sS "$url/metrics" | grep '^mlv_rows_total'

title "9. Promotion under load: the server follows the alias"
step mlv-registry set churn@champion 2 --gate gates.yaml
soon answered_by 2
ask two.csv somebody -o /dev/null -D - | grep -i '^x-mlv'
step mlv-registry rollback churn@champion
soon answered_by 1
step mlv-registry log churn

title "10. The watch: what the server was asked, against what the model learned"
step mlv-drift compare data:churn-train .mlv/requests --exclude customerID --quiet
echo "(exit 0: no drift; now another market comes in)"
if [ -n "$data" ]; then
	# the company turns to fibre and raises its prices
	awk -F, -v OFS=, 'NR == 1 { print; next } $9 == "Fiber optic" { $19 = $19 * 1.18; print }' churn.csv >new.csv
else
	sh "$here/generate.sh" 6000 7 drift >new.csv
fi
ask new.csv crowd >/dev/null
kill "$server" && wait "$server"
server=
echo "the server drained and stopped with exit 0; its log is whole"
expect_no mlv-drift compare data:churn-train .mlv/requests --exclude customerID --quiet

title "11. Retrain on both, gate, promote"
{ cat churn.csv; tail -n +2 new.csv | sed 's/^/n/'; } >grown.csv
step mlv-data add grown.csv
mlv-data split data:grown --by customerID train=70 valid=15 test=15 >/dev/null
step mlv-train fit data:grown-train --valid data:grown-valid --target Churn --drop customerID --learner gbdt --set learning_rate=0.05 -o again.onnx
mlv-train eval again.onnx data:churn-test --target Churn >/dev/null
step mlv-registry add churn again.onnx
step mlv-registry set churn@champion 3 --gate gates.yaml

title "12. Features: as of a moment for training, by key when serving, and were they the same?"
today=$(date -u +%Y-%m-%d)
cp "$here/features.yaml" .
grep -v '^#' features.yaml
sh "$here/usage.sh" churn.csv 1 "$today" >usage.csv
step mlv-data add usage.csv
awk -v OFS=, -v t="$today" '{ print $0, NR == 1 ? "event_timestamp" : t }' churn.csv >moments.csv
step mlv-data feature join features.yaml --service behaviour moments.csv -o behaviour.csv --name behaviour
step mlv-data split data:behaviour --by customerID train=70 valid=15 test=15
step mlv-train fit data:behaviour-train --valid data:behaviour-valid --target Churn --drop customerID,event_timestamp --learner gbdt --set learning_rate=0.05 -o behaviour.onnx
step mlv-train eval behaviour.onnx data:behaviour-test --target Churn
step mlv-registry add behaviour behaviour.onnx
step mlv-data lineage model:behaviour
step mlv-data feature load features.yaml
step mlv-data feature get features.yaml --service behaviour "customerID=$(sed -n '2s/,.*//p' churn.csv)"
echo "$ mlv-serve http model:behaviour --features features.yaml --service behaviour --log served"
rm url	# not that of the server before, should this one be slow to begin
mlv-serve http model:behaviour --features features.yaml --service behaviour --log served --port 0 >url 2>server.err &
server=$!
soon grep -q http url || { cat server.err >&2; exit 1; }
url=$(cut -f1 url)
step ask two.csv somebody
echo
kill "$server" && wait "$server"
server=
step mlv-data feature audit features.yaml served
{ cat usage.csv; sed -n 2p churn.csv | awk -F, -v OFS=, -v t="$today" '{ print $1, t, t, 99, 1, 3 }'; } >more.csv
mv more.csv usage.csv
mlv-data add usage.csv >/dev/null
echo "(a week came in that nobody had loaded)"
expect_no mlv-data feature audit features.yaml served

title "13. Documented, and proved whole"
cat >notes.yaml <<'X'
owner: the churn team
intended_use: Choosing whom to call before they leave.
out_of_scope: Prices, credit, anything a person is refused.
X
cat notes.yaml
mlv-card new model:churn@champion --notes notes.yaml >card.md
echo "$ mlv-card new model:churn@champion --notes notes.yaml > card.md"; head -n 24 card.md; echo ...
mlv-card new model:churn@champion --notes notes.yaml --html >card.html
echo "$ mlv-card new model:churn@champion --notes notes.yaml --html > card.html   # $(wc -c <card.html) bytes, one page"
step mlv-registry verify
step mlv-data fsck
title "done: $(mlv-train runs | wc -l) runs, $(mlv-registry ls | wc -l) models, nothing left behind"
