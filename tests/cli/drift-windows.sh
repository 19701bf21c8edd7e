#!/bin/sh
# mlv-drift watch --window and calibrate: a stream beside a reference.
. "$(dirname "$0")/../lib.sh"

# rows FROM TO SHIFT: x wanders over 0 to 99, k over four letters, w is 0 or 1
rows() {
	awk -v from="$1" -v to="$2" -v shift="$3" 'BEGIN {
		for (i = from; i < to; i++) {
			x = (i * 7919 + int(i / 100) * 31) % 100
			printf "%d,%s,%d,2026-01-%02dT%02d:00:00Z\n", x + shift, substr("aaaabbbccd", i * 7 % 10 + 1, 1),
			    i * 3 % 2, 1 + int(i / 240), i % 240 / 10
		}
	}'
}
table() { echo x,k,w,when; }
verdicts() { grep '(window)' out | cut -f 8 | tr '\n' ' '; }

fresh stream
{ table && rows 0 4000 0; } >ref.csv
{ table && rows 0 960 0 && rows 960 1440 60; } >now.csv
watch() { mlv-drift watch --window "$@"; }
check 'watch --window of time: a record a day, and one for each column that drifted' <<'X'
	expect 0 watch 1d --time when ref.csv now.csv &&
	test "$(verdicts)" = 'same same same same same same ' &&
	test "$(cut -f 1,2 out | grep -v window | tr '\t\n' '= ')" = '2026-01-05T00:00:00Z=x 2026-01-06T00:00:00Z=x ' &&
	expect 1 watch 1d --time when --any ref.csv now.csv &&
	expect 1 watch 1d --time when --share 0.3 ref.csv now.csv &&
	test "$(verdicts)" = 'same same same same drift drift '
X
check 'watch --window of rows: the last, unfinished window is told without a state' <<'X'
	expect 0 watch 400 ref.csv now.csv &&
	test "$(grep window out | cut -f 1,6 | tr '\t\n' '= ')" = '0=400 400=400 800=400 1200=240 '
X
check 'watch --every: windows slide' <<'X'
	expect 0 watch 2d --every 1d --time when ref.csv now.csv &&
	test "$(grep window out | cut -f 6 | tr '\n' ' ')" = '240 480 480 480 480 480 '
X
check 'watch --window from standard input: windows are told as they are over' <<'X'
	expect 0 watch 400 ref.csv - <now.csv &&
	mv out piped &&
	expect 0 watch 400 ref.csv now.csv &&
	same piped out
X
check 'watch --json: every column, drifted or not' <<'X'
	expect 0 watch 400 --json ref.csv now.csv &&
	test "$(grep -c '"schema":"mlv.drift.window_column/1"' out)" -eq 12 &&
	jq -se '[.[] | select(.column == "x") | .verdict] == ["same", "same", "drift", "drift"]' out
X
check 'watch --weights: drift by the importance of the columns' <<'X'
	printf 'column,weight\nx,8\nk,1\nw,1\n' >weights.csv &&
	expect 1 watch 1d --time when --weights weights.csv ref.csv now.csv &&
	test "$(grep 01-05T out | grep window | cut -f 5)" = 0.8 &&
	printf 'x,8\nk,-1\n' >weights.csv &&
	expect 3 watch 1d --time when --weights weights.csv --header ref.csv now.csv
X
check 'watch --window: what is missing, new or beyond the reference is drift' <<'X'
	{ table && rows 0 400 0 | sed 's/^[0-9]*,/,/'; } >missing.csv &&
	expect 1 watch 400 --any ref.csv missing.csv &&
	grep -q '	x	.*	400	drift' out &&
	{ table && rows 0 400 0 | sed 's/,[ab],/,z,/'; } >fresh.csv &&
	expect 1 watch 400 --any ref.csv fresh.csv &&
	grep -q '	k	' out &&
	{ table && rows 0 400 1000; } >beyond.csv &&
	expect 1 watch 400 --any ref.csv beyond.csv
X
check 'watch --window: texts are watched by their length' <<'X'
	awk 'BEGIN { print "t"; for (i = 0; i < 500; i++) print substr("aaaaaaa", 1, i % 7 + 1) i }' >words.csv &&
	awk 'BEGIN { print "t"; for (i = 0; i < 500; i++) print substr("bbbbbbb", 1, i % 7 + 1) i }' >other.csv &&
	awk 'BEGIN { print "t"; for (i = 0; i < 500; i++) printf "bbbbbbbbbbbbbbbb%d\n", i }' >long.csv &&
	expect 0 watch 500 --any words.csv other.csv &&
	expect 1 watch 500 --any words.csv long.csv
