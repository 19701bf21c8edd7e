#!/bin/sh
# mlv-data init, add, ls, show, cat, log, fsck
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
check 'outside a repository add says what to do' \
    'echo a,b >x.csv && expect 3 mlv-data add x.csv && says "mlv-data init"'
fresh repo
git init -q .
check 'init makes a repository' 'expect 0 mlv-data init && prints "made" && test -d .mlv/objects'
check 'init of - or of nothing makes no folder' 'expect 2 mlv-data init - && says "is no folder" && expect 2 mlv-data init "" && test ! -e -'
check 'init again changes nothing' 'expect 0 mlv-data init && prints "there"'
check 'git sees config and .gitignore alone' \
    'git add .mlv && test "$(git ls-files | tr "\n" " ")" = ".mlv/.gitignore .mlv/config "'

printf 'id,x\n1,a\n2,b\n' >churn.csv
sha=$(sha256sum churn.csv | cut -d" " -f1)
check 'add prints name, id, rows, bytes, path' \
    'expect 0 mlv-data add churn.csv && printf "data:churn@1\tsha256:$sha\t2\t13\tchurn.csv\n" >want && same want out'
check 'it wrote a pointer and told git' \
    'grep -qx "content: sha256:$sha" churn.csv.mlv && grep -qx /churn.csv .gitignore && git check-ignore -q churn.csv'
cp churn.csv.mlv pointer1
check 'the same content is the same version' \
    'expect 0 mlv-data add churn.csv && same want out && same pointer1 churn.csv.mlv'
check '.gitignore holds the line once' 'test "$(grep -c churn .gitignore)" = 1'
check '--json begins with its schema' \
    'expect 0 mlv-data add --json churn.csv && grep -q "^{\"schema\":\"mlv.dataset.added/1\",\"name\":\"data:churn@1\"" out'
check 'ls: same' 'expect 0 mlv-data ls && prints "same${tab}churn.csv"'
printf '3,c\n' >>churn.csv
check 'ls: changed' 'expect 0 mlv-data ls && prints "changed${tab}churn.csv"'
check 'a reader of the stored version is told, once, and goes on' \
    'expect 0 mlv-data profile data:churn && says "'"'churn.csv'"' has changed since it was added: data:churn is the stored version" && grep -q "\"rows\":2" out && expect 0 mlv-drift compare --exclude x data:churn data:churn && test "$(grep -c "has changed" err)" = 1'
check 'not with a version, nor when the bytes are as they were' \
    'expect 0 mlv-data profile data:churn@1 && test ! -s err && cp churn.csv keep.csv && head -n 3 keep.csv >churn.csv && expect 0 mlv-data profile data:churn && test ! -s err && mv keep.csv churn.csv'
check 'a change of no size is seen, too, and -q says nothing' \
    'cp churn.csv keep.csv && printf "id,x\n1,a\n2,c\n" >churn.csv && expect 0 mlv-data profile data:churn && says "has changed" && expect 0 mlv-data profile -q data:churn && test ! -s err && mv keep.csv churn.csv'
check 'so is a run that takes it by name' \
    'expect 0 mlv-train run -d data:churn -- true && says "has changed since it was added"'
check 'new content is version 2' 'expect 0 mlv-data add churn.csv && prints "data:churn@2"'
check 'version 1 is still there' 'mlv-data cat data:churn@1 >v1 && test "$(sha256sum <v1 | cut -d" " -f1)" = "$sha"'
check 'a checked-out pointer decides' \
    'cp pointer1 churn.csv.mlv && mlv-data cat data:churn >now && same v1 now && mlv-data ls | grep -q "^data:churn@1.*changed"'
check 'cat -o restores the file' \
    'mlv-data cat data:churn >now && expect 0 mlv-data cat data:churn -o churn.csv && test ! -s out && same now churn.csv && mlv-data ls data:churn >out && prints "same${tab}churn.csv" && ls .churn* churn.csv?* 2>/dev/null >left; echo churn.csv.mlv >want; same want left'
