#!/bin/sh
# mlv-data init, add, ls, show, cat, log and fsck: versions of files, their
# names and pointers, git beside them, and damage to the store.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
object_path() {	# digits of an id
	echo ".mlv/objects/$(echo "$1" | cut -c1-2)/$(echo "$1" | cut -c3-)"
}
check 'add outside a repository is refused, mlv-data init named' <<'X'
	echo a,b >x.csv &&
	expect 3 mlv-data add x.csv &&
	says "mlv-data init"
X

# --- init
fresh repo
git init -q .
check 'init: the repository is made, with its objects' <<'X'
	expect 0 mlv-data init &&
	prints "made" &&
	test -d .mlv/objects
X
check 'init: - or an empty name is refused, no folder made' <<'X'
	expect 2 mlv-data init - &&
	says "is no folder" &&
	expect 2 mlv-data init "" &&
	test ! -e -
X
check 'init twice: the second time the repository is told to be there' <<'X'
	expect 0 mlv-data init &&
	prints "there"
X
check 'init: git sees config and .gitignore alone' <<'X'
	git add .mlv &&
	test "$(git ls-files | tr "\n" " ")" = ".mlv/.gitignore .mlv/config "
X

# --- versions of a file
printf 'id,x\n1,a\n2,b\n' >churn.csv
sha=$(sha256sum churn.csv | cut -d" " -f1)
check 'add: the record has name, id, rows, bytes and path' <<'X'
	expect 0 mlv-data add churn.csv &&
	printf "data:churn@1\tsha256:$sha\t2\t13\tchurn.csv\n" >want &&
	same want out
X
check 'add: the pointer has the digest, and git ignores the file' <<'X'
	grep -qx "content: sha256:$sha" churn.csv.mlv &&
	grep -qx /churn.csv .gitignore &&
	git check-ignore -q churn.csv
X
cp churn.csv.mlv pointer1
check 'add twice: record and pointer stay' <<'X'
	expect 0 mlv-data add churn.csv &&
	same want out &&
	same pointer1 churn.csv.mlv
X
check 'add twice: .gitignore has the line once' <<'X'
	test "$(grep -c churn .gitignore)" = 1
X
check 'add --json: an object of mlv.dataset.added/1' <<'X'
	expect 0 mlv-data add --json churn.csv &&
	grep -q '^{"schema":"mlv.dataset.added/1","name":"data:churn@1"' out
X
check 'ls: a file that is as stored is same' <<'X'
	expect 0 mlv-data ls &&
	prints "same${tab}churn.csv"
X
printf '3,c\n' >>churn.csv
check 'ls: a file with another row is changed' <<'X'
	expect 0 mlv-data ls &&
	prints "changed${tab}churn.csv"
X
check 'profile, compare: a changed file is warned of once, the stored version is read' <<'X'
	expect 0 mlv-data profile data:churn &&
	says "'churn.csv' has changed since it was added: data:churn is the stored version" &&
	prints '"rows":2' &&
	expect 0 mlv-drift compare --exclude x data:churn data:churn &&
	test "$(grep -c "has changed" err)" = 1
X
check 'profile: no warning with a version in the name, or when the bytes are as they were' <<'X'
	expect 0 mlv-data profile data:churn@1 &&
	test ! -s err &&
	cp churn.csv keep.csv &&
	head -n 3 keep.csv >churn.csv &&
	expect 0 mlv-data profile data:churn &&
	test ! -s err &&
	mv keep.csv churn.csv
X
check 'profile: a change that keeps size is warned of, and not with -q' <<'X'
	cp churn.csv keep.csv &&
	printf "id,x\n1,a\n2,c\n" >churn.csv &&
	expect 0 mlv-data profile data:churn &&
	says "has changed" &&
	expect 0 mlv-data profile -q data:churn &&
	test ! -s err &&
	mv keep.csv churn.csv
X
check 'run -d: a changed file is warned of' <<'X'
	expect 0 mlv-train run -d data:churn -- true &&
	says "has changed since it was added"
X
check 'add: changed content is version 2' <<'X'
	expect 0 mlv-data add churn.csv &&
	prints "data:churn@2"
