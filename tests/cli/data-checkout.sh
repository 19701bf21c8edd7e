#!/bin/sh
# mlv-data status, checkout and tag: files of the work tree against what their
# pointers say, made so, and labels on versions.
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
# the leak checker and a tracer cannot be together
if [ -z "${MLV_SANITIZED:-}" ] && strace -qq -o /dev/null true 2>/dev/null; then
	check 'status: a file that did not change is not even opened' <<'X'
		touch -d "2 days ago" churn.csv sub/late.csv &&
		sleep 0.05 &&
		mlv-data status >/dev/null &&
		strace -f -qq -o trace -e trace=open,openat mlv-data status -s --exit-code &&
		grep -q "\"stat\"" trace &&
		! grep -E "(churn|late)\.csv\"" trace
X
else
	skip 'status: a file that did not change is not even opened' 'no strace'
fi

# --- checkout
fresh back
git init -q .
mlv-data init >/dev/null
mkdir sub
printf 'id,x\n1,a\n2,b\n' >churn.csv
printf 'id,x\n7,q\n' >sub/late.csv
mlv-data add churn.csv sub/late.csv >/dev/null
git add -A . && git commit -qm one && git branch -qM main
cp churn.csv ../first.csv
printf 'id,x\n1,a\n2,b\n3,c\n' >churn.csv
mlv-data add churn.csv >/dev/null
git commit -qam two
cp churn.csv ../second.csv
cp sub/late.csv ../late.csv
first=$(sha256sum ../first.csv | cut -d" " -f1)
# All as the second commit had it.
again() {
	git reset -q --hard main
	rm -rf churn.csv sub/late.csv
	mlv-data checkout >/dev/null
}
check 'checkout: nothing to do is nothing printed, and files stay untouched' <<'X'
	stat -c "%i %y" churn.csv churn.csv.mlv >../before &&
	expect 0 mlv-data checkout &&
	test ! -s out &&
	stat -c "%i %y" churn.csv churn.csv.mlv | same ../before -
X
check 'checkout: after a git checkout the data is that of the commit' <<'X'
	git checkout -q main~1 &&
	expect 0 mlv-data checkout &&
	printf "data:churn@1\tsha256:$first\t13\tchanged\tchurn.csv\n" | same - out &&
	same churn.csv ../first.csv &&
	git checkout -q main &&
	expect 0 mlv-data checkout &&
	same churn.csv ../second.csv &&
	expect 0 mlv-data status -s --exit-code
X
check 'checkout: what is missing comes back, its folder too' <<'X'
	rm -r churn.csv sub/late.csv &&
	expect 0 mlv-data checkout sub churn.csv &&
	test "$(cut -f4 out | tr "\n" " ")" = "missing missing " &&
	same sub/late.csv ../late.csv &&
	rm -r sub &&
	expect 0 mlv-data checkout data:late@1 &&
	same sub/late.csv ../late.csv &&
	git diff --quiet -- sub/late.csv.mlv &&
	again
X
check 'checkout data:NAME@VERSION: the version comes, and its pointer says so' <<'X'
	expect 0 mlv-data checkout data:churn@1 &&
	same churn.csv ../first.csv &&
	grep -q "content: sha256:$first" churn.csv.mlv &&
	expect 0 mlv-data ls data:churn &&
	test "$(cut -f1,5 out)" = "data:churn@1${tab}same" &&
	git diff --quiet main~1 -- churn.csv.mlv &&
	expect 0 mlv-data checkout data:churn@2 &&
	same churn.csv ../second.csv &&
	git diff --quiet
X
check 'checkout data:NAME@VERSION: a file that is so already stays, its pointer is written' <<'X'
	cp ../first.csv churn.csv &&
	expect 0 mlv-data checkout --json data:churn@1 &&
	holds ".was == \"same\" and .file == false and .pointer" &&
	again
X
check 'checkout: an edit that is not stored stays, the others are done, exit 3' <<'X'
	echo 4,d >>churn.csv &&
	cp churn.csv ../edit.csv &&
	rm sub/late.csv &&
	expect 3 mlv-data checkout &&
	says "'churn.csv' was changed, and that is stored nowhere" &&
	same churn.csv ../edit.csv &&
	same sub/late.csv ../late.csv &&
	expect 3 mlv-data checkout data:churn@1 &&
	same churn.csv ../edit.csv &&
	git diff --quiet
X
check 'checkout --force: an edit is given up' <<'X'
	expect 0 mlv-data checkout --force churn.csv &&
	same churn.csv ../second.csv
X
check 'checkout: an edit that was added is replaced, and can come back' <<'X'
	cp ../edit.csv churn.csv &&
	mlv-data add churn.csv >/dev/null &&
	git checkout -q -- churn.csv.mlv &&
	expect 0 mlv-data checkout &&
	same churn.csv ../second.csv &&
	expect 0 mlv-data checkout data:churn@3 &&
	same churn.csv ../edit.csv &&
	again
X
check 'checkout: mode bits of a file that is replaced stay' <<'X'
	chmod 600 churn.csv &&
	expect 0 mlv-data checkout data:churn@1 &&
	test "$(stat -c %a churn.csv)" = 600 &&
	again