check 'and leaves it when what is stored cannot be had' \
    'cp churn.csv keep.csv && expect 3 mlv-data cat data:churn@9 -o churn.csv && same keep.csv churn.csv && expect 3 mlv-data cat data:churn data:nope -o churn.csv && same keep.csv churn.csv && expect 3 mlv-data cat data:churn -o no/such/x.csv'
cp v1 churn.csv
check 'content that comes back is its old version' 'expect 0 mlv-data add churn.csv && prints "data:churn@1"'
check 'log tells both versions' 'expect 0 mlv-data log data:churn && test "$(wc -l <out)" = 2'
check 'show prints the manifest' 'expect 0 mlv-data show data:churn && prints "rows${tab}2" && prints "{\"name\":\"x\",\"type\":\"category\"}"'

mkdir sub
printf 'id,x\n9,z\n' >sub/churn.csv
check 'a stem held by another path is refused' 'expect 3 mlv-data add sub/churn.csv && says "--name"'
check 'and not stored before' 'digits=$(sha256sum sub/churn.csv | cut -c1-64); test ! -e .mlv/objects/$(echo "$digits" | cut -c1-2)/$(echo "$digits" | cut -c3-)'
check '--name decides' 'expect 0 mlv-data add --name other sub/churn.csv && prints "data:other@1" && grep -qx /churn.csv sub/.gitignore'
check 'a pointer that changes its name is told' \
    'expect 0 mlv-data add --name third sub/churn.csv && says "stood for data:other" && expect 0 mlv-data add --name other sub/churn.csv'
check 'from below, paths are found too' '(cd sub && expect 0 mlv-data ls && grep -q sub/churn.csv out)'
check 'a wrong name names the near one' 'expect 3 mlv-data cat data:chrun && says "data:churn"'
check 'a missing version says the newest' 'expect 3 mlv-data cat data:churn@9 && says "newest is 2"'
check 'an unknown kind is refused' 'expect 2 mlv-data cat date:churn && says "./date:churn"'
check 'a missing file' 'expect 3 mlv-data add nope.csv && says "cannot open '"'nope.csv'"'"'
check 'a folder is refused' 'expect 3 mlv-data add sub && says "is a folder"'
printf 'a,b\n1,2\n' >../outside.csv
check 'a file outside the work tree is kept without a pointer' 'expect 0 mlv-data add ../outside.csv && cp out first && test ! -e ../outside.csv.mlv'
check 'the same again is the same version' 'expect 0 mlv-data add ../outside.csv && same first out'
printf '3,4\n' >>../outside.csv
check 'other content needs the name' 'expect 3 mlv-data add ../outside.csv && says "without a path" && expect 0 mlv-data add --name outside ../outside.csv && prints "data:outside@2"'
check 'names by --stdin' 'printf "a,b\n1,2\n" >one.csv; printf "a,b\n" >two.csv; printf "one.csv\ntwo.csv\n" >names;
    expect 0 mlv-data add --stdin <names && test "$(cut -f1,3 out | tr "\t\n" "  ")" = "data:one@1 1 data:two@1 0 "'
check 'no name on --stdin is an error' 'expect 2 mlv-data add --stdin </dev/null'
printf '39, State-gov,?\n50, Private,1\n' >adult.csv
check 'a file without a header is kept, with a word' 'expect 0 mlv-data add adult.csv && says "--columns" && prints "${tab}\\N${tab}"'
check 'how to read it is remembered' \
    'expect 0 mlv-data add adult.csv --columns age,work,gain --na "?" && prints "data:adult@2" && prints "${tab}2${tab}" &&
     mlv-data show data:adult >out && prints "{\"columns\":[\"age\",\"work\",\"gain\"],\"na\":[\"?\"]}"'
check 'names that do not fit are told each time, whatever the file is called' \
    'cp adult.csv adult.data && for i in 1 2; do expect 0 mlv-data add adult.data --name odd --columns age,work && says "2 column names given, but line 1 has 3 cells" && prints "${tab}\\N${tab}" || return 1; done; expect 0 mlv-data add adult.data --name odd --columns a,b,c && prints "${tab}2${tab}" && test ! -s err'
