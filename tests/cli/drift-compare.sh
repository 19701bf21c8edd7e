#!/bin/sh
# mlv-drift compare: verdicts, records, exit statuses, what is refused.
. "$(dirname "$0")/../lib.sh"

# id,plan,months,charge; $1 rows, $2 added to the charge, $3 share of gold
rows() {
	awk -v n="$1" -v add="$2" -v gold="$3" 'BEGIN { print "id,plan,months,charge"
		for (i = 0; i < n; i++)
			printf "c%05d,%s,%d,%s\n", i, i * 7 % 10 < gold ? "gold" : "basic",
			    i * 31 % 72, i % 11 ? i * 7 % 997 / 10 + add : "" }'
}

fresh files
rows 2000 0 3 >a.csv
rows 1500 0 3 >b.csv
rows 1500 60 8 >c.csv
check 'the same data has not drifted' 'expect 0 mlv-drift compare -x id a.csv a.csv && prints "(dataset)	share	0	0.5	same"'
check 'nearly the same neither' 'expect 0 mlv-drift compare -x id a.csv b.csv && ! grep -q "drift$" out'
check 'two of three moved: exit 1' 'expect 1 mlv-drift compare -x id a.csv c.csv && grep -q "^charge	wasserstein	.*	0.1	drift$" out &&
	grep -q "^plan	jensenshannon	.*	drift$" out && grep -q "^months	wasserstein	.*	same$" out'
check 'json: a record a column, then the dataset' 'expect 1 mlv-drift compare --json -x id a.csv c.csv && test "$(wc -l <out)" = 4 &&
	prints "{\"schema\":\"mlv.drift.column/1\",\"column\":\"plan\",\"method\":\"jensenshannon\",\"score\":" &&
	prints "\"count\":2,\"drifted\":true,\"columns\":3,\"threshold\":0.5"'
check '--share' 'expect 0 mlv-drift compare --share 0.7 -x id a.csv c.csv'
check '--any' 'expect 1 mlv-drift compare --share 0.7 --any -x id a.csv c.csv'
check '--threshold for one column' 'expect 0 mlv-drift compare -x id -t plan=0.9 a.csv c.csv && grep -q "^plan	.*	0.9	same$" out'
check '--method for one column' 'expect 1 mlv-drift compare -x id -m charge=psi a.csv c.csv && grep -q "^charge	psi	.*drift$" out'
check '--only' 'expect 0 mlv-drift compare --only months a.csv c.csv && test "$(wc -l <out)" = 2'
check 'roles' 'expect 1 mlv-drift compare --json -x id --target plan a.csv c.csv && prints "\"role\":\"target\""'
check 'few rows: ks, z' 'head -n 500 a.csv >s.csv && expect 0 mlv-drift compare -x id s.csv s.csv && grep -q "^charge	ks	1	0.05	same$" out && grep -q "^plan	z	" out'
check 'threads change no byte' 'MLV_THREADS=1 mlv-drift compare --json -x id a.csv c.csv >one; MLV_THREADS=2 mlv-drift compare --json -x id a.csv c.csv >two; same one two'

check 'text is refused by name' 'expect 3 mlv-drift compare a.csv b.csv && says "column '\''id'\'' is text: --exclude id" && test ! -s out'
check 'a few rows of names are no text' 'sed -n "1p;2p;5p" a.csv >two.csv && mlv-drift compare -q -x id a.csv two.csv >out 2>err; test $? -le 1 && grep -q "^plan	jensenshannon	" out && test ! -s err'
{ printf 'gr\303\266\303\237e,p\033[31mlan\n' && awk -F, 'NR > 1 { print $3 "," $2 }' a.csv; } >odd.csv
drawn() { TERM=xterm script -qec "mlv-drift compare $*" /dev/null >out 2>&1; }
if script -qec true /dev/null >/dev/null 2>&1; then
	check 'a terminal sees a table, aligned, which no name of a column steers' 'drawn odd.csv odd.csv; grep -q "^größe      wasserstein" out && grep -q "^p?\[31mlan  jensenshannon" out'
	check 'in colour, unless NO_COLOR' 'drawn -t 0 odd.csv odd.csv; grep -q "$(printf "\033")" out && (export NO_COLOR=1; drawn -t 0 odd.csv odd.csv); ! grep -q "$(printf "\033")" out'
fi
check 'one test for numbers, one for categories' 'expect 1 mlv-drift compare -x id -m hellinger -m ks a.csv c.csv && grep -q "^charge	ks	" out && grep -q "^plan	hellinger	" out && expect 1 mlv-drift compare -x id -m ks -m hellinger a.csv c.csv && grep -q "^charge	hellinger	" out'
check 'an unknown column' 'expect 3 mlv-drift compare -x nope a.csv b.csv && says "no column '\''nope'\'' (--exclude)"'
check 'an unknown test' 'expect 2 mlv-drift compare -m kss a.csv b.csv && says "no test '\''kss'\''; there are: ks wasserstein"'
check 'a test that does not fit' 'expect 3 mlv-drift compare -x id -m plan=ks a.csv b.csv && says "column '\''plan'\''"'
check 'a threshold that is none' 'expect 2 mlv-drift compare -t much a.csv b.csv && says "not '\''much'\''"'
check 'a share beyond one' 'expect 2 mlv-drift compare --share 2 a.csv b.csv'
check 'one file' 'expect 2 mlv-drift compare a.csv'
check 'a file that is not there' 'expect 3 mlv-drift compare a.csv nope.csv && says nope.csv'
check 'an empty side' 'head -n 1 a.csv >e.csv && expect 3 mlv-drift compare -x id a.csv e.csv'
check 'a table on standard input, on either side' 'expect 0 mlv-drift compare -x id a.csv - <b.csv && cp out file && expect 0 mlv-drift compare -x id a.csv b.csv && same out file &&
	expect 0 mlv-drift compare -x id - b.csv <a.csv && same out file'