X
check 'checkout: a link is replaced only by --force, never what it leads to' <<'X'
	echo precious >../victim &&
	rm churn.csv &&
	ln -s ../victim churn.csv &&
	expect 3 mlv-data checkout churn.csv &&
	says "is a link" &&
	expect 0 mlv-data checkout -f churn.csv &&
	test ! -L churn.csv &&
	same churn.csv ../second.csv &&
	test "$(cat ../victim)" = precious
X
check 'checkout: a link to a folder is not followed, whatever is forced' <<'X'
	mkdir -p ../outside &&
	mv sub ../kept &&
	ln -s ../outside sub &&
	cp ../kept/late.csv.mlv ../outside &&
	expect 3 mlv-data checkout -f data:late &&
	says "'sub' is none" &&
	test "$(ls ../outside)" = late.csv.mlv &&
	rm sub &&
	mv ../kept sub
X
check 'checkout: a folder in the place of a file is left alone' <<'X'
	rm churn.csv &&
	mkdir churn.csv &&
	expect 3 mlv-data checkout -f churn.csv &&
	says "is a folder" &&
	rmdir churn.csv &&
	again
X
check 'checkout: content that this repository does not have is told, exit 3' <<'X'
	rm -rf ../clone &&
	git clone -q . ../clone &&
	(cd ../clone && mlv-data init >/dev/null && exits 3 mlv-data checkout >../out 2>../err) &&
	mv ../out ../err . &&
	says "the content of 'churn.csv'" &&
	says "the content of 'sub/late.csv'" &&
	test ! -e ../clone/churn.csv
X
check 'checkout: damaged content never takes a name; the old file stays' <<'X'
	object=".mlv/objects/$(echo "$first" | cut -c1-2)/$(echo "$first" | cut -c3-)" &&
	cp "$object" ../whole &&
	chmod u+w "$object" &&
	printf x | dd of="$object" bs=1 seek=$(($(wc -c <"$object") / 2)) conv=notrunc status=none &&
	expect 3 mlv-data checkout data:churn@1 &&
	same churn.csv ../second.csv &&
	git diff --quiet &&
	test -z "$(ls .mlv/tmp)" &&
	cp ../whole "$object" &&
	expect 0 mlv-data fsck --strong
X
check 'checkout: data without a file, two versions of one, another kind: each is told' <<'X'
	mlv-data add -n piped - <../first.csv >/dev/null &&
	expect 3 mlv-data checkout data:piped &&
	says "mlv-data cat -o" &&
	expect 2 mlv-data checkout data:churn@1 data:churn@2 &&
	expect 2 mlv-data checkout model:churn &&
	expect 3 mlv-data checkout data:churn@9 &&
	says "no version 9"
X
check 'checkout --stdin: the names that status prints' <<'X'
	rm churn.csv sub/late.csv &&
	mlv-data status -s >../differ &&
	expect 0 mlv-data checkout --stdin <../differ &&
	same churn.csv ../second.csv &&
	same sub/late.csv ../late.csv
X

# --- tag
check 'tag: the label means the version wherever a name is read' <<'X'
	expect 0 mlv-data tag data:churn@1 golden &&
	printf "data:churn@golden\t1\t\\\\N\n" | same - out &&
	expect 0 mlv-data cat data:churn@golden &&
	same out ../first.csv &&
	expect 0 mlv-data ls data:churn@golden &&
	test "$(cut -f1 out)" = data:churn@1 &&
	expect 0 mlv-data profile data:churn@golden &&
	expect 0 mlv-data checkout data:churn@golden &&
	same churn.csv ../first.csv &&
	again
X
check 'tag: it moves, to what the name means without a version, and the log says so' <<'X'
	expect 0 mlv-data tag data:churn golden -m "looked at" &&
	printf "data:churn@golden\t2\t1\n" | same - out &&
	expect 0 mlv-data tag data:churn@golden silver &&
	expect 0 mlv-data cat data:churn@silver &&
	same out ../second.csv &&
	expect 0 mlv-data log data:churn &&
	grep -q "^data:churn@golden${tab}move.*looked at" out &&
	expect 0 mlv-data fsck &&
	expect 0 mlv-data ls --all
X
check 'tag --drop: it means nothing, and once more is told' <<'X'
	expect 0 mlv-data tag --drop data:churn@golden &&
	printf "data:churn@golden\t\\\\N\t2\n" | same - out &&
	expect 3 mlv-data cat data:churn@golden &&
	says "no alias 'golden'; 'mlv-data tag data:churn@VERSION golden' sets it" &&
	expect 3 mlv-data cat data:chrn@golden &&
	says "there is no data:chrn (did you mean data:churn?)" &&
	expect 3 mlv-data tag --drop data:churn@golden &&
	expect 0 mlv-data fsck
X
check 'tag: wrong words are told, and nothing is set' <<'X'
	expect 2 mlv-data tag data:churn@1 7 &&
	expect 2 mlv-data tag data:churn@1 "Gol den" &&
	expect 2 mlv-data tag data:churn@1 &&
	expect 2 mlv-data tag churn.csv golden &&
	expect 2 mlv-data tag --drop data:churn@1 &&
	expect 3 mlv-data tag data:churn@9 golden &&
	expect 3 mlv-data tag data:nothing golden &&
	expect 3 mlv-data cat data:churn@golden
X
finish