X
check 'cat: version 1 has its bytes after version 2 was added' <<'X'
	mlv-data cat data:churn@1 >v1 &&
	test "$(sha256sum <v1 | cut -d' ' -f1)" = "$sha"
X
check 'cat, ls: a pointer of version 1 makes version 1 the one of the name' <<'X'
	cp pointer1 churn.csv.mlv &&
	mlv-data cat data:churn >now &&
	same v1 now &&
	expect 0 mlv-data ls &&
	grep -q "^data:churn@1.*changed" out
X
check 'cat -o: the file has the stored bytes and is same, nothing else is left' <<'X'
	mlv-data cat data:churn >now &&
	expect 0 mlv-data cat data:churn -o churn.csv &&
	test ! -s out &&
	same now churn.csv &&
	mlv-data ls data:churn >out &&
	prints "same${tab}churn.csv" &&
	left=$(find . -maxdepth 1 -name "churn.csv?*" -o -maxdepth 1 -name ".churn*") &&
	test "$left" = ./churn.csv.mlv
X
check 'cat -o: the file stands when a version or a name does not exist' <<'X'
	cp churn.csv keep.csv &&
	expect 3 mlv-data cat data:churn@9 -o churn.csv &&
	same keep.csv churn.csv &&
	expect 3 mlv-data cat data:churn data:nope -o churn.csv &&
	same keep.csv churn.csv &&
	expect 3 mlv-data cat data:churn -o no/such/x.csv
X
cp v1 churn.csv
check 'add: content of version 1 is version 1 again' <<'X'
	expect 0 mlv-data add churn.csv &&
	prints "data:churn@1"
X
check 'log: both versions are told' <<'X'
	expect 0 mlv-data log data:churn &&
	test "$(wc -l <out)" = 2
X
check 'show: rows and column types are told' <<'X'
	expect 0 mlv-data show data:churn &&
	prints "rows${tab}2" &&
	prints '{"name":"x","type":"category"}'
X

# --- names
mkdir sub
printf 'id,x\n9,z\n' >sub/churn.csv
check 'add: a file whose name is held by another path is refused, --name named' <<'X'
	expect 3 mlv-data add sub/churn.csv &&
	says "--name"
X
check 'add: a file refused for its name is not stored' <<'X'
	refused=$(object_path "$(sha256sum sub/churn.csv | cut -c1-64)") &&
	test ! -e "$refused"
X
check 'add --name: the file has the name, git ignores it in its own folder' <<'X'
	expect 0 mlv-data add --name other sub/churn.csv &&
	prints "data:other@1" &&
	grep -qx /churn.csv sub/.gitignore
X
check 'add --name: another name for the same file is warned of' <<'X'
	expect 0 mlv-data add --name third sub/churn.csv &&
	says "stood for data:other" &&
	expect 0 mlv-data add --name other sub/churn.csv
X
check 'ls in a folder below: paths are found' <<'X'
	(
		cd sub &&
		expect 0 mlv-data ls &&
		prints sub/churn.csv
	)
X
check 'cat: a wrong name is refused, the nearest one named' <<'X'
	expect 3 mlv-data cat data:chrun &&
	says "data:churn"
X
check 'cat: a version that does not exist is refused, the newest told' <<'X'
	expect 3 mlv-data cat data:churn@9 &&
	says "newest is 2"
X
check 'cat: an unknown kind of name is refused, ./ named for a path' <<'X'
	expect 2 mlv-data cat date:churn &&
	says "./date:churn"
X
check 'add: a file that does not exist is refused by name' <<'X'
	expect 3 mlv-data add nope.csv &&
	says "cannot open 'nope.csv'"
X
printf 'a,b\n1,2\n' >../outside.csv
check 'add: a file outside the work tree is stored, no pointer written beside it' <<'X'
	expect 0 mlv-data add ../outside.csv &&
	cp out first &&
	test ! -e ../outside.csv.mlv
X
check 'add twice of a file outside the work tree: the record stays' <<'X'
	expect 0 mlv-data add ../outside.csv &&
	same first out
