#!/bin/sh
# mlv-drift report: one page on two populations.
. "$(dirname "$0")/../lib.sh"

rows() { # FROM TO SHIFT
	awk -v from="$1" -v to="$2" -v shift="$3" 'BEGIN {
		print "x,k,when,note"
		for (i = from; i < to; i++)
			printf "%d,%s,2026-01-%02dT10:00:00Z,secret-%d\n", i * 7919 % 100 + shift, substr("aaaabbbccd", i * 7 % 10 + 1, 1),
			    1 + int(i / 240), i
	}'
}
fresh page
rows 0 2000 0 >ref.csv
{ rows 0 960 0 && rows 960 1440 90 | tail -n +2; } >now.csv
report() { mlv-drift report -x when,note "$@" ref.csv now.csv; }
check 'report: Markdown with the verdict, a timeline, distributions, segments and all columns' <<'X'
	expect 1 report --time when --by k &&
	grep -qF '**Columns that drifted:** 1 of 2' out &&
	grep -qF '| 5 | 2026-01-05 | 240 | 1 | x |' out &&
	grep -q '^## Distributions' out &&
	grep -q '^| a | 800 | 576 | 1 | x | 0\.' out &&
	grep -q '^| x | wasserstein | .* | drift |' out &&
	grep -q '^| k | jensenshannon | .* | same |' out
X
check 'report: of a column that is gone no share of missing values is told' <<'X'
	awk 'BEGIN { print "stays,leaves"; for (i = 0; i < 100; i++) print i % 9 "," i % 7 }' >before.csv &&
	cut -d , -f 1 before.csv >after.csv &&
	expect 1 mlv-drift report before.csv after.csv &&
	grep '^| leaves |' out | grep -q '| gone | *| *| *| *|$' &&
	grep '^| stays |' out | grep -q '| 0\.0 % | 0\.0 % |$'
X
check 'report --html: one page, without script, network or rows, the same each time' <<'X'
	expect 1 report --html --time when --by k -o page.html &&
	test ! -s out &&
	grep -q '<svg' page.html &&
	! grep -qiE '<script|https?://[^w]|<link|<img|url\(|secret' page.html &&
	grep -q "Content-Security-Policy" page.html &&
	expect 1 report --html --time when --by k &&
	same page.html out
X
check 'report --html: names that are markup are escaped' <<'X'
	{ echo '<b>x</b>,"a""><script>"'; awk 'BEGIN { for (i = 0; i < 100; i++) print i % 9 "," i % 3 }'; } >m.csv &&
	{ echo '<b>x</b>,"a""><script>"'; awk 'BEGIN { for (i = 0; i < 100; i++) print i % 9 + 5 ",<i>" }'; } >n.csv &&
	{ mlv-drift report --html --by '<b>x</b>' m.csv n.csv >out 2>err || test $? -eq 1; } &&
	! grep -qE '<b>x|<script|<i>' out &&
	grep -qF '&lt;b&gt;x&lt;/b&gt;' out
X
check 'report: a category of fewer than five rows has no name in it' <<'X'
	awk 'BEGIN { print "k"; for (i = 0; i < 100; i++) print i % 2 ? "often" : "usual"; print "hapax" }' >r.csv &&
	expect 0 mlv-drift report --by k r.csv r.csv &&
	! grep -q hapax out &&
	grep -qF '(fewer than five rows)' out
X
check 'report --labels: metrics by day and segment and the weak segments, with intervals' <<'X'
	awk 'BEGIN {
		print "id,when,age,place,prediction"
		for (i = 0; i < 3000; i++)
			printf "%d,2026-01-%02d,%d,%s,%d\n", i, 1 + i / 1000, 18 + i * 7 % 60,
			    (i * 11 % 3 ? "land" : "town"), i % 13
	}' >w.csv &&
	awk -F , 'BEGIN { print "id,y" } NR > 1 && $1 < 2900 {
		print $1 "," $5 + ($1 * 7919 % 101) / 101 + ($4 == "town" && $3 >= 60 ? 2 : 0)
	}' w.csv >wy.csv &&
	expect 0 mlv-drift perf --json --labels wy.csv --key id --time when --weak 100 w.csv &&
	grep -F mlv.drift.weak/1 out | head -n 1 |
		jq -r '[.segment, .low < .loss, .loss < .high, .rest < .low] | @tsv' >first &&
	grep -q '^place = town, [67][0-9] <= age.*	true	true	true$' first &&
	expect 0 mlv-drift report --labels wy.csv --key id --time when --by place --weak 100 w.csv w.csv &&
	grep -qF 'Rows not yet labelled: 100' out &&
	grep -q '^| 2026-01-03 | 1,000 | 900 | 0\.[0-9]* | 0\.[0-9]* to 0\.[0-9]* | same |' out &&
	grep -q '^| town | 1,000 | 967 | 1\..* | weak |' out &&
	grep -q '^| place = town, [67][0-9] &lt;= age[^|]* | [0-9]* | 2\.[0-9]* | 2\.[0-9]* to 2\.[0-9]* | 0\.' out &&
	! grep -q '^| id ' out &&
	expect 0 mlv-drift report --html --labels wy.csv --key id --time when w.csv w.csv &&
	grep -q 'Weak segments' out &&
	long=$(printf 'x%059d' 0 | sed 's/0/ä/g') &&
	sed "s/town/$long/" w.csv >long.csv &&
	expect 0 mlv-drift report --html --labels wy.csv --key id --time when --by place --weak 100 long.csv long.csv &&
	iconv -f UTF-8 -t UTF-8 out >/dev/null &&
	expect 0 mlv-drift perf --json --labels wy.csv --key id --time when --weak 100 long.csv &&
	iconv -f UTF-8 -t UTF-8 out >/dev/null &&
	for option in '--key id' '--score p' '--positive x' '--weak 60' --latest; do
		# shellcheck disable=SC2086 # an option and its value
		expect 2 mlv-drift report $option w.csv w.csv &&
		says "${option%% *} means nothing without --labels" || return
	done &&
	expect 2 mlv-drift report --labels wy.csv --key id w.csv w.csv - <w.csv &&
	says 'standard input' &&
	expect 2 mlv-drift report --labels wy.csv w.csv w.csv &&
	says 'say with --key which column joins' &&
	expect 2 mlv-drift report --weak 10 w.csv w.csv &&
	says '--weak means nothing without --labels' &&
	expect 2 mlv-drift report --answer label w.csv w.csv &&
	says '--answer means nothing without --labels' &&
	expect 2 mlv-drift report --labels wy.csv --key id w.csv - <w.csv &&
	says 'name a file or a log, not standard input'
