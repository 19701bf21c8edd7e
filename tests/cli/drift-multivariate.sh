#!/bin/sh
# mlv-drift multivariate: columns that changed together.
. "$(dirname "$0")/../lib.sh"

fresh together
# x and y move together, or against each other where `turn` is 1; w says what words a note has
rows() { # from, to, turn, word
	awk -v from="$1" -v to="$2" -v turn="$3" -v word="$4" 'BEGIN {
		print "x,y,k,note"
		s = from + 17
		for (i = from; i < to; i++) {
			s = s * 16807 % 2147483647
			z = s % 101
			s = s * 16807 % 2147483647
			e = s % 31
			printf "%d,%d,%s,%s %d of the day\n", z, (turn ? 100 - z : z) + e, substr("aab", s % 3 + 1, 1), word, 1e6 + s
		}
	}'
}
rows 0 1200 0 order >ref.csv
rows 1200 2000 0 order >same.csv
rows 1200 2000 1 order >turned.csv
rows 1200 2000 0 refund >words.csv
drift() { mlv-drift multivariate "$@"; }
field() { awk -F '\t' -v m="$1" -v at="$2" '$1 == m { print $at }' out; }

check 'multivariate: columns that turned are seen by both, where no column alone has drifted' <<'X'
	expect 0 mlv-drift compare --any -x note ref.csv turned.csv &&
	expect 1 drift -x note ref.csv turned.csv &&
	test "$(field classifier 8) $(field reconstruction 8)" = 'drift drift' &&
	awk -F '\t' '$1 == "classifier" { exit !($2 > 0.9 && $3 < $2 && $2 < $4 && $5 == "\\N" && $6 == 0.55) }' out
X
check 'multivariate: rows like those of the reference are the same' <<'X'
	expect 0 drift -x note ref.csv same.csv &&
	test "$(field classifier 8) $(field reconstruction 8)" = 'same same'
X
check 'multivariate: other words in a text are seen by the classifier' <<'X'
	expect 0 drift -m classifier ref.csv same.csv &&
	expect 1 drift -m classifier -c note ref.csv words.csv &&
	test "$(field classifier 7)" -eq 33 &&
	expect 3 drift -m reconstruction -c note ref.csv words.csv &&
	says 'no number or category in common'
X
check 'multivariate: the same bytes each time, and whatever the threads' <<'X'
	expect 1 drift ref.csv turned.csv &&
	mv out one &&
	MLV_THREADS=1 expect 1 drift ref.csv turned.csv &&
	same one out
X
check 'multivariate: too few rows, a profile, a column that is not there, words that are off' <<'X'
	head -n 50 ref.csv >few.csv &&
	expect 3 drift ref.csv few.csv &&
	says '1200 rows beside 49 are too few: 100 a side are needed' &&
	mlv-data profile -q ref.csv >p.json &&
	expect 3 drift p.json same.csv &&
	says 'is a profile, which has no rows' &&
	expect 3 drift -c z ref.csv same.csv &&
	says "no column 'z'" &&
	expect 2 drift ref.csv &&
	expect 2 drift -m guess ref.csv same.csv &&
	expect 2 drift -t 0.3 ref.csv same.csv
X
check 'multivariate: a pattern names the dimensions of an embedding' <<'X'
	awk 'BEGIN { print "e_0,e_1,e_2,other"; for (i = 0; i < 900; i++) {
		u = i * 7919 % 101 / 101
		print u "," 1 - u "," i * 104729 % 53 / 53 "," i % 7 } }' >ref.csv &&
	awk 'BEGIN { print "e_0,e_1,e_2,other"; for (i = 0; i < 900; i++) {
		u = i * 7919 % 101 / 101
		print u "," u "," i * 104729 % 53 / 53 "," i % 7 } }' >turned.csv &&
	expect 1 drift -m classifier -c 'e_*' ref.csv turned.csv &&
	test "$(field classifier 7) $(field classifier 8)" = '3 drift' &&
	expect 0 drift -m classifier -x 'e_[01]' ref.csv turned.csv &&
	test "$(field classifier 7)" = 2 &&
	expect 3 drift -c 'emb*' ref.csv turned.csv &&
	says "no column of the reference is like 'emb*'"
