#!/bin/sh
# mlv-train compare --html: runs on one page that needs nothing else.
. "$(dirname "$0")/../lib.sh"

fresh compare
mlv-data init >/dev/null
git init -q .
echo 'print(1)' >train.py
git add train.py
git commit -qm one
points() { for s in 1 2 3; do echo "step=$s loss=0.$((9 - $1 - s)) auc=0.$((5 + s))$1"; done; }
try() {	# word, number, kind
	points "$2" >lines
	mlv-train run -n "$1" -p lr=0.$2 -p kind="$3" -d train.py -- sh -c 'mlv-train log <lines' >/dev/null 2>&1
}
try one 1 gbdt
try 'two <b>' 2 'g<i>l'
echo 'print("<u>2")' >>train.py
try three 3 gbdt
mlv-train runs -s begin >names

check 'compare --html: one page with lines across, curves and what differs' <<'X'
	expect 0 mlv-train compare --html page.html --stdin <names &&
	test ! -s out &&
	test ! -s err &&
	grep -q "<h1>3 runs compared" page.html &&
	test "$(grep -c "<svg" page.html)" = 3 &&
	for field in params.lr params.kind "code train.py" "usage.wall_s"; do
		grep -qF "<td>$field</td>" page.html || { echo "no $field"; return 1; }
	done
X
check 'compare --html: what was not committed stands there' <<'X'
	grep -q "Not committed in three" page.html &&
	grep -qF '+print(&quot;&lt;u&gt;2&quot;)' page.html
X
check 'compare --html: nothing of a run becomes markup, and no script or address is there' <<'X'
	! grep -qF "<b>" page.html &&
	! grep -qF "<i>" page.html &&
	! grep -qF "<script" page.html &&
	! grep -qE 'src=|href=|https?:' page.html &&
	grep -q "two &lt;b&gt;" page.html &&
	grep -q "default-src 'none'" page.html
X
check 'compare --html: the same runs give the same bytes' <<'X'
	expect 0 mlv-train compare --html again.html --stdin <names &&
	same page.html again.html &&
	expect 0 mlv-train compare --html - --stdin <names &&
	same page.html out
X
check 'compare --html: a hundred runs with words, gaps and values that are no numbers' <<'X'
	"$BUILD/tools/many_runs" 100 20 &&
	mlv-train log -n gap auc=nan loss=inf >/dev/null &&
	mlv-train runs -q -n 130 >many &&
	expect 0 mlv-train compare --html many.html --stdin <many &&
	grep -q "104 runs compared" many.html &&
	! grep -qE '(nan|inf)[ "L]' many.html
X
check 'compare --html: a run alone, too many, one that is not there and --all are refused' <<'X'
	rm -f page.html &&
	expect 2 mlv-train compare --html page.html one &&
	expect 3 mlv-train compare --html page.html one nobody &&
	says nobody &&
	expect 2 mlv-train compare --all --html page.html one three &&
	"$BUILD/tools/many_runs" 210 1 &&
	mlv-train runs -n 201 >many &&
	expect 2 mlv-train compare --html page.html --stdin <many &&
	says "201 runs are too many for a page: at most 200" &&
	test ! -e page.html
X
check 'compare --html: a file that cannot be written is told' <<'X'
	expect 3 mlv-train compare --html absent/page.html one three &&
	says absent/page.html
X
finish
