#!/bin/sh
# Tables of very many columns: what is kept of each is small, and a column is
# found by its name without a walk over all.
. "$(dirname "$0")/../lib.sh"

fresh wide
awk 'BEGIN {
	for (i = 0; i < 5000; i++)
		printf "%sc%d", i ? "," : "", i
	print ""
	for (r = 0; r < 40; r++) {
		for (i = 0; i < 5000; i++)
			printf "%s%d", i ? "," : "", (r * 37 + i * 7919) % 101
		print ""
	}
}' >wide.csv
# the last column first
awk -F , -v OFS=, '{ t = $1; $1 = $NF; $NF = t; print }' wide.csv >turned.csv
bounded() (
	[ -n "${MLV_SANITIZED:-}" ] || ulimit -v 500000
	exec "$@"
)

check 'profile of 5,000 columns: within 1.5 GB of address space' <<'X'
	expect 0 bounded mlv-data profile wide.csv &&
	holds '.columns | length == 5000'
X
check 'profile of 5,000 columns: two halves merged are the whole' <<'X'
	head -n 21 wide.csv >a.csv &&
	{ head -n 1 wide.csv; tail -n +22 wide.csv; } >b.csv &&
	mlv-data profile wide.csv >whole.json 2>err &&
	mlv-data profile a.csv >a.json 2>err &&
	mlv-data profile b.csv >b.json 2>err &&
	expect 0 mlv-data profile --merge a.json b.json &&
	same out whole.json
X
check 'drift compare of 5,000 columns in another order: each finds its own' <<'X'
	expect 0 mlv-drift compare wide.csv turned.csv --json &&
	tail -n 1 out >dataset &&
	jq -e '.columns == 5000 and .count == 0 and .missing == []' dataset >got
X
check 'drift compare: of 5,000 columns that are gone each is named' <<'X'
	cut -d , -f 1 wide.csv >one.csv &&
	expect 1 mlv-drift compare wide.csv one.csv --json &&
	tail -n 1 out >dataset &&
	jq -e '.missing | length == 4999' dataset >got
X
check 'fit, eval and batch of 5,000 columns go by name' <<'X'
	expect 0 mlv-train fit wide.csv -t c4999 --task regression -l gbdt -s num_iterations=5 -o m.onnx &&
	expect 0 mlv-train eval m.onnx wide.csv -t c4999 --json --no-record &&
	jq -c .metrics out >straight &&
	expect 0 mlv-train eval m.onnx turned.csv -t c4999 --json --no-record &&
	jq -c .metrics out >turned &&
	same straight turned &&
	expect 0 mlv-serve batch -i turned.csv -o scored.csv m.onnx
X
finish