X
printf '3,4\n' >>../outside.csv
check 'add: changed content from outside the work tree asks for --name, and is version 2 with it' <<'X'
	expect 3 mlv-data add ../outside.csv &&
	says "without a path" &&
	expect 0 mlv-data add --name outside ../outside.csv &&
	prints "data:outside@2"
X
check 'add --stdin: files are named on standard input' <<'X'
	printf "a,b\n1,2\n" >one.csv &&
	printf "a,b\n" >two.csv &&
	printf "one.csv\ntwo.csv\n" >names &&
	expect 0 mlv-data add --stdin <names &&
	test "$(cut -f1,3 out | tr "\t\n" "  ")" = "data:one@1 1 data:two@1 0 "
X
check 'add --stdin: no name at all is a usage error' 'expect 2 mlv-data add --stdin </dev/null'

# --- how a file is read
printf '39, State-gov,?\n50, Private,1\n' >adult.csv
check 'add: a file without a header is stored without rows, --columns named' <<'X'
	expect 0 mlv-data add adult.csv &&
	says "--columns" &&
	prints "${tab}\\N${tab}"
X
check 'add --columns --na: they are stored with the version and count the rows' <<'X'
	expect 0 mlv-data add adult.csv --columns age,work,gain --na "?" &&
	prints "data:adult@2" &&
	prints "${tab}2${tab}" &&
	mlv-data show data:adult >out &&
	prints '{"columns":["age","work","gain"],"na":["?"]}'
X
check 'add --columns: too few names are warned of each time, right ones count the rows' <<'X'
	cp adult.csv adult.data &&
	for i in 1 2; do
		expect 0 mlv-data add adult.data --name odd --columns age,work &&
		says "2 column names given, but line 1 has 3 cells" &&
		prints "${tab}\\N${tab}" || return 1
	done &&
	expect 0 mlv-data add adult.data --name odd --columns a,b,c --na "?" &&
	prints "${tab}2${tab}" &&
	test ! -s err
X
check 'add: bytes that are no table are stored without rows' <<'X'
	head -c 1000 /dev/urandom >x.bin &&
	expect 0 mlv-data add x.bin &&
	prints "${tab}\\N${tab}1000${tab}"
X

# --- odd file names
check 'add: a name with spaces, a tab and a star is stored and ignored by git' <<'X'
	n="a b${tab}c*.csv" &&
	printf "a\n1\n" >"$n" &&
	expect 0 mlv-data add "$n" &&
	git check-ignore -q "$n" &&
	test -f "$n.mlv"
X
check 'add: a name of 244 bytes is stored, ignored by git and has its pointer' <<'X'
	n=$(printf "%0240d" 0).csv &&
	printf "a\n1\n" >"$n" &&
	expect 0 mlv-data add "$n" &&
	test -f "$n.mlv" &&
	git check-ignore -q "$n"
X
rm -f "$n" "$n.mlv"
check 'add: a name too long for a pointer is refused and the file not stored' <<'X'
	n=$(printf "%0250d" 1).csv &&
	printf "a\n250\n" >"$n" &&
	refused=$(object_path "$(sha256sum "$n" | cut -c1-64)") &&
	expect 2 mlv-data add "$n" &&
	says "too long" &&
	test ! -e "$refused"
X
rm -f "$n"
check 'add: a name with a newline is stored, with a warning that git does not ignore it' <<'X'
	n=$(printf "new\nline.csv") &&
	printf "a\n1\n" >"$n" &&
	expect 0 mlv-data add "$n" &&
	says "cannot be said in .gitignore" &&
	expect 0 mlv-data cat data:new-line &&
	same out "$n"
X
rm -f "$n" "$n.mlv"
check 'add: a name that is not UTF-8 is stored without path and pointer' <<'X'
	n=$(printf "\377latin.csv") &&
	printf "a\n1\n" >"$n" &&
	expect 0 mlv-data add "$n" &&
	says "not UTF-8" &&
	test ! -e "$n.mlv" &&
	expect 0 mlv-data ls data:latin &&
	prints "${tab}\\N${tab}\\N"
X
rm -f "$n"
check 'add: a file of the repository and a pointer are refused' <<'X'
	expect 2 mlv-data add .mlv/config &&
	says "own" &&
	expect 2 mlv-data add churn.csv.mlv &&
	says "add 'churn.csv'"