check 'bytes that are no table are kept too' 'head -c 1000 /dev/urandom >x.bin && expect 0 mlv-data add x.bin && prints "${tab}\\N${tab}1000${tab}"'
check 'any file name' 'n="a b	c*.csv"; printf "a\n1\n" >"$n"; expect 0 mlv-data add "$n" && git check-ignore -q "$n" && test -f "$n.mlv"'
check 'a name too long for a temporary one beside it' 'n=$(printf "%0240d" 0).csv; printf "a\n1\n" >"$n"; expect 0 mlv-data add "$n" && test -f "$n.mlv" && git check-ignore -q "$n"; rm -f "$n" "$n.mlv"'
check 'one too long for a pointer is refused before it is stored' 'n=$(printf "%0250d" 1).csv; printf "a\n1\n" >"$n"; expect 2 mlv-data add "$n" && says "too long"; rm -f "$n"'
check 'a name with a newline is kept, and git does not hear of it' 'n="new
line.csv"; printf "a\n1\n" >"$n"; expect 0 mlv-data add "$n" && says "cannot be said in .gitignore" && expect 0 mlv-data cat data:new-line && same out "$n"; rm -f "$n" "$n.mlv"'
check 'a name that is not UTF-8 is kept without its path' 'n=$(printf "\377latin.csv"); printf "a\n1\n" >"$n"; expect 0 mlv-data add "$n" && says "not UTF-8" && test ! -e "$n.mlv" && mlv-data ls data:latin >out && prints "${tab}\\N${tab}\\N"; rm -f "$n"'
check 'what is the repository'"'"'s own is refused' 'expect 2 mlv-data add .mlv/config && says "own" && expect 2 mlv-data add churn.csv.mlv && says "add '"'churn.csv'"'"'
check 'a name given that is none' 'expect 2 mlv-data add --name Bad churn.csv && says "'"'Bad'"' is no name"'
check 'no file is a mistake' 'expect 2 mlv-data add && says "takes a name"'
check 'a pipe with a name' 'printf "p,q\n1,2\n" | expect 0 mlv-data add --name piped - && printf "data:piped@1\t%s\t1\t8\t-\n" "sha256:$(printf "p,q\n1,2\n" | sha256sum | cut -c1-64)" >want && same want out'
check 'and without one' 'expect 2 mlv-data add - </dev/null && says "--name"'
check 'a FIFO, read once' 'mkfifo ff && { printf "p,q\n1,2\n3,4\n" >ff & } && expect 0 mlv-data add --name fifo --format csv ff && prints "${tab}2${tab}12${tab}"; rm -f ff ff.mlv'
printf 'a\n1\n' >own.csv && git add own.csv
check 'a file that git tracks itself is told' 'expect 0 mlv-data add own.csv && says "git tracks '"'own.csv'"'" && git rm -q --cached own.csv && expect 0 mlv-data add own.csv && ! grep warning err'
check 'a short digest is enough' 'mlv-data cat "sha256:$(echo $sha | cut -c1-8)" >now && same v1 now'
check 'what a killed command left a day ago is swept' \
    'touch -d "2 days ago" .mlv/tmp/old.tmp; touch .mlv/tmp/young.tmp; printf "a\n2\n" >sw.csv; expect 0 mlv-data add sw.csv && test ! -e .mlv/tmp/old.tmp && test -e .mlv/tmp/young.tmp; rm -f .mlv/tmp/young.tmp'
if command -v script >/dev/null; then
	at_terminal() { script -qec "$*" /dev/null </dev/null | tr -d '\r' >out; }
	check 'a terminal gets a table: heading, short digests, columns under each other' 'at_terminal mlv-data ls data:churn &&
		printf "name          id                   rows  bytes  state  path\ndata:churn@1  sha256:%s     2     13  same   churn.csv\n" "$(echo "$sha" | cut -c1-12)" >want && same want out'
	check 'but --json and -z are as in a pipe' 'mlv-data ls --json >want && at_terminal mlv-data ls --json && same want out && mlv-data ls -z >want && at_terminal mlv-data ls -z && same want out'
	check 'fsck names its numbers there' 'at_terminal mlv-data fsck && grep -q "^verdict  errors  notes " out && grep -q "^whole         0 " out'
else
	skip 'a terminal gets a table' 'no script(1)'