X
check 'report --html of 100 columns: at most 200 kB' <<'X'
	awk 'BEGIN {
		for (c = 0; c < 100; c++) printf "%sa_column_with_a_long_name_%d", c ? "," : "", c
		print ""
		for (i = 0; i < 300; i++) {
			for (c = 0; c < 100; c++) printf "%s%s", c ? "," : "", c % 2 ? i * (c + 7) % 97 : "w" i * (c + 3) % 7
			print ""
		}
	}' >wide.csv &&
	sed '2,$s/^w[0-9]*,[0-9]*/w1,500/' wide.csv >wide2.csv &&
	expect 0 mlv-drift report --html wide.csv wide2.csv &&
	test "$(wc -c <out)" -le 200000
X
check 'report of a request log: its days are the timeline' <<'X'
	mkdir log &&
	tail -n +2 now.csv | awk -F , '{
		printf "{\"time\":\"%s\",\"inputs\":{\"x\":%s,\"k\":\"%s\"},\"outputs\":{\"y\":1}}\n", $3, $1, $2
	}' >log/20260101T000000.000000Z-1.jsonl &&
	{ mlv-drift report -x when,note ref.csv log >out 2>err || test $? -eq 1; } &&
	grep -qF '| 5 | 2026-01-05 | 240 | 1 | x |' out &&
	expect 1 mlv-drift report -x when,note --since 2026-01-05 ref.csv log &&
	! grep -q Timeline out
X
check 'report: a log that is still written, a clock that jumps back and ahead, too few rows: said in the page' <<'X'
	cp -r log jumps &&
	at() { # day, rows
		awk -v day="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++)
			printf "{\"time\":\"%sT00:00:00Z\",\"inputs\":{\"x\":%d,\"k\":\"a\"},\"outputs\":{\"y\":1}}\n", day, i
		}'
	} &&
	{
		at 2098-03-01 4 && at 2025-12-31 40 && printf 'no record\n{"time":"2026-01-06T0'
	} >>jumps/20260101T000000.000000Z-1.jsonl &&
	{ mlv-drift report -x when,note ref.csv jumps >out 2>err || test $? -eq 1; } &&
	says 'lines of the request log passed over, torn or not flat: 2' &&
	grep -qF 'Lines of the request log passed over, torn or not flat: 2' out &&
	grep -qF '| 1 | 2025-12-31 | 40 |' out &&
	grep -qF '| 2098-03-01 | 4 | too few |' out &&
	head -n 11 ref.csv >few.csv &&
	expect 0 mlv-drift report --html -x when,note few.csv jumps &&
	grep -q 'too few rows' out
X
check 'report: text is its length and new words; of one side alone it is left out and named' <<'X'
	{ mlv-drift report --time when ref.csv now.csv >out 2>err || test $? -eq 1; } &&
	grep -q '^| note.length | ' out &&
	grep -q '^| note.unknown | ' out &&
	grep -q Timeline out &&
	{ mlv-drift report --time when --only note ref.csv now.csv >out 2>err || test $? -eq 1; } &&
	! grep -q Timeline out &&
	awk -F , -v OFS=, 'NR > 1 { $4 = "same" } { print }' now.csv >one.csv &&
	{ mlv-drift report -x when ref.csv one.csv >out 2>err || test $? -eq 1; } &&
	says "column 'note' is text: left out"
X
check 'report: what is off is refused' <<'X'
	expect 2 mlv-drift report ref.csv &&
	expect 3 report --by nope &&
	says "column 'nope' is not on both sides" &&
	expect 3 mlv-drift report nope.csv now.csv &&
	mlv-data profile ref.csv -o p.json &&
	expect 3 mlv-drift report p.json now.csv &&
	says 'name data, not a profile' &&
	mkdir empty &&
	expect 3 mlv-drift report --since 1d ref.csv empty
X
finish