X
check 'add --name: a name with a capital is refused' <<'X'
	expect 2 mlv-data add --name Bad churn.csv &&
	says "'Bad' is no name"
X
check 'add without a file is a usage error' <<'X'
	expect 2 mlv-data add &&
	says "takes a name"
X
check 'add - --name: standard input is stored under the name' <<'X'
	printf "p,q\n1,2\n" | expect 0 mlv-data add --name piped - &&
	printf "data:piped@1\t%s\t1\t8\t-\n" \
	    "sha256:$(printf "p,q\n1,2\n" | sha256sum | cut -c1-64)" >want &&
	same want out
X
check 'add -: standard input without --name is a usage error' <<'X'
	expect 2 mlv-data add - </dev/null &&
	says "--name"
X
check 'add: a FIFO is read once' <<'X'
	mkfifo ff &&
	{ printf "p,q\n1,2\n3,4\n" >ff & } &&
	expect 0 mlv-data add --name fifo --format csv ff &&
	prints "${tab}2${tab}12${tab}"
X
rm -f ff ff.mlv
printf 'a\n1\n' >own.csv && git add own.csv
check 'add: a file that git tracks is warned of, and not once it is untracked' <<'X'
	expect 0 mlv-data add own.csv &&
	says "git tracks 'own.csv'" &&
	git rm -q --cached own.csv &&
	expect 0 mlv-data add own.csv &&
	! grep -q warning err
X
check 'cat: eight digits of the id are enough' <<'X'
	mlv-data cat "sha256:$(echo $sha | cut -c1-8)" >now &&
	same v1 now
X
check 'add: a temporary file of two days ago is removed, a young one is not' <<'X'
	touch -d "2 days ago" .mlv/tmp/0123456789abcdef.tmp .mlv/tmp/stat.0123456789abcdef.tmp &&
	touch .mlv/tmp/fedcba9876543210.tmp &&
	printf "a\n2\n" >sw.csv &&
	expect 0 mlv-data add sw.csv &&
	test ! -e .mlv/tmp/0123456789abcdef.tmp &&
	test ! -e .mlv/tmp/stat.0123456789abcdef.tmp &&
	test -e .mlv/tmp/fedcba9876543210.tmp
X
rm -f .mlv/tmp/fedcba9876543210.tmp

check 'ls: what is no data is refused, and who lists it is said' <<'X'
	expect 2 mlv-data ls model:churn &&
	says "'model:churn' is not data:NAME; 'mlv-registry ls' lists models" &&
	expect 2 mlv-data ls run:20240101-000000-00000000 &&
	says "'mlv-train runs' lists runs"
X

# --- at a terminal
if command -v script >/dev/null; then
	at_terminal() { script -qec "$*" /dev/null </dev/null | tr -d '\r' >out; }
	check 'ls at a terminal: a heading, short digests, columns under each other' <<-'X'
		at_terminal mlv-data ls data:churn &&
		short=$(echo "$sha" | cut -c1-12) &&
		{
			echo "name          id                   rows  bytes  state  path"
			echo "data:churn@1  sha256:$short     2     13  same   churn.csv"
		} >want &&
		same want out
	X
	check 'ls --json and ls -z at a terminal: the bytes are those of a pipe' <<-'X'
		mlv-data ls --json >want &&
		at_terminal mlv-data ls --json &&
		same want out &&
		mlv-data ls -z >want &&
		at_terminal mlv-data ls -z &&
		same want out
	X
	check 'profile at a terminal: a line a column, numbers of four digits' <<-'X'
		printf "n,t,d\n1.23456,x,2026-01-02\n2.5,y,2026-01-04\n,x,2026-01-03\n" >moments.csv &&
		at_terminal mlv-data profile moments.csv &&
		{
			echo "column  type      rows  missing  distinct  min                   mean" &&
			echo "n       float64      3        1         2  1.235                 1.867" &&
			echo "t       category     3        0         2  -                     -" &&
			echo "d       datetime     3        0         3  2026-01-02T00:00:00Z  2026-01-03T00:00:00Z"
		} >want &&
		cut -c1-85 out | sed "s/ *$//" >got &&
		same want got
	X
	check 'profile --json at a terminal: the bytes are those of a pipe' <<-'X'
		mlv-data profile --json moments.csv >want &&
		at_terminal mlv-data profile --json moments.csv &&
		same want out
	X
	check 'check and show at a terminal: tables with a heading' <<-'X'
		printf "columns: {n: {type: float64, max: 2}}\nextra: true\n" >moments.yaml &&
		at_terminal mlv-data check -s moments.yaml moments.csv &&
		grep -q "^rule   column  severity  hits  what " out &&
		grep -q "^range  n       error        1  more than 2 " out &&
		at_terminal mlv-data show data:churn &&
		grep -q "^field  *value$" out &&
		grep -q "^name  *data:churn@" out
	X
	check 'fsck at a terminal: its numbers have a heading' <<-'X'
		at_terminal mlv-data fsck &&
		grep -q "^verdict  errors  notes " out &&
		grep -q "^whole         0 " out &&
		grep -qE " sha256:[0-9a-f]{64}$" out
	X