fi
check 'fsck says whole' 'expect 0 mlv-data fsck --strong && prints "whole${tab}0"'

check 'a linked git worktree shares the store' \
    'git add . && git commit -qm x && git worktree add -q ../tree && (cd ../tree && mlv-data cat data:churn | cmp - ../repo/v1 && mlv-data ls | grep -q "missing.churn.csv")'
sed 's/^id: sha256:..../id: sha256:0000/' churn.csv.mlv >c && cp churn.csv.mlv pointer && cp c churn.csv.mlv
check 'a pointer to what is not here is told, and hides no other' \
    'expect 3 mlv-data ls && says "churn.csv.mlv" && says "does not have" && prints "data:other@1" && prints "data:adult@2"; cp pointer churn.csv.mlv'
printf 'a\n1\n' >before.csv
mlv-data add --name moved before.csv >/dev/null && git add . && git commit -qm before
git mv before.csv.mlv after.csv.mlv && mv before.csv after.csv && printf 'a\n1\n2\n' >after.csv
mlv-data add --name moved after.csv >/dev/null && git add . && git commit -qm after
check 'a checkout decides after the file was renamed, too' \
    'mlv-data cat data:moved | cmp - after.csv && git checkout -q HEAD~1 && printf "a\n1\n" >want && mlv-data cat data:moved | cmp - want; git checkout -q -'
git clone -q . ../clone && cp after.csv ../clone
check 'in a fresh clone what git alone knows is told to be that' \
    '(cd ../clone && expect 3 mlv-data cat data:moved && says "not in this repository" && says "after.csv.mlv") && (cd ../clone && expect 3 mlv-data cat data:nothing && says "there is no data:nothing")'
check 'and is there when the file is added' \
    '(cd ../clone && expect 0 mlv-data add --name moved after.csv && expect 0 mlv-data cat data:moved && same out after.csv && git diff --quiet -- "*.mlv")'
check 'what is added there is known here' \
    '(cd ../tree && printf "a\n5\n" >new.csv && mlv-data add new.csv) && mlv-data cat data:new | grep -q 5'

check 'stdout to a full disk: committed, not reported' \
    'printf "a\n77\n" >full.csv; mlv-data add full.csv >/dev/full 2>err; test $? = 5 && mlv-data cat data:full | grep -q 77'
check 'a closed pipe: committed, not reported' \
    'printf "a\n76\n" >pipe.csv; { mlv-data add pipe.csv; echo $? >code; } 2>err | true; grep -qE "^(0|5)\$" code && mlv-data cat data:pipe | grep -q 76'
check 'closed descriptors take no harm' \
    'printf "a\n78\n" >closed.csv; mlv-data add closed.csv <&- >&- 2>&-; mlv-data cat data:closed | grep -q 78 && mlv-data fsck >out'
object=.mlv/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
chmod u+w "$object"
printf X | dd of="$object" bs=1 seek=12 conv=notrunc 2>/dev/null
check 'a damaged object is never restored' 'cp churn.csv keep.csv; echo edited >churn.csv; cp churn.csv was; expect 3 mlv-data cat data:churn@1 -o churn.csv && says damaged && same was churn.csv; mv keep.csv churn.csv'
check 'a damaged object is never served' 'expect 3 mlv-data cat data:churn@1 && says damaged'
check 'fsck names it and the exit status is 1' 'expect 1 mlv-data fsck && prints "sha256:$sha" && prints "damaged${tab}1"'
check 'adding the content again heals it' 'cp v1 churn.csv && expect 0 mlv-data add churn.csv && expect 0 mlv-data fsck'
sleep 0.05	# a tick of the clock, so that the file is remembered
expect 0 mlv-data add churn.csv
chmod u+w "$object"
printf X | dd of="$object" bs=1 seek=12 conv=notrunc 2>/dev/null
check 'so does adding a file that is known unchanged' 'expect 1 mlv-data fsck && expect 0 mlv-data add churn.csv && expect 0 mlv-data fsck'
check 'a newer store is refused' 'sed "s/^format: 1/format: 2/" .mlv/config >c && cp .mlv/config keep && cp c .mlv/config && expect 3 mlv-data ls && says "format 2"; cp keep .mlv/config'
finish
