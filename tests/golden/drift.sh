#!/bin/sh
# Evidently's choice of test and its numbers, frozen by tests/interop/drift.py:
# fixtures A to E, columns of every kind, and real data where it is.
. "$(dirname "$0")/../lib.sh"
golden=$TOP/tests/golden/drift

# In ./out each column has the test of scores.tsv and its score within 1e-11;
# there are as many columns in one as in the other.
equals_frozen() {	# case
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
		if (column == "") {
			column = "(dataset)"
			m = "share"
			v = field($0, "share")
		} else {
			m = field($0, "method")
			v = field($0, "score")
		}
		if (!(column in method) || method[column] != m || v == "") {
			print column ": " m ", not " method[column]
			bad = 1
		}
		d = v - score[column]; d = d < 0 ? -d : d
		s = score[column] < 0 ? -score[column] : score[column]
		if (d > 1e-13 + 1e-11 * s) {
			print column ": " v ", not " score[column]
			bad = 1
		}
		left--
	}
	END { exit bad || left != 0 }' "$golden/scores.tsv" out
}

fresh cases
for name in $("$golden/cases"); do
	check "drift compare, case $name: each column has Evidently's test and score" <<-'X'
		"$golden/cases" "$name" &&
		{ mlv-drift compare -q --evidently --json ref.csv cur.csv >out || test $? -eq 1; } &&
		equals_frozen "$name"
	X
done
check 'drift compare: at least 21 cases are frozen' <<'X'
	test "$(cut -f 1 "$golden/scores.tsv" | uniq | wc -l)" -ge 21
X
finish
