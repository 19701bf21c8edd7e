#!/bin/sh
# mlv-drift compare: verdicts by column and for the dataset, records, exit
# statuses, what is refused; tables, profiles and request logs as its input.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
escape=$(printf '\033')

# id,plan,months,charge
rows() {	# how many, added to the charge, how many of ten are gold
	awk -v n="$1" -v add="$2" -v gold="$3" 'BEGIN {
		print "id,plan,months,charge"
		for (i = 0; i < n; i++)
			printf "c%05d,%s,%d,%s\n", i, i * 7 % 10 < gold ? "gold" : "basic",
			    i * 31 % 72, i % 11 ? i * 7 % 997 / 10 + add : ""
	}'
}

# Wants the record of a column in ./out to have this test and this verdict.
judged() {	# column, test, verdict[, threshold]
	grep -q "^$1$tab$2$tab.*$tab${4:-[^$tab]*}$tab$3\$" out ||
	    { echo "not judged: $*"; head -n 5 out; return 1; }
}

# --- verdicts
fresh files
rows 2000 0 3 >a.csv
rows 1500 0 3 >b.csv
rows 1500 60 8 >c.csv
check 'a table against itself: exit 0, the dataset is the same' <<'X'
	expect 0 mlv-drift compare -x id a.csv a.csv &&
	prints "(dataset)${tab}share${tab}0${tab}0.5${tab}same"
X
check 'a table with fewer rows drawn alike: exit 0, no column has drifted' <<'X'
	expect 0 mlv-drift compare -x id a.csv b.csv &&
	! grep -q "drift$" out
X
check 'two columns of three moved: exit 1, these two have drifted' <<'X'
	expect 1 mlv-drift compare -x id a.csv c.csv &&
	judged charge wasserstein drift 0.1 &&
	judged plan jensenshannon drift &&
	judged months wasserstein same
X
check '--json: a record a column, then one of the dataset' <<'X'
	expect 1 mlv-drift compare --json -x id a.csv c.csv &&
	test "$(wc -l <out)" = 4 &&
	prints '{"schema":"mlv.drift.column/1","column":"plan","method":"jensenshannon","score":' &&
	prints '"count":2,"drifted":true,"columns":3,"threshold":0.5'
X
check '--share above the share of drifted columns: exit 0' <<'X'
	expect 0 mlv-drift compare --share 0.7 -x id a.csv c.csv
X
check '--any: exit 1 whatever --share says' <<'X'
	expect 1 mlv-drift compare --share 0.7 --any -x id a.csv c.csv
X
check '--threshold for one column: that column is judged by it' <<'X'
	expect 0 mlv-drift compare -x id -t plan=0.9 a.csv c.csv &&
	judged plan jensenshannon same 0.9
X
check '--method for one column: that column is judged by it' <<'X'
	expect 1 mlv-drift compare -x id -m charge=psi a.csv c.csv &&
	judged charge psi drift
X
check '--method twice: one test for numbers, one for categories' <<'X'
	expect 1 mlv-drift compare -x id -m hellinger -m ks a.csv c.csv &&
	grep -q "^charge${tab}ks$tab" out &&
	grep -q "^plan${tab}hellinger$tab" out
X
check '--method twice for numbers: the last one counts' <<'X'
	expect 1 mlv-drift compare -x id -m ks -m hellinger a.csv c.csv &&
	grep -q "^charge${tab}hellinger$tab" out
X
check '--only: a record of that column and of the dataset' <<'X'
	expect 0 mlv-drift compare --only months a.csv c.csv &&
	test "$(wc -l <out)" = 2
X
check '--target: the record of that column has the role target' <<'X'
	expect 1 mlv-drift compare --json -x id --target plan a.csv c.csv &&
	prints '"role":"target"'
X
check '500 rows: numbers are judged by ks, categories by z' <<'X'
	head -n 500 a.csv >s.csv &&
	expect 0 mlv-drift compare -x id s.csv s.csv &&
	prints "charge${tab}ks${tab}1${tab}0.05${tab}same" &&
	grep -q "^plan${tab}z$tab" out
X
check 'one thread and two give the same bytes' <<'X'
	expect 1 env MLV_THREADS=1 mlv-drift compare --json -x id a.csv c.csv &&
	cp out one &&
	expect 1 env MLV_THREADS=2 mlv-drift compare --json -x id a.csv c.csv &&
	same one out
X