else
	skip 'ls at a terminal: a heading, short digests, columns under each other' 'no script(1)'
fi
check 'fsck --strong: the repository is whole' <<'X'
	expect 0 mlv-data fsck --strong &&
	prints "whole${tab}0"
X

check 'fsck --full is what is done; --sample reads the same part each time' <<'X'
	expect 0 mlv-data fsck --json &&
	cp out default &&
	expect 0 mlv-data fsck --full --json &&
	same out default &&
	holds '.read == .objects' &&
	expect 0 mlv-data fsck --sample 100% --json &&
	same out default &&
	expect 0 mlv-data fsck --sample 40% --strong --json &&
	cp out sampled &&
	holds '.read > 0 and .read < .objects' &&
	expect 0 mlv-data fsck --sample 40% --json &&
	same out sampled &&
	expect 0 mlv-data fsck --quick --json &&
	holds '.read == 0' &&
	for share in 5 0% 101% % x%; do
		expect 2 mlv-data fsck --sample $share || return 1
	done &&
	says "needs more than 0% and at most 100%, as 5%" &&
	expect 2 mlv-data fsck --sample 5% --quick &&
	expect 2 mlv-data fsck --full --quick
X

# --- with git: worktrees, checkouts, clones
check 'cat, ls in a linked git worktree: the store is shared' <<'X'
	git add . &&
	git commit -qm x &&
	git worktree add -q ../tree &&
	(
		cd ../tree &&
		expect 0 mlv-data cat data:churn &&
		same out ../repo/v1 &&
		expect 0 mlv-data ls &&
		prints "missing${tab}churn.csv"
	)
X
cp churn.csv.mlv pointer
sed 's/^id: sha256:..../id: sha256:0000/' pointer >churn.csv.mlv
check 'ls: a pointer to a missing version is exit 3 and hides no other name' <<'X'
	expect 3 mlv-data ls &&
	says "churn.csv.mlv" &&
	says "does not have" &&
	prints "data:other@1" &&
	prints "data:adult@2"
X
cp pointer churn.csv.mlv
printf 'a\n1\n' >before.csv
mlv-data add --name moved before.csv >/dev/null && git add . && git commit -qm before
git mv before.csv.mlv after.csv.mlv && mv before.csv after.csv && printf 'a\n1\n2\n' >after.csv
mlv-data add --name moved after.csv >/dev/null && git add . && git commit -qm after
check 'cat after git checkout: a pointer of another file name decides on the version' <<'X'
	expect 0 mlv-data cat data:moved &&
	same out after.csv &&
	git checkout -q HEAD~1 &&
	printf "a\n1\n" >want &&
	expect 0 mlv-data cat data:moved &&
	same out want &&
	git checkout -q -
X
git clone -q . ../clone && cp after.csv ../clone
check 'cat in a fresh clone: a name that only git knows is told from one that nobody knows' <<'X'
	(
		cd ../clone &&
		expect 3 mlv-data cat data:moved &&
		says "not in this repository" &&
		says "after.csv.mlv" &&
		expect 3 mlv-data cat data:nothing &&
		says "there is no data:nothing"
	)
