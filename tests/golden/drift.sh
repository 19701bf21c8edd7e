#!/bin/sh
# Evidently's choice of test and its numbers, frozen by tests/interop/drift.py:
# fixtures A to E, columns of every kind, and real data where it is.
. "$(dirname "$0")/../lib.sh"
golden=$TOP/tests/golden/drift

# Each column's test, and its score within 1e-11 of it; as many of one as of the other.
equal() {	# case
	awk -F '\t' -v name="$1" '
	function field(s, key) {
		if (!match(s, "\"" key "\":(\"[^\"]*\"|[-+.e0-9]+)")) return ""
		s = substr(s, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
		gsub(/"/, "", s)
		return s
	}
	NR == FNR {
		if ($1 == name) { method[$2] = $3; score[$2] = $4; left++ }
		next
	}
	{
		column = field($0, "column")
		if (column == "") { column = "(dataset)"; m = "share"; v = field($0, "share") }
		else { m = field($0, "method"); v = field($0, "score") }
		if (!(column in method) || method[column] != m || v == "") { print column ": " m ", not " method[column]; bad = 1 }
		d = v - score[column]; d = d < 0 ? -d : d
		s = score[column] < 0 ? -score[column] : score[column]
		if (d > 1e-13 + 1e-11 * s) { print column ": " v ", not " score[column]; bad = 1 }
		left--
	}
	END { exit bad || left != 0 }' "$golden/scores.tsv" out
}

fresh cases
for name in $("$golden/cases"); do
	check "case $name" '"$golden/cases" '"$name"' && { mlv-drift compare -q --json ref.csv cur.csv >out; test $? -le 1; } && equal '"$name"
done
check 'no case has been lost' 'test "$(cut -f 1 "$golden/scores.tsv" | uniq | wc -l)" -ge 21'
finish