check 'but not on both' 'expect 2 mlv-drift compare - - <a.csv && says "one side only"'
: >zero.csv
check 'an empty file' 'expect 3 mlv-drift compare zero.csv b.csv && says "zero.csv: empty" && test ! -s out'
check 'a header and no rows' 'expect 3 mlv-drift compare -x id e.csv a.csv && says "no rows in the reference" && expect 3 mlv-drift compare -x id a.csv e.csv && says "no rows in the current data"'
check 'a folder' 'expect 3 mlv-drift compare a.csv . && test "$(wc -l <err)" = 1'
check 'no column in common' 'sed "1s/.*/p,q,r,s/" a.csv >other.csv && expect 3 mlv-drift compare a.csv other.csv && says "4 only in the reference, 4 only in the current data"'
check 'numbers against words' 'sed "2,\$s/,[0-9]*,/,w,/" a.csv >words.csv && expect 3 mlv-drift compare -x id a.csv words.csv && says "column '\''months'\'': int64 in the reference, category in the current data: say which with --type"'
check '--type settles it' 'expect 0 mlv-drift compare -x id --type months=category a.csv words.csv && grep -q "^months	jensenshannon	.*drift$" out'
check 'an unknown target, an unknown prediction' 'expect 3 mlv-drift compare --target nope a.csv b.csv && says "(--target)" && expect 3 mlv-drift compare --prediction nope a.csv b.csv && says "(--prediction)"'
awk -F, -v OFS=, 'NR > 1 { $4 = "" } 1' b.csv >blank.csv
check 'a column without any value is unknown, on either side' 'expect 0 mlv-drift compare -x id a.csv blank.csv && grep -q "^charge	wasserstein	.*unknown$" out && says "column '\''charge'\'' has no value in the current data" &&
	expect 0 mlv-drift compare -x id blank.csv a.csv && says "in the reference" && expect 1 mlv-drift compare --any -q -x id a.csv blank.csv && test ! -s err'
check 'in JSON its score and verdict are null' 'expect 1 mlv-drift compare --json --only charge a.csv blank.csv && prints "\"score\":null" && prints "\"drifted\":null,\"unknown\":true" && ! grep -q "\"low\"" out'
check 'the others are judged as before' 'mlv-drift compare -x id,charge a.csv b.csv >want; mlv-drift compare -q -x id a.csv blank.csv >out; grep -q "^plan" out && test "$(grep ^plan out)" = "$(grep ^plan want)"'
check 'a closed pipe is no error of ours' '{ mlv-drift compare -x id a.csv a.csv; echo $? >status; } 2>err | true; test ! -s err; s=$(cat status); test "$s" = 0 || test "$s" = 141'
check 'a full disk' 'mlv-drift compare -x id a.csv a.csv >/dev/full 2>err; test $? = 3'
check 'a column gone, one new' 'cut -d, -f1-3 b.csv | sed "s/months/weeks/" >g.csv && expect 0 mlv-drift compare --json -x id a.csv g.csv &&
	says "column '\''charge'\'' is not in the current data" && prints "\"missing\":[\"months\",\"charge\"],\"new\":[\"weeks\"]"'

check 'profiles that know all values give the numbers of rows' 'for f in a c; do mlv-data profile --drop id $f.csv -o $f.json || return 1; done
	mlv-drift compare --json -x id a.csv c.csv >rows; expect 1 mlv-drift compare --json a.json c.json && same rows out'
check 'a table beside a profile' 'expect 1 mlv-drift compare --json -x id a.json c.csv'
wide() { awk -v add="$1" 'BEGIN { print "x,y"; for (i = 0; i < 5000; i++) print i * 7919 % 10007 / 97 + add "," i * 31 % 4999 }'; }
wide 0 >w0.csv; wide 0.2 >w1.csv; wide 80 >w2.csv
check 'larger ones give bounds' 'for i in 0 1 2; do mlv-data profile w$i.csv -o w$i.json || return 1; done
	expect 1 mlv-drift compare --json w0.json w2.json && grep -q "\"column\":\"x\".*\"drifted\":true.*\"low\":.*\"high\":" out'
check 'a straddled threshold is unknown' 's=$(mlv-drift compare --json w0.csv w1.csv | sed -n "s/.*\"x\".*\"score\":\([0-9.e-]*\).*/\1/p")
	expect 1 mlv-drift compare -t x=$s --any w0.json w1.json && grep -q "^x	wasserstein	.*unknown$" out'

fresh header
awk 'BEGIN { print "x,y"; for (i = 0; i < 200; i++) print i % 50 "," i % 7 }' >with.csv
tail -n +2 with.csv >without.csv
check '--columns names one side, the other has a header of its own' 'expect 0 mlv-drift compare --json --columns x,y with.csv without.csv && prints "\"reference_values\":200,\"current_values\":200" && expect 0 mlv-drift compare --columns x,y without.csv with.csv'

fresh logs
mkdir log
awk 'BEGIN { for (i = 0; i < 1200; i++) printf "{\"time\":\"2026-01-02T03:04:05Z\",\"id\":\"r%d\",\"model\":\"m\",\"version\":\"1\",\"inputs\":{\"x\":%d},\"outputs\":{\"prediction\":%d}}\n", i, i % 50, i % 30 }' >log/20260102T030405.000000Z-1.jsonl
awk 'BEGIN { print "x,y"; for (i = 0; i < 1200; i++) print i % 50 "," i % 7 }' >ref.csv
check 'request logs are current data' 'expect 0 mlv-drift compare --json ref.csv log && prints "\"column\":\"x\"" && prints "\"new\":[\"prediction\"]"'
finish