X
check "multivariate -m distance, ratio, mmd: an embedding by Evidently's numbers and thresholds" <<'X'
	awk 'BEGIN { print "e_0,e_1,k"; for (i = 0; i < 200; i++) print i % 10 / 10 "," i % 7 / 7 ",w" }' >v.csv &&
	awk -F , 'BEGIN { OFS = "," } NR > 1 { $1 = $1 + 0.25 } 1' v.csv >moved.csv &&
	expect 0 drift -m distance -c 'e_*' v.csv v.csv &&
	test "$(cut -f 1-8 out)" = "distance	0	\\N	\\N	\\N	0.2	2	same" &&
	expect 1 drift -m distance -c 'e_*' v.csv moved.csv &&
	awk -F '\t' '{ exit !($2 > 0.2499 && $2 < 0.2501) }' out &&
	expect 0 drift -m distance -t 0.3 -c 'e_*' v.csv moved.csv &&
	expect 1 drift -m ratio -c 'e_*' v.csv moved.csv &&
	test "$(cut -f 2,6 out)" = '0.5	0.2' &&
	expect 1 drift -m mmd -c 'e_*' v.csv moved.csv &&
	test "$(cut -f 6 out)" = 0.015 &&
	expect 0 drift -m mmd -c 'e_*' v.csv v.csv &&
	expect 3 drift -m mmd v.csv moved.csv &&
	says "column 'k' is no number" &&
	sed '5s/^[^,]*/NaN/' moved.csv >torn.csv &&
	expect 3 drift -m mmd -c 'e_*' v.csv torn.csv &&
	says 'mmd needs whole vectors' &&
	expect 1 drift -m distance -c 'e_*' v.csv torn.csv &&
	sed '2,$s/^[^,]*//' v.csv >empty.csv &&
	expect 3 drift -m distance -c 'e_*' v.csv empty.csv &&
	says "column 'e_0' has no number on one side" &&
	expect 2 drift -m reconstruction -t 1 v.csv moved.csv
X
check 'multivariate: where no direction is left out, or none has a width, rounding is no drift' <<'X'
	expect 0 drift -m reconstruction -x k v.csv moved.csv &&
	test "$(cut -f 2,5,6,8 out)" = '0	0	0	same' &&
	awk -F , 'NR == 1 { print "a,b"; next } { print $1 "," 2 * $1 }' v.csv >line.csv &&
	awk -F , 'NR == 1 { print "a,b"; next } { print $1 "," 2 * $1 }' moved.csv >along.csv &&
	awk -F , 'NR == 1 { print "a,b"; next } { print $1 "," 1 - $1 }' v.csv >across.csv &&
	expect 0 drift -m reconstruction line.csv along.csv &&
	expect 1 drift -m reconstruction line.csv across.csv
X
check 'multivariate: a column of lists of numbers is an embedding, by its name or one of its places' <<'X'
	lists() { # SHIFT
		awk -v s="$1" 'BEGIN { for (i = 0; i < 200; i++)
			printf "{\"k\":%d,\"e\":[%.2f,%.4f]}\n", i % 5, i % 10 / 10 + s, i % 7 / 7 }'
	} &&
	lists 0 >a.jsonl &&
	lists 0.25 >b.jsonl &&
	expect 1 drift -m distance -c e a.jsonl b.jsonl &&
	test "$(cut -f 6-8 out)" = '0.2	2	drift' &&
	expect 1 drift -m ratio -c e a.jsonl b.jsonl &&
	test "$(cut -f 2 out)" = 0.5 &&
	expect 0 drift -m distance -c e.1 a.jsonl b.jsonl &&
	sed '3s/,[^,]*]/]/' b.jsonl >ragged.jsonl &&
	expect 3 drift -m distance -c e a.jsonl ragged.jsonl &&
	says "column 'e' is of lists of 2 numbers on one side, and of no such lists on the other" &&
	sed 's/]/,0]/' b.jsonl >longer.jsonl &&
	expect 3 drift a.jsonl longer.jsonl &&
	says "of 2 numbers in the reference, of 3 in the current data" &&
	expect 0 drift -m distance -c k a.jsonl longer.jsonl &&
	expect 0 drift -m distance -x e a.jsonl longer.jsonl
X
finish