X
check 'ls in a fresh clone: what only pointer files name is listed, its file missing or same' <<'X'
	(
		cd ../clone &&
		git ls-files -z "*.mlv" | tr -dc "\0" | tr "\0" "\n" >files &&
		expect 0 mlv-data ls &&
		test "$(wc -l <out)" = "$(wc -l <files)" &&
		grep -q "^data:churn${tab}sha256:.*${tab}missing${tab}churn.csv$" out &&
		grep -q "^data:moved${tab}sha256:.*${tab}same${tab}after.csv$" out
	)
X
check 'ls NAME in a fresh clone: the one name, or exit 3 for one that nobody knows' <<'X'
	(
		cd ../clone &&
		expect 0 mlv-data ls data:churn &&
		test "$(cut -f1,5 out)" = "data:churn${tab}missing" &&
		expect 3 mlv-data ls data:nothing &&
		says "there is no data:nothing"
	)
X
check 'ls in a fresh clone: a pointer that cannot be read hides no other' <<'X'
	(
		cd ../clone &&
		cp after.csv.mlv keep &&
		echo "<<<<<<< x" >after.csv.mlv &&
		expect 3 mlv-data ls &&
		says "after.csv.mlv" &&
		prints "churn.csv" &&
		mv keep after.csv.mlv
	)
X
check 'add, cat in a fresh clone: the added file is there, its pointer unchanged' <<'X'
	(
		cd ../clone &&
		expect 0 mlv-data add --name moved after.csv &&
		expect 0 mlv-data cat data:moved &&
		same out after.csv &&
		git diff --quiet -- "*.mlv"
	)
X
check 'cat: what was added in a linked worktree is known in the first one' <<'X'
	printf "a\n5\n" >../tree/new.csv &&
	(cd ../tree && expect 0 mlv-data add new.csv) &&
	expect 0 mlv-data cat data:new &&
	same out ../tree/new.csv
X

# --- output that cannot be written
check 'add to a full disk: exit 5, and the content is stored' <<'X'
	printf "a\n77\n" >full.csv &&
	exits 5 mlv-data add full.csv >/dev/full 2>err &&
	expect 0 mlv-data cat data:full &&
	same out full.csv
X
check 'add into a closed pipe: the content is stored' <<'X'
	printf "a\n76\n" >pipe.csv &&
	{ { mlv-data add pipe.csv; echo $? >code; } 2>err | true; } &&
	until_true test -s code &&
	grep -qE '^(0|5)$' code &&
	expect 0 mlv-data cat data:pipe &&
	same out pipe.csv
X
check 'add with stdin, stdout and stderr closed: the content is stored, the repository whole' <<'X'
	printf "a\n78\n" >closed.csv &&
	exits 5 mlv-data add closed.csv <&- >&- 2>&- &&
	expect 0 mlv-data cat data:closed &&
	same out closed.csv &&
	expect 0 mlv-data fsck
X

# --- damage
object=$(object_path "$sha")
damage_object() {
	chmod u+w "$object"
	printf X | dd of="$object" bs=1 seek=12 conv=notrunc 2>/dev/null
}
damage_object
cp churn.csv keep.csv
check 'cat -o: a damaged object is refused, the file stands' <<'X'
	echo edited >churn.csv &&
	cp churn.csv was &&
	expect 3 mlv-data cat data:churn@1 -o churn.csv &&
	says damaged &&
	same was churn.csv
X
mv keep.csv churn.csv
check 'cat: a damaged object is refused' <<'X'
	expect 3 mlv-data cat data:churn@1 &&
	says damaged
X
check 'fsck: a damaged object is exit 1, its id told' <<'X'
	expect 1 mlv-data fsck &&
	prints "sha256:$sha" &&
	prints "damaged${tab}1"
X
check 'add: content added again heals the damaged object' <<'X'
	cp v1 churn.csv &&
	expect 0 mlv-data add churn.csv &&
	expect 0 mlv-data fsck
X
sleep 0.05	# a tick of the clock, so that the file is remembered
expect 0 mlv-data add churn.csv
damage_object
check 'add: a file known as unchanged heals the damaged object' <<'X'
	expect 1 mlv-data fsck &&
	expect 0 mlv-data add churn.csv &&
	expect 0 mlv-data fsck