# --- on a terminal
# A column with letters beyond ASCII, one with an escape sequence in its name.
{
	printf 'gr\303\266\303\237e,p\033[31mlan\n'
	awk -F, 'NR > 1 { print $3 "," $2 }' a.csv
} >odd.csv
drawn() { TERM=xterm script -qec "mlv-drift compare $*" /dev/null >out 2>&1; }
if script -qec true /dev/null >/dev/null 2>&1; then
	check 'on a terminal: an aligned table, no escape sequence from a column name' <<-'X'
		drawn odd.csv odd.csv &&
		grep -q '^größe      wasserstein' out &&
		grep -q '^p?\[31mlan  jensenshannon' out
	X
	check 'on a terminal: verdicts are in colour' <<-'X'
		exits 1 drawn -t 0 -x id a.csv c.csv &&
		grep -q "$escape" out
	X
	check 'on a terminal with NO_COLOR: no colour' <<-'X'
		(export NO_COLOR=1 && exits 1 drawn -t 0 -x id a.csv c.csv) &&
		grep -q charge out &&
		! grep -q "$escape" out
	X
fi

# --- refused
check 'a column of text: refused, and the option that leaves it out is named' <<'X'
	expect 3 mlv-drift compare a.csv b.csv &&
	says "column 'id' is text: --texts compares its length and new words, --exclude id leaves it out" &&
	test ! -s out
X
check 'two rows of names: a category and not text' <<'X'
	sed -n "1p;2p;5p" a.csv >two.csv &&
	expect 0 mlv-drift compare --min-rows 0 -q -x id a.csv two.csv &&
	grep -q "^plan${tab}jensenshannon$tab" out &&
	test ! -s err
X
check '--exclude of an unknown column: refused, column and option are named' <<'X'
	expect 3 mlv-drift compare -x nope a.csv b.csv &&
	says "no column 'nope' (--exclude)"
X
check '--target of an unknown column: refused, and the option is named' <<'X'
	expect 3 mlv-drift compare --target nope a.csv b.csv &&
	says "(--target)"
X
check '--prediction of an unknown column: refused, and the option is named' <<'X'
	expect 3 mlv-drift compare --prediction nope a.csv b.csv &&
	says "(--prediction)"
X
check '--method of an unknown test: a usage error that lists the tests' <<'X'
	expect 2 mlv-drift compare -m kss a.csv b.csv &&
	says "no test 'kss'; there are: ks wasserstein"
X
check '--method of numbers for a category: refused, and the column is named' <<'X'
	expect 3 mlv-drift compare -x id -m plan=ks a.csv b.csv &&
	says "column 'plan'"
X
check '--threshold that is no number: a usage error' <<'X'
	expect 2 mlv-drift compare -t much a.csv b.csv &&
	says "not 'much'"
X
check '--share above one: a usage error' 'expect 2 mlv-drift compare --share 2 a.csv b.csv'
check 'one table alone: a usage error' 'expect 2 mlv-drift compare a.csv'
check 'a file that is not there: exit 3, and it is named' <<'X'
	expect 3 mlv-drift compare a.csv nope.csv &&
	says nope.csv
X
head -n 1 a.csv >header.csv
check 'a reference of a header and no rows: refused' <<'X'
	expect 3 mlv-drift compare -x id header.csv a.csv &&
	says "no rows in the reference"
X
check 'current data of a header and no rows: refused' <<'X'
	expect 3 mlv-drift compare -x id a.csv header.csv &&
	says "no rows in the current data"
X
check 'an empty file: refused, it is named, nothing is printed' <<'X'
	: >zero.csv &&
	expect 3 mlv-drift compare zero.csv b.csv &&
	says "zero.csv: empty" &&
	test ! -s out
X
check 'a folder that holds no request log: refused in one line' <<'X'
	expect 3 mlv-drift compare a.csv . &&
	test "$(wc -l <err)" = 1
X
check 'no column in common: refused, and the columns of each side are counted' <<'X'
	sed "1s/.*/p,q,r,s/" a.csv >other.csv &&
	expect 3 mlv-drift compare a.csv other.csv &&
	says "4 only in the reference, 4 only in the current data"
X
sed '2,$s/,[0-9]*,/,w,/' a.csv >words.csv
check 'numbers against words: type changed, both types and --type are named' <<'X'
	expect 0 mlv-drift compare -x id a.csv words.csv &&
	says "column 'months': int64 in the reference, category in the current data: say which with --type"
X
check '--type of numbers against words: compared as that type' <<'X'
	expect 0 mlv-drift compare -x id --type months=category a.csv words.csv &&
	judged months jensenshannon drift
