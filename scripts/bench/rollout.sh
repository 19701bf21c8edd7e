#!/bin/sh
# Rollouts watched at every request: false alarms where there is no difference,
# and requests until twice and four times the errors are seen; the verdict of
# mlv-serve, a z-test and thresholds as Flagger has them, on the same requests.
# Then how long it takes from the first bad answer until a running server gives
# no unit to the candidate any more.  About ten minutes.
set -eu
build=${BUILD:-build}
sim=$build/tools/rollout_sim
one() {	# title, arguments
	echo "$1"
	shift
	"$sim" "$@" | sed 's/^/	/'
}
one 'no difference: 1,000 rollouts of 20,000 requests, 1 % errors, half of the units' 1000 20000 0.01 1 50
one 'no difference: 1,000 rollouts of 20,000 requests, 1 % errors, a tenth of the units' 1000 20000 0.01 1 10
one '2 x the errors (0.5 %), a tenth of the units, 200 rollouts of at most 60,000' 200 60000 0.005 2 10
one '4 x the errors (0.5 %), a tenth of the units, 200 rollouts of at most 60,000' 200 60000 0.005 4 10
one '2 x the errors (0.5 %), half of the units, 200 rollouts of at most 60,000' 200 60000 0.005 2 50
one '4 x the errors (0.5 %), half of the units, 200 rollouts of at most 60,000' 200 60000 0.005 4 50

# --- a running server: a candidate that answers the opposite
work=$(mktemp -d)
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null || :; done; rm -rf "$work"' EXIT
bin=$(cd "$build/bin" && pwd)
cd "$work"
PATH=$bin:$PATH
mlv-data init -q >log
awk 'BEGIN {
	print "unit,x,z,y"
	for (i = 1; i <= 20000; i++) {
		x = i * 37 % 101 / 101; z = i * 53 % 97 / 97
		print "u" i "," x "," z "," (x + z > 1 ? "yes" : "no")
	}
}' >rows.csv
awk -F, -v OFS=, 'NR > 1 { $4 = $4 == "yes" ? "no" : "yes" } 1' rows.csv >wrong.csv
for table in rows.csv wrong.csv; do
	mlv-train fit -q $table -t y --drop unit -l logistic -o m.onnx >log
	mlv-registry add -q m m.onnx >log
done
mlv-registry set m@champion 1 >log
cut -d, -f1,4 rows.csv >late.csv
cat >rollout.yaml <<'Y'
kind: canary
steps: [10, 50]
guards: [{metric: mistakes, ratio: 1}]
Y
mlv-serve http model:m@champion --port 0 --log .mlv/requests >url &
pids="$pids $!"
until [ -s url ]; do sleep 0.1; done
url=$(cut -f1 url)
awk -F, -v url="$url" 'NR > 1 {
	if (n++)
		print "next"
	print "url = " url "/invocations"
	print "header = \"X-Unit-Id: " $1 "\""
	print "header = \"Content-Type: application/json\""
	print "data = \"{\\\"dataframe_records\\\":[{\\\"x\\\":" $2 ",\\\"z\\\":" $3 "}]}\""
	print "output = answer"
	print "write-out = \"%header{x-mlv-variant}\\n\""
	print "silent"
}' rows.csv >asked
for i in 1 2 3 4 5; do
	mlv-serve rollout start m --policy rollout.yaml model:m@2 >log
	curl --rate 200/s -K asked >variants 2>log &
	asking=$!
	pids="$pids $asking"
	mlv-serve rollout watch m --every 0.5 --labels late.csv --key unit >log 2>&1 || :
	sleep 1
	kill "$asking"
	cat .mlv/requests/*.jsonl | jq -rs --arg r "m/$i" '
	    def seconds: (.[:19] + "Z" | fromdate) + ("0." + (.[20:-1] | if . == "" then "0" else . end) | tonumber);
	    map(select(.rollout == $r and .variant == "canary").time | seconds)
	    | "\(.[-1] - .[0]) \(length)"'
done | sort -n | awk 'NR == 3 {
	printf "rolled back by watch --every 0.5, 200 requests/s, median of 5: %.2f s and %d answers from the first bad one to the last\n", $1, $2
}'