X
check 'watch --window: few rows are too few, cells that are no number are said' <<'X'
	head -n 21 now.csv >few.csv &&
	expect 0 watch 400 --any ref.csv few.csv &&
	test "$(verdicts)" = 'too few ' &&
	sed 's/^1[0-9]*,/many,/' now.csv >words.csv &&
	expect 0 watch 400 ref.csv words.csv &&
	says 'cells that are no numbers, as the reference has them, taken for missing'
X
check 'watch --window: rows of tomorrow, late ones and those without a time are counted' <<'X'
	{ cat now.csv && echo '1,a,0,2199-01-01' && echo '1,a,0,2026-01-01' && echo '1,a,0,'; } >odd.csv &&
	expect 0 watch 1d --time when ref.csv odd.csv &&
	says 'rows of a day or more from now on, left out: 1: a clock is wrong' &&
	says 'rows that came after their window was closed, left out: 1 (--late waits)' &&
	says 'rows without a time, left out: 1' &&
	expect 0 watch 1d --late 7d --time when ref.csv odd.csv &&
	! grep -q 'came after' err
X
check 'watch --window: words that are off are usage errors' <<'X'
	expect 2 watch soon ref.csv now.csv &&
	says "not 'soon'" &&
	expect 2 watch 1d --every 7h ref.csv now.csv &&
	expect 2 watch 1d --every 100 ref.csv now.csv &&
	expect 2 watch 1d -d ddm ref.csv now.csv &&
	expect 2 watch 1d ref.csv &&
	expect 2 mlv-drift watch --late 1h -c x now.csv &&
	expect 3 watch 1d --time whn ref.csv now.csv &&
	expect 3 watch 1d -c y ref.csv now.csv &&
	says "column 'y'" &&
	expect 3 watch 1d --time k ref.csv now.csv &&
	says "line 2: 'a' is no time"
X

# --- a growing log
fresh log
{ table && rows 0 4000 0; } | cut -d , -f 1-3 >ref.csv
logged() { # FROM TO SHIFT
	rows "$@" | awk -F , '{
		printf "{\"time\":\"%s\",\"inputs\":{\"x\":%s,\"k\":\"%s\",\"w\":%s},\"outputs\":{\"p\":1}}\n", $4, $1, $2, $3
	}'
}
watch() { mlv-drift watch --window 1d --state s ref.csv log; }
mkdir log
check 'watch --state of a log: only what was added since, and windows that are over' <<'X'
	expect 0 watch &&
	says 'there is no row yet' &&
	logged 0 300 0 >log/20260101T000000.000000Z-1.jsonl &&
	expect 0 watch &&
	test "$(grep window out | cut -f 1,6 | tr '\t\n' '= ')" = '2026-01-01T00:00:00Z=240 ' &&
	logged 300 600 0 >>log/20260101T000000.000000Z-1.jsonl &&
	expect 0 watch &&
	test "$(grep window out | cut -f 1,6 | tr '\t\n' '= ')" = '2026-01-02T00:00:00Z=240 ' &&
	expect 0 watch &&
	test ! -s out
X
check 'watch --state of a log: new segments, two that grow at once, and a removed one' <<'X'
	logged 600 700 60 >log/20260103T000000.000000Z-1.jsonl &&
	logged 700 730 60 >log/20260103T000000.000000Z-2.jsonl &&
	rm log/20260101T000000.000000Z-1.jsonl &&
	expect 0 watch &&
	test "$(grep window out | cut -f 1,6 | tr '\t\n' '= ')" = '2026-01-03T00:00:00Z=240 ' &&
	grep -q '	x	' out
X
check 'watch --state of a log: a line that is being written is read once it is whole' <<'X'
	logged 730 970 60 >lines &&
	head -c 1000 lines >>log/20260103T000000.000000Z-2.jsonl &&
	expect 0 watch &&
	tail -c +1001 lines >>log/20260103T000000.000000Z-2.jsonl &&
	expect 0 watch &&
	test "$(grep window out | cut -f 1,6 | tr '\t\n' '= ')" = '2026-01-04T00:00:00Z=240 ' &&
	! grep -q 'passed over' err
X
check 'watch --state: many runs give the records of one' <<'X'
	rm -f s && rm log/* &&
	logged 0 1400 0 >whole &&
	cp whole log/20260101T000000.000000Z-1.jsonl &&
	expect 0 watch &&
	mv out once &&
	mv s s1 &&
	: >log/20260101T000000.000000Z-1.jsonl &&
	: >parts &&
	for n in 100 20000 50001 70000 999999; do
		head -c "$n" whole >log/20260101T000000.000000Z-1.jsonl
		watch >>parts 2>/dev/null || return 1
	done &&
	same once parts &&
	same s1 s
X
check 'watch --state: one of another reference, of other windows, or none is refused and left' <<'X'
	cp s before &&
	expect 3 mlv-drift watch --window 2d --state s ref.csv log &&
	says "state 's': it is of other windows" &&
	sed '2s/^[0-9]*/99/' ref.csv >ref2.csv &&
	expect 3 mlv-drift watch --window 1d --state s ref2.csv log &&
	says "it is of another reference, or of other columns" &&
	same before s &&
	echo '{}' >s &&
	expect 3 watch &&
	says 'it is no state of windows' &&
	mv before s