X

# --- standard streams
check 'a table on standard input: the verdicts of the file, on either side' <<'X'
	expect 0 mlv-drift compare -x id a.csv b.csv &&
	cp out file &&
	expect 0 mlv-drift compare -x id a.csv - <b.csv &&
	same out file &&
	expect 0 mlv-drift compare -x id - b.csv <a.csv &&
	same out file
X
check 'standard input for both sides: a usage error' <<'X'
	expect 2 mlv-drift compare - - <a.csv &&
	says "one side only"
X
check 'a reader that leaves early: no error message, exit 0 or SIGPIPE' <<'X'
	{
		status=0
		mlv-drift compare -x id a.csv a.csv || status=$?
		echo $status >status
	} 2>err | true &&
	test ! -s err &&
	{ grep -qx 0 status || grep -qx 141 status; }
X
check 'a full disk: exit 3' 'exits 3 mlv-drift compare -x id a.csv a.csv >/dev/full 2>err'

# --- columns that say nothing, columns that come and go
awk -F, -v OFS=, 'NR > 1 { $4 = "" } 1' b.csv >blank.csv
check 'a column without any value in the current data: drift, with a warning' <<'X'
	expect 0 mlv-drift compare -x id a.csv blank.csv &&
	judged charge missing drift 0.05 &&
	says "100 % in the current data"
X
check 'a column without any value in the reference: a warning names the reference' <<'X'
	expect 0 mlv-drift compare -x id blank.csv a.csv &&
	says "100 % missing in the reference"
X
check '--any --quiet with a column without any value: exit 1, no warning' <<'X'
	expect 1 mlv-drift compare --any -q -x id a.csv blank.csv &&
	test ! -s err
X
check '--json of a column without any value: score is null, drifted by missing values, no bounds' <<'X'
	expect 1 mlv-drift compare --json --only charge a.csv blank.csv &&
	prints '"score":null' &&
	prints '"drifted":true,"reason":"missing"' &&
	! grep -q '"low"' out
X
check 'a column without any value does not change the verdict of another' <<'X'
	expect 0 mlv-drift compare -x id,charge a.csv b.csv &&
	grep "^plan$tab" out >want &&
	expect 0 mlv-drift compare -q -x id a.csv blank.csv &&
	grep "^plan$tab" out >got &&
	same want got
X
check 'columns that are gone or new: listed, and one that is gone gives a warning' <<'X'
	cut -d, -f1-3 b.csv | sed "s/months/weeks/" >g.csv &&
	expect 1 mlv-drift compare --json -x id a.csv g.csv &&
	says "columns 'months', 'charge' are not in the current data" &&
	says "column 'weeks' is not in the reference" &&
	prints '"missing":["months","charge"],"new":["weeks"]'
X

# --- profiles
check 'profiles that know all values give the records that the tables give' <<'X'
	for f in a c; do
		expect 0 mlv-data profile --drop id $f.csv -o $f.json || return 1
	done &&
	expect 1 mlv-drift compare --json -x id a.csv c.csv &&
	cp out tables &&
	expect 1 mlv-drift compare --json a.json c.json &&
	same tables out
X
check 'a table can be compared with a profile' <<'X'
	expect 1 mlv-drift compare --json -x id a.json c.csv
X
# More distinct values than a profile keeps.
wide() {	# added to x
	awk -v add="$1" 'BEGIN {
		print "x,y"
		for (i = 0; i < 5000; i++)
			print i * 7919 % 10007 / 97 + add "," i * 31 % 4999
	}'
}
wide 0 >w0.csv
wide 0.2 >w1.csv
wide 80 >w2.csv
check 'profiles of more values than they keep: a score with its bounds' <<'X'
	for i in 0 1 2; do
		expect 0 mlv-data profile w$i.csv -o w$i.json || return 1
	done &&
	expect 1 mlv-drift compare --json w0.json w2.json &&
	grep -q '"column":"x".*"drifted":true.*"low":.*"high":' out
X
check 'profiles whose bounds straddle the threshold: unknown, and --any is exit 1' <<'X'
	expect 0 mlv-drift compare --json w0.csv w1.csv &&
	score=$(jq -r 'select(.column == "x").score' out) &&
	test -n "$score" &&
	expect 1 mlv-drift compare -t x=$score --any w0.json w1.json &&
	judged x wasserstein unknown
X

