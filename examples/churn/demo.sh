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

title "1. Raw data under version control, beside git"
git init -q . && git config user.name demo && git config user.email demo@localhost
step mlv-data init
if [ -n "$data" ]; then cp "$data" churn.csv; else sh "$here/generate.sh" 7000 1 >churn.csv; fi
step mlv-data add churn.csv
git add -A && git commit -qm 'customers, as a pointer'

title "2. What is in it, as a contract; and a delivery that breaks it"
mlv-data schema data:churn >schema.yaml
echo "$ mlv-data schema data:churn > schema.yaml"; head -n 12 schema.yaml; echo ...
step mlv-data check --schema schema.yaml churn.csv
{ head -n 3 churn.csv; sed -n 4p churn.csv | sed 's/,[0-9.]*,\([^,]*,[^,]*\)$/,-5,\1/; s/Month-to-month\|One year\|Two year/Weekly/'; } >delivery.csv
expect_no mlv-data check --schema schema.yaml delivery.csv

title "3. Split by customer: stable when customers are added"
step mlv-data split data:churn --by customerID train=70 valid=15 test=15
mlv-data profile data:churn-train -o profile:churn-train

title "4. Two models, tracked; the pre-processing is inside the ONNX file"
step mlv-train fit data:churn-train --valid data:churn-valid --target Churn --drop customerID --learner logistic -o logistic.onnx
step mlv-train fit data:churn-train --valid data:churn-valid --target Churn --drop customerID --learner gbdt --set num_leaves=15 --set learning_rate=0.05 -o gbdt.onnx
step mlv-train eval logistic.onnx data:churn-test --target Churn
step mlv-train eval gbdt.onnx data:churn-test --target Churn
step mlv-train runs --sort -metrics.auc -c params.learner,metrics.auc

title "5. The registry: versions, a gate, an alias"
cat >gates.yaml <<'X'
rules:
  - name: good enough
    expr: test.auc >= 0.80
  - name: not worse than the champion
    expr: test.auc - champion.test.auc > -0.005
X
cat gates.yaml
step mlv-registry add churn gbdt.onnx
step mlv-registry add churn logistic.onnx
step mlv-registry set churn@champion 1 --gate gates.yaml
printf 'rules:\n  - name: far too much\n    expr: test.auc >= 0.999\n' >strict.yaml
expect_no mlv-registry gate model:churn@2 --policy strict.yaml

title "6. Scoring a file, a pipe, and over HTTP: the same code, the same bits"
head -n 4 churn.csv | mlv-serve batch model:churn@champion --keep customerID
mlv-registry set churn@candidate 2 >/dev/null
mlv-serve http model:churn@champion --canary model:churn@candidate=20 --port 0 --log .mlv/requests >url 2>server.err &
server=$!
n=0
until grep -q http url; do
	n=$((n + 1))
	[ $n -lt 100 ] || { cat server.err >&2; exit 1; }
	sleep 0.05
done
url=$(cut -f1 url)
echo "$ mlv-serve http model:churn@champion --canary model:churn@candidate=20 --log .mlv/requests   # $url"
# ask URL FILE: one POST; curl where there is one, the shell's own python else
ask() { curl -sS -m 30 "$1" -H 'Content-Type: text/csv' -H "X-Unit-Id: $3" --data-binary "@$2"; }
if command -v curl >/dev/null 2>&1; then
	head -n 3 churn.csv >two.csv
	ask "$url/invocations" two.csv somebody; echo
	i=1
	while [ $i -le 40 ]; do
		{ head -n 1 churn.csv; sed -n "$((i * 20 + 2)),$((i * 20 + 21))p" churn.csv; } >part.csv
		ask "$url/invocations" part.csv "unit$i" >/dev/null
		i=$((i + 1))
	done
	echo "who answered:"
	curl -sS "$url/metrics" | grep '^mlv_rows_total'

	title "7. Promotion under load: the server follows the alias"
	step mlv-registry set churn@champion 2 --gate gates.yaml
	sleep 1
	curl -sS -o /dev/null -D - "$url/invocations" -H 'Content-Type: text/csv' -H 'X-Unit-Id: somebody' --data-binary @two.csv | grep -i '^x-mlv'
	step mlv-registry rollback churn@champion
	step mlv-registry log churn

	title "8. Another market comes in: the watch sees it"
	if [ -n "$data" ]; then
		# the company turns to fibre and raises its prices
		awk -F, -v OFS=, 'NR == 1 { print; next } $9 == "Fiber optic" { $19 = $19 * 1.18; print }' churn.csv >new.csv
	else
		sh "$here/generate.sh" 2000 7 drift >new.csv
	fi
	rm -rf .mlv/requests-old
	ask "$url/invocations" new.csv crowd >/dev/null
	kill "$server" && wait "$server"
	server=
	echo "the server stopped with exit 0"
else
	echo "(no curl here: the requests are left out)"
	kill "$server" && wait "$server"
	server=
	sh "$here/generate.sh" 2000 7 drift >new.csv
fi
expect_no mlv-drift compare data:churn-train new.csv --exclude customerID

title "9. Retrain on both, gate, promote"
{ cat churn.csv; tail -n +2 new.csv | sed 's/^/n/'; } >grown.csv
step mlv-data add grown.csv
mlv-data split data:grown --by customerID train=70 valid=15 test=15 >/dev/null
step mlv-train fit data:grown-train --valid data:grown-valid --target Churn --drop customerID --learner gbdt --set learning_rate=0.05 -o again.onnx
mlv-train eval again.onnx data:churn-test --target Churn >/dev/null
step mlv-registry add churn again.onnx
step mlv-registry set churn@champion 3 --gate gates.yaml

title "10. Documented, and proved whole"
mlv-card new model:churn@champion >card.md
echo "$ mlv-card new model:churn@champion > card.md"; head -n 24 card.md; echo ...
mlv-card new model:churn@champion --html >card.html
echo "$ mlv-card new model:churn@champion --html > card.html   # $(wc -c <card.html) bytes, one page"
step mlv-registry verify
step mlv-data fsck
title "done: $(mlv-train runs | wc -l) runs, $(mlv-registry ls | wc -l) model, nothing left behind"