X
check 'ls: a store of format 2 is refused' <<'X'
	cp .mlv/config keep &&
	sed "s/^format: 1/format: 2/" keep >.mlv/config &&
	expect 3 mlv-data ls &&
	says "format 2"
X
# --- what is no data
fresh kinds
mlv-data init -q
awk 'BEGIN { print "a,y"; for (i = 0; i < 60; i++) print i * 37 % 11 "," (i % 3 ? "no" : "yes") }' >d.csv
mlv-data add -q d.csv >/dev/null
mlv-train fit -q d.csv -t y -l logistic -o m.onnx >/dev/null
mlv-registry add -q churn m.onnx >/dev/null
mlv-registry set -q churn@champion 1 >/dev/null
mlv-data profile data:d -o profile:d >/dev/null
mlv-card new model:churn -o card:churn >card.out
mlv-train eval m.onnx d.csv --no-importance >/dev/null
check 'ls: profiles, cards and reports by name and by kind' <<'X'
	expect 0 mlv-data ls card:churn profile:d &&
	test "$(cut -f1,4 out | tr "\t\n" "  ")" = "card:churn@1 model:churn@1 profile:d@1 data:d@1 " &&
	test "$(head -n 1 out | cut -f2)" = "$(cut -f2 card.out)" &&
	expect 0 mlv-data ls -k report --json &&
	holds '.about == "evaluation" and .of == "d.csv" and (.id | startswith("sha256:"))' &&
	expect 0 mlv-data ls -a --kind card &&
	test "$(wc -l <out)" = 1 &&
	expect 2 mlv-data ls -k model &&
	expect 3 mlv-data ls card:none
X
check 'log: of profiles, cards and reports; of a model it says who knows' <<'X'
	expect 0 mlv-data log card:churn profile:d &&
	test "$(cut -f1,2 out | tr "\t\n" "  ")" = "card:churn@1 add profile:d@1 add " &&
	expect 2 mlv-data log model:churn &&
	says "mlv-registry log"
X
check 'eval, batch: a model by its short name; a file comes first, and that is told' <<'X'
	expect 0 mlv-serve batch model:churn@champion -i d.csv &&
	cp out want &&
	expect 0 mlv-serve batch churn@champion -i d.csv &&
	same want out &&
	expect 0 mlv-train eval churn d.csv --no-importance --no-record &&
	cp m.onnx churn &&
	expect 0 mlv-serve batch churn -i d.csv &&
	says "'churn' is taken for the file of that name; the model is model:churn" &&
	rm churn &&
	expect 3 mlv-serve batch chrn -i d.csv &&
	says "did you mean model:churn" &&
	expect 3 mlv-serve batch gone.onnx -i d.csv &&
	says "cannot open 'gone.onnx'"
X
# --- as it was at a moment
fresh moments
git init -q .
mlv-data init >../log
echo one >m.txt
mlv-data add m.txt >../log
before=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
echo two >m.txt
mlv-data add m.txt >../log
check 'cat data:NAME@{MOMENT}: the newest version then, by the audit log' <<'X'
	expect 0 mlv-data cat "data:m@{$before}" &&
	test "$(cat out)" = one &&
	expect 0 mlv-data cat "data:m@{$(date -u -d tomorrow +%Y-%m-%d)}" &&
	test "$(cat out)" = two
X
check 'tag, lineage and show take a moment, too' <<'X'
	expect 0 mlv-data tag "data:m@{$before}" golden &&
	test "$(cut -f1,2 out)" = "data:m@golden${tab}1" &&
	expect 0 mlv-data lineage "data:m@{$before}" &&
	test "$(cut -f1 out)" = data:m@1
X
check 'before the first version: exit 3; what is no moment: exit 2' <<'X'
	expect 3 mlv-data cat "data:m@{2001-01-01}" &&
	says "data:m had no version by 2001-01-01T23:59:59" &&
	expect 2 mlv-data cat "data:m@{soon}" &&
	says "'{soon}' is no moment: write @{2026-11-01}"
X

finish