# --- files without a header, request logs
fresh header
awk 'BEGIN { print "x,y"; for (i = 0; i < 200; i++) print i % 50 "," i % 7 }' >with.csv
tail -n +2 with.csv >without.csv
check '--columns: names the side without a header, the other keeps its own' <<'X'
	expect 0 mlv-drift compare --json --columns x,y with.csv without.csv &&
	prints '"reference_values":200,"current_values":200' &&
	expect 0 mlv-drift compare --columns x,y without.csv with.csv
X

fresh logs
mkdir log
awk 'BEGIN {
	for (i = 0; i < 1200; i++) {
		printf "{\"time\":\"2026-01-02T03:04:05Z\",\"id\":\"r%d\",\"model\":\"m\",\"version\":\"1\",", i
		printf "\"inputs\":{\"x\":%d},\"outputs\":{\"prediction\":%d}}\n", i % 50, i % 30
	}
}' >log/20260102T030405.000000Z-1.jsonl
awk 'BEGIN { print "x,y"; for (i = 0; i < 1200; i++) print i % 50 "," i % 7 }' >ref.csv
check 'a folder of request logs is current data: inputs compared, answers new' <<'X'
	expect 0 mlv-drift compare --json ref.csv log &&
	prints '"column":"x"' &&
	prints '"new":["prediction"]'
X

fresh texts
texts() { # seed, new words
	awk -v seed="$1" -v new="$2" 'BEGIN {
		print "x,note"
		for (i = 0; i < 400; i++) {
			s = ""
			for (k = 0; k < 4 + (i + seed) % 5; k++)
				s = s "Word" (i * 7919 + k * 104729 + seed * 31) % 97 + (new && k == 0 ? 500 : 100) ", "
			print i % 50 ",\"" s i + 1000 * seed "\""
		}
	}'
}
texts 1 0 >ref.csv
texts 2 0 >same.csv
texts 3 1 >new.csv
check 'compare --texts: a text is its length and the words that the reference has not' <<'X'
	expect 0 mlv-drift compare --any --texts ref.csv same.csv &&
	test "$(cut -f 1 out | tr '\n' ' ')" = 'x note.length note.unknown (dataset) ' &&
	expect 1 mlv-drift compare --any --texts ref.csv new.csv &&
	test "$(grep 'drift$' out | cut -f 1)" = note.unknown &&
	expect 1 mlv-drift compare --texts --only note ref.csv new.csv &&
	test "$(wc -l <out)" = 3 &&
	expect 0 mlv-drift compare --texts -x note ref.csv new.csv &&
	test "$(wc -l <out)" = 2 &&
	expect 0 mlv-drift compare -q --texts -m note=jensenshannon ref.csv new.csv &&
	prints 'note	jensenshannon' &&
	mlv-data profile ref.csv -o ref.json &&
	expect 3 mlv-drift compare --texts ref.json new.csv &&
	says '--texts needs rows: a profile has none'
X
check 'compare --texts: a column that has the name of a number is said' <<'X'
	sed 's/^x,/note.length,/' ref.csv >c.csv &&
	expect 3 mlv-drift compare --texts c.csv c.csv &&
	says "column 'note.length' is there already: exclude 'note', or rename it"
X

check 'compare --texts --weights: half of the weight of a text is each of its numbers' <<'X'
	printf 'name,weight\nnote,1\n' >w.csv &&
	texts 1 0 >known.csv &&
	expect 1 mlv-drift compare --texts --json --weights w.csv known.csv new.csv &&
	holds 'select(.schema == "mlv.drift.dataset/1") | .weighted == 0.5 and .drifted'
X

fresh weights
awk 'BEGIN { print "a,b,c,d"; for (i = 0; i < 400; i++) print i % 50 "," i % 40 "," i % 30 "," i % 20 }' >ref.csv
awk 'BEGIN { print "a,b,c,d"; for (i = 0; i < 400; i++) print i % 50 + 30 "," i % 40 "," i % 30 "," i % 20 }' >now.csv
check 'compare --weights, report --weights: the dataset drifts by the importance of its columns, and says so' <<'X'
	expect 0 mlv-drift compare ref.csv now.csv &&
	prints '(dataset)	share	0.25	0.5	same' &&
	printf 'name,weight\na,3\nb,1\nc,0\n' >w.csv &&
	expect 1 mlv-drift compare --weights w.csv ref.csv now.csv &&
	prints '(dataset)	weight	0.75	0.5	drift' &&
	expect 1 mlv-drift compare --json --weights w.csv ref.csv now.csv &&
	holds 'select(.schema == "mlv.drift.dataset/1") | .share == 0.25 and .weighted == 0.75 and .drifted' &&
	expect 1 mlv-drift report --weights w.csv ref.csv now.csv &&
	grep -q '75.0 % of their weight' out &&
	printf 'name,weight\nz,3\n' >w.csv &&
	expect 3 mlv-drift compare --weights w.csv ref.csv now.csv &&
	says 'no column that is compared has a weight' &&
	printf 'name,weight\na,-3\n' >w.csv &&
	expect 3 mlv-drift compare --weights w.csv ref.csv now.csv &&
	says 'w.csv: row 1: a weight is 0 or more'