X
check 'watch --state: a segment that was written anew is refused by name' <<'X'
	head -c 100 whole >log/20260101T000000.000000Z-1.jsonl &&
	expect 3 watch &&
	says 'is shorter than what was read of it'
X

# --- thresholds
fresh thresholds
{ table && rows 0 4000 0; } | cut -d , -f 1-3 >ref.csv
check 'calibrate: thresholds a size of window and column, the same each time' <<'X'
	expect 0 mlv-drift calibrate ref.csv -o t &&
	jq -e '.rate == 0.01 and ([.windows[].rows] == [100, 300, 1000]) and (.windows[0].columns | length == 3)' t &&
	jq -e '.windows[0].columns.x > .windows[2].columns.x and .windows[0].columns.k > 0' t &&
	expect 0 mlv-drift calibrate ref.csv &&
	same t out
X
check 'calibrate --rate, --rows: fewer false alarms, other sizes' <<'X'
	expect 0 mlv-drift calibrate --rate 0.1 --rows 200,500 ref.csv &&
	mv out often &&
	expect 0 mlv-drift calibrate --rate 0.01 --rows 200,500 ref.csv &&
	jq -se '.[0].windows[1].columns.x < .[1].windows[1].columns.x' often out
X
check 'watch --thresholds: the file decides, for windows of any size' <<'X'
	{ echo x,k,w && rows 0 240 12 | cut -d , -f 1-3; } >now.csv &&
	expect 1 mlv-drift watch --window 240 --thresholds t --any ref.csv now.csv &&
	jq '.windows[].columns.x = 0.9' t >high &&
	expect 0 mlv-drift watch --window 240 --thresholds high --any ref.csv now.csv &&
	echo '{}' >none &&
	expect 3 mlv-drift watch --window 240 --thresholds none ref.csv now.csv &&
	says 'none: it holds no thresholds of mlv-drift calibrate'
X
check 'watch --thresholds: windows as large as the reference and larger do not cry wolf' <<'X'
	awk 'function chance(n) { s = s * 16807 % 2147483647; return int(s / 2147483647 * n) }
	BEGIN { s = 7; print "x,k"
		for (i = 0; i < 101000; i++) print chance(1000) "," substr("abcd", 1 + chance(4), 1) }' >chance.csv &&
	head -n 1001 chance.csv >few.csv &&
	sed '2,1001d' chance.csv >many.csv &&
	expect 0 mlv-drift calibrate -o wide few.csv &&
	expect 0 mlv-drift watch --window 10000 --thresholds wide --any few.csv many.csv &&
	test "$(grep -c same out)" -eq 10 &&
	expect 0 mlv-drift watch --window 1000 --thresholds wide few.csv many.csv &&
	test "$(grep -c window out)" -eq 100
X
check 'compare --thresholds: what calibrate wrote decides, and what is said of a column' <<'X'
	{ echo x,k,w && rows 0 240 12 | cut -d , -f 1-3; } >now.csv &&
	expect 0 mlv-drift calibrate --rows 240 -o t ref.csv &&
	expect 1 mlv-drift compare --any --thresholds t ref.csv now.csv &&
	grep -q '^x	wasserstein	.*	drift' out &&
	expect 1 mlv-drift compare --any --json --thresholds t ref.csv now.csv &&
	test "$(jq -s '.[0].threshold' out)" = "$(jq .windows[0].columns.x t)" &&
	sed 's/"x": *[0-9.]*/"x": 9/' t >loose &&
	expect 0 mlv-drift compare --any --thresholds loose ref.csv now.csv &&
	expect 1 mlv-drift compare --any --thresholds loose -t x=0.1 ref.csv now.csv &&
	expect 3 mlv-drift compare --thresholds ref.csv ref.csv now.csv &&
	says 'ref.csv: '
X
check 'calibrate: a reference that is too small, or sizes it has not, are refused' <<'X'
	head -n 50 ref.csv >small.csv &&
	expect 3 mlv-drift calibrate small.csv &&
	says 'too small to be drawn from' &&
	expect 2 mlv-drift calibrate --rows 3000 ref.csv &&
	says 'windows of 2 to 2000 rows' &&
	expect 2 mlv-drift calibrate --rate 0.9 ref.csv &&
	expect 2 mlv-drift calibrate
X
finish
