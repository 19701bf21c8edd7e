#!/bin/sh
# mlv-data status: files of the work tree against what their pointers say.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
# Two files under version control, one of them in a folder.
fresh repo
git init -q .
mlv-data init >/dev/null
mkdir sub
printf 'id,x\n1,a\n2,b\n' >churn.csv
printf 'id,x\n7,q\n' >sub/late.csv
mlv-data add churn.csv sub/late.csv >/dev/null
git add -A . && git commit -qm one
cp churn.csv ../first.csv
churn=$(sha256sum churn.csv | cut -d" " -f1)
state_of() {	# path, wanted state, stored, newer
	expect 0 mlv-data status "$1" || return 1
	said=$(cut -f3-6 out)
	[ "$said" = "$2$tab$3$tab$4$tab$1" ] || { echo "status: $said"; return 1; }
}

# --- status
check 'status: a record a pointer, in order of the paths' <<'X'
	expect 0 mlv-data status &&
	test "$(cut -f6 out | tr "\n" " ")" = "churn.csv sub/late.csv " &&
	prints "data:churn@1${tab}sha256:$churn${tab}same${tab}true${tab}0${tab}churn.csv"
X
check 'status -s --exit-code: nothing is printed where all is the same, exit 0' <<'X'
	expect 0 mlv-data status -s --exit-code &&
	test ! -s out
X
check 'status: a folder stands for what is below it, a pointer for its file' <<'X'
	expect 0 mlv-data status sub &&
	test "$(cut -f6 out)" = sub/late.csv &&
	expect 0 mlv-data status churn.csv.mlv &&
	test "$(cut -f6 out)" = churn.csv &&
	expect 0 mlv-data status . sub churn.csv &&
	test "$(wc -l <out)" = 2
X
check 'status: in a folder paths are seen from there' <<'X'
	(cd sub && expect 0 mlv-data status late.csv ../churn.csv && mv out err ..) &&
	test "$(wc -l <out)" = 2
X
check 'status: data:NAME stands for its pointer; a version is refused' <<'X'
	expect 0 mlv-data status data:late &&
	test "$(cut -f6 out)" = sub/late.csv &&
	expect 2 mlv-data status data:late@1 &&
	says "the pointer says which version"
X
check 'status: what no pointer stands for is told' <<'X'
	expect 3 mlv-data status nothing.csv &&
	says "no pointer file stands for 'nothing.csv'" &&
	expect 3 mlv-data status data:nothing &&
	expect 3 mlv-data status /etc/passwd &&
	says "not in the work tree"
X
check 'status: an edit of the same size is a change, a file that is gone is missing' <<'X'
	printf "id,x\n1,a\n2,c\n" >churn.csv &&
	state_of churn.csv changed true 0 &&
	rm churn.csv &&
	state_of churn.csv missing true 0 &&
	mkdir churn.csv &&
	state_of churn.csv changed true 0 &&
	rmdir churn.csv &&
	cp ../first.csv churn.csv &&
	state_of churn.csv same true 0
X
check 'status --exit-code: 1 for a change, without it 0' <<'X'
	echo 3,c >>churn.csv &&
	expect 1 mlv-data status -s --exit-code &&
	test "$(cut -f6 out)" = churn.csv &&
	expect 0 mlv-data status -s &&
	expect 0 mlv-data status --exit-code sub
X
check 'status: versions after the one that git checks out are counted, and no difference' <<'X'
	mlv-data add churn.csv >/dev/null &&
	git checkout -q -- churn.csv.mlv &&
	cp ../first.csv churn.csv &&
	state_of churn.csv same true 1 &&
	expect 0 mlv-data status -s --exit-code
X
check 'status: in a fresh clone nothing is stored, and all is missing' <<'X'
	git clone -q . ../clone &&
	(cd ../clone && mlv-data init >/dev/null && expect 1 mlv-data status -s --exit-code && mv out ..) &&
	test "$(cut -f1,3-6 ../out | head -n 1)" = "data:churn${tab}missing${tab}false${tab}\\N${tab}churn.csv" &&
	cp ../first.csv ../clone/churn.csv &&
	(cd ../clone && state_of churn.csv same false "\\N")
X
check 'status: a pointer that cannot be read is told, the others are printed, exit 3' <<'X'
	cp sub/late.csv.mlv ../late.csv.mlv &&
	echo "{" >sub/late.csv.mlv &&
	expect 3 mlv-data status --exit-code &&
	says "sub/late.csv.mlv' is no pointer" &&
	test "$(cut -f6 out)" = churn.csv &&
	cp ../late.csv.mlv sub/late.csv.mlv
X
check 'status: without git the pointers beside stored versions are looked at' <<'X'
	mv .git ../git &&
	expect 0 mlv-data status &&
	test "$(wc -l <out)" = 2 &&
	echo "{" >sub/late.csv.mlv &&
	expect 3 mlv-data status &&
	says "sub/late.csv.mlv' is no pointer" &&
	cp ../late.csv.mlv sub/late.csv.mlv &&
	mv ../git .git
X
if strace -qq -o /dev/null true 2>/dev/null; then
	check 'status: a file that did not change is not even opened' <<'X'
		touch -d "2 days ago" churn.csv sub/late.csv &&
		sleep 0.05 &&
		mlv-data status >/dev/null &&
		strace -f -qq -o trace -e trace=open,openat mlv-data status -s --exit-code &&
		grep -q cache/stat trace &&
		! grep -E "(churn|late)\.csv\"" trace
X
else
	skip 'status: a file that did not change is not even opened' 'no strace'
fi
finish