X
check 'compare --weights: names that look like numbers are names; a row without one is refused' <<'X'
	sed '1s/.*/0,1,2,3/' ref.csv >ref2.csv &&
	sed '1s/.*/0,1,2,3/' now.csv >now2.csv &&
	printf 'name,weight\n0,3\n1,1\n' >w.csv &&
	expect 1 mlv-drift compare --header --weights w.csv ref2.csv now2.csv &&
	prints '(dataset)	weight	0.75	0.5	drift' &&
	printf 'name,weight\na,3\n,1\n' >w.csv &&
	expect 3 mlv-drift compare --weights w.csv ref.csv now.csv &&
	says 'w.csv: row 2 has no name'
X
check 'compare --weights: a column called as a number of another is weighed by its own name' <<'X'
	sed '1s/.*/note,note.length,c,d/' ref.csv >ref3.csv &&
	sed '1s/.*/note,note.length,c,d/' now.csv >now3.csv &&
	printf 'name,weight\nnote,1\n' >w.csv &&
	expect 1 mlv-drift compare --json --weights w.csv ref3.csv now3.csv &&
	holds 'select(.schema == "mlv.drift.dataset/1") | .weighted == 1'
X
fresh importance
check '--importance: a model of trees says by its splits which column counts, by file and by name' <<'X'
	awk 'BEGIN {
		print "a,b,c,k,y"
		for (i = 0; i < 600; i++) {
			a = i * 7919 % 101; b = i * 104729 % 97; c = i * 31 % 89
			print a "," b "," c "," substr("pqr", 1 + i % 3, 1) "," (a > 50 ? 10 : 0) + (b > 30 ? 2 : 0) + (i % 3 == 1)
		}
	}' >ref.csv &&
	awk -F , 'BEGIN { OFS = "," } NR > 1 { $1 = $1 + 50 } 1' ref.csv >a.csv &&
	awk -F , 'BEGIN { OFS = "," } NR > 1 { $2 = $2 + 50; $3 = $3 + 50; $4 = "r" } 1' ref.csv >rest.csv &&
	mlv-data init >/dev/null &&
	mlv-train fit -l gbdt -s num_iterations=20 -t y -o m.onnx ref.csv >out &&
	expect 1 mlv-drift compare -x y --importance m.onnx ref.csv a.csv &&
	tail -n 1 out | awk -F '\t' '{ exit !($3 > 0.9 && $3 < 1) }' &&
	expect 0 mlv-drift compare -x y --importance m.onnx ref.csv rest.csv &&
	mv out by.file &&
	mlv-registry add m m.onnx >out &&
	expect 0 mlv-drift compare -x y --importance model:m ref.csv rest.csv &&
	same by.file out &&
	expect 0 mlv-drift report -x y --importance model:m ref.csv rest.csv &&
	prints '% of their weight' &&
	expect 0 mlv-drift watch -x y --window 600 --importance m.onnx ref.csv rest.csv &&
	expect 1 mlv-drift watch -x y --window 600 --importance m.onnx ref.csv a.csv
X
check '--importance of a model that has none, or beside --weights: refused, with what to do instead' <<'X'
	mlv-train fit -l linear -t y -o l.onnx ref.csv >out &&
	expect 3 mlv-drift compare -x y --importance l.onnx ref.csv a.csv &&
	says "'l.onnx' has no importance of its inputs (--weights takes one that mlv-train eval measured): it has no trees" &&
	expect 2 mlv-drift compare --weights w.csv --importance l.onnx ref.csv a.csv &&
	expect 3 mlv-drift compare --importance ref.csv ref.csv a.csv &&
	says 'ref.csv: not an ONNX file' &&
	expect 2 mlv-drift watch -c y --importance m.onnx ref.csv
X
finish
