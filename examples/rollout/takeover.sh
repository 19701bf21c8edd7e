#!/bin/sh
# takeover.sh: a server with customers, and two candidates.  The first one
# learned from labels that were turned around, and is rolled back by itself; the
# second one is promoted by itself.  The server runs all the while.
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
PATH=$top/build/bin:$PATH
export PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/mlv-takeover.XXXXXX")
pids=
end() {
	for p in $pids; do kill "$p" 2>/dev/null && wait "$p" 2>/dev/null; done
	cd / && rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM
cd "$work"
cp "$here/rollout.yaml" "$here/gates.yaml" .
generate() { sh "$here/../churn/generate.sh" "$@"; }
champion() { mlv-registry show model:churn@champion | sed -n 's/^name	.*@//p'; }

# A model of these customers, looked at with others, as the next version.
learn() { # rows, learner
	mlv-train fit -q "$1" --target Churn --drop customerID --learner "$2" -o model.onnx >/dev/null
	mlv-train eval -q model.onnx test.csv --target Churn >/dev/null
	mlv-registry add -q churn model.onnx >/dev/null
}
mlv-data init >/dev/null
generate 2000 1 >train.csv
generate 400 2 >test.csv
awk -F, -v OFS=, 'NR > 1 { $21 = $21 == "Yes" ? "No" : "Yes" } { print }' train.csv >turned.csv
learn train.csv logistic
learn turned.csv logistic
learn train.csv gbdt
mlv-registry set -q churn@champion 1 >/dev/null

mlv-serve http model:churn@champion --port 0 --log .mlv/requests >server.url 2>server.err &
pids="$pids $!"
until [ -s server.url ]; do sleep 0.1; done
url=$(cut -f1 server.url)

# Customers who ask one after the other, and what became of each of them.
echo unit,Churn >late.csv
customers() {
	n=10
	while [ ! -e closed ]; do
		generate 200 $n | awk -F, -v OFS=, -v n=$n 'NR > 1 { $1 = "c" n "-" $1 } { print }' >asking.csv
		awk -F, -v url="$url" 'NR == 1 { head = $0; next }
			{
				print (NR > 2 ? "next\n" : "") "url = " url "/invocations"
				print "header = \"Content-Type: text/csv\"\nheader = \"X-Unit-Id: " $1 "\""
				gsub(/"/, "\\\"")
				print "data-binary = \"" head "\\n" $0 "\\n\"\noutput = answer\nsilent"
			}' asking.csv >asking.curl
		curl -K asking.curl || exit 1
		awk -F, -v OFS=, 'NR > 1 { print $1, $21 }' asking.csv >>late.csv
		n=$((n + 1))
	done
}
customers &
pids="$pids $!"

roll_out() { # candidate: says how it ended
	mlv-serve rollout start churn --policy rollout.yaml "model:churn@$1" >/dev/null
	mlv-serve rollout watch churn --every 0.5 --labels late.csv --key unit >watched 2>watch.err || [ $? -eq 1 ] || {
		cat watch.err >&2
		exit 3
	}
	tail -n 1 watched | cut -f3
	sed -n 's/.*rolled back: \([a-z]*\) of the candidate.*/	by its \1/p' watch.err
}
echo "version $(champion) serves"
echo "version 2: $(roll_out 2)"
echo "version $(champion) serves"
echo "version 3: $(roll_out 3)"
echo "version $(champion) serves"
: >closed
