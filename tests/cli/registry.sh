#!/bin/sh
# mlv-registry: versions, aliases, gates, log, verify
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
fresh repo
check 'outside a repository: what to do' 'echo m >m.onnx; expect 3 mlv-registry add churn m.onnx && says "mlv-data init"'
mlv-data init >/dev/null
check 'nothing to list' 'expect 0 mlv-registry ls && test ! -s out'
echo 'model one' >m.onnx
sha=$(sha256sum m.onnx | cut -d" " -f1)
check 'a file becomes version 1' 'expect 0 mlv-registry add churn m.onnx && printf "model:churn@1\tsha256:$sha\t10\t\\\\N\n" >want && same want out'
check 'the same file stays version 1' 'expect 0 mlv-registry add churn m.onnx && same want out'
echo 'model two, larger' >m.onnx
check 'another is version 2' 'expect 0 mlv-registry add churn m.onnx && prints "model:churn@2"'
check 'a table is no model' 'printf "a,b\n1,2\n" >t.csv && echo "{}" >t.jsonl && for t in t.csv t.jsonl; do expect 3 mlv-registry add tab $t && says "is a table, not a model" && test ! -s out || return 1; done; expect 3 mlv-registry show tab'
check 'nor is what a run put out' 'expect 0 mlv-train run -n tabled -o t2.csv -- cp t.csv t2.csv && expect 3 mlv-registry add tab run:$(cut -f1 out | cut -d: -f2):t2.csv && says "'"'t2.csv'"' is a table"'
check 'what will not be served is registered with one warning' 'expect 0 mlv-registry add churn m.onnx && says "model:churn@2 is registered, but mlv-serve will refuse it: " && test "$(wc -l <err)" = 1 && expect 0 mlv-registry add -q churn m.onnx && test ! -s err'
check 'what will be is registered without' 'cp "$TOP/tests/golden/models/churn-sklearn.onnx" good.onnx && expect 0 mlv-registry add good good.onnx && test ! -s err && cp good.onnx weights.bin && echo x >>weights.bin && expect 0 mlv-registry add good weights.bin && test ! -s err'
check 'neither file nor run' 'expect 3 mlv-registry add churn nosuch.onnx && says "there is no file and no run '"'nosuch.onnx'"'"'
check 'the name by --stdin' 'echo "m.onnx${tab}x" | mlv-registry add other --stdin >out && prints "model:other@1"'
check 'no such run' 'expect 3 mlv-registry add churn nothing && says "nothing"'
check 'a name that is none' 'expect 2 mlv-registry add Churn m.onnx && says "lower-case"'
check 'an alias is set' 'expect 0 mlv-registry set churn@champion 1 && printf "model:churn@champion\t1\t\\\\N\n" >want && same want out'
check 'and serves as a name' 'mlv-data cat model:churn@champion >out && printf "model one\n" >want && same want out'
check 'a policy that holds' 'printf "rules:\n  - size < 100\n" >p.yaml; expect 0 mlv-registry gate model:churn@2 --policy p.yaml && prints "pass${tab}size < 100"'
check 'one that does not: exit 1, the rule named' \
    'printf "rules:\n  - name: small\n    expr: size <= champion.size\n" >q.yaml; expect 1 mlv-registry gate churn@2 -p q.yaml && says "rule '"'small'"'" && says "size=18" && prints "fail${tab}small"'
check 'evidence that is missing is said' \
    'printf "rules: [test.auc > 0.8]\n" >r.yaml; expect 1 mlv-registry gate churn@2 -p r.yaml && says "no record of" && says "mlv-train eval" && prints missing'
check 'a gate keeps the alias where it is' \
    'expect 1 mlv-registry set churn@champion 2 --gate q.yaml && test ! -s out && mlv-registry ls churn | grep "^model:churn@1" | grep -q champion'
check 'a gate that holds lets it move' 'expect 0 mlv-registry set churn@champion 2 --gate p.yaml -m "try it" && prints "2${tab}1"'
check 'the wrong expectation changes nothing' 'expect 3 mlv-registry set churn@champion 1 --expect 1 && says "model:churn@champion moved: expected version 1, found 2"'
check 'expect none' 'expect 3 mlv-registry set churn@champion 1 -e none && expect 0 mlv-registry set churn@candidate champion -e none'
check 'a version that is not there' 'expect 3 mlv-registry set churn@champion 9 && says "no version 9"'
check 'a gate that judged nothing says no' 'expect 2 mlv-registry gate -p p.yaml && says "takes a name" && test ! -s out'
check 'a champion that is not there is told' \
    'printf "champion: champoin\nrules: [size <= champion.size]\n" >s.yaml; expect 0 mlv-registry set churn@champion 2 -g s.yaml && says "skipped: there is no model:churn@champoin yet"'
check 'but excuses no missing evidence' \
    'printf "champion: nobody\nrules: [champion.test.auc - test.auc < 0.1]\n" >s.yaml; expect 1 mlv-registry gate churn@2 -p s.yaml && says "no record of '"'test.auc'"'"'
check 'nor what fails anyway' \
    'printf "champion: nobody\nrules: [size < 5 and size <= champion.size]\n" >s.yaml; expect 1 mlv-registry gate churn@2 -p s.yaml && prints "fail${tab}"'
check 'rollback' 'expect 0 mlv-registry rollback churn@champion -m "too slow" && prints "1${tab}2"'
check 'no further' 'expect 1 mlv-registry rollback churn@champion && says "nowhere"'
check 'a note without end is refused, in words' \
    'expect 3 mlv-registry set churn@candidate 1 -m "$(printf "%070000d" 0)" && says "note is too long" && expect 0 mlv-data fsck'
check 'an alias is dropped' 'expect 0 mlv-registry set churn@candidate --drop && expect 3 mlv-data cat model:churn@candidate && says "no alias"'
check 'log tells it all' 'expect 0 mlv-registry log churn && cut -f1-4 out >got &&
    printf "%s\n" "model:churn@1${tab}add${tab}1${tab}\\N" "model:churn@2${tab}add${tab}2${tab}\\N" "model:churn@champion${tab}move${tab}1${tab}\\N" "model:churn@champion${tab}move${tab}2${tab}1" "model:churn@candidate${tab}move${tab}2${tab}\\N" "model:churn@champion${tab}rollback${tab}1${tab}2" "model:churn@candidate${tab}drop${tab}\\N${tab}2" >want && same want got && prints "too slow" && prints "passed; try it"'
check 'log of an alias is its own, of a version what meant it' \
    'expect 0 mlv-registry log churn@candidate && test "$(cut -f2,3 out | tr "\t\n" "  ")" = "move 2 drop \\N " && expect 0 mlv-registry log model:churn@1 && test "$(cut -f1,2 out | tr "\t\n" "  ")" = "model:churn@1 add model:churn@champion move model:churn@champion rollback "'
check 'of one that never was: exit 3' 'expect 3 mlv-registry log churn@nobody && says "there never was model:churn@nobody" && expect 3 mlv-registry log churn@99'
check 'a new alias that reads like another is set, and asked about' \
    'expect 0 mlv-registry set good@champion 1 && test ! -s err && expect 0 mlv-registry set good@champoin 2 && prints "model:good@champoin" && says "model:good@champoin is a new alias; did you mean '"'champion'"'?" && test "$(wc -l <err)" = 1 && expect 0 mlv-registry set good@champoin 1 && test ! -s err && expect 0 mlv-registry set good@canary 1 && test ! -s err'
check 'ls as JSON' 'expect 0 mlv-registry ls --json churn && grep -q "^{\"schema\":\"mlv.model.listed/1\",\"name\":\"model:churn@1\"" out'
check 'show' 'expect 0 mlv-registry show churn@champion && prints "content${tab}sha256:$sha" && prints "lineage${tab}content"'
check 'verify says whole' 'expect 0 mlv-registry verify && test "$(grep -c whole out)" = 5'
check 'a policy with an unknown member' 'printf "ruels: []\n" >b.yaml; expect 3 mlv-registry gate churn@1 -p b.yaml && says "rules"'
check 'a policy that does not parse' 'printf "rules: [a >]\n" >b.yaml; expect 2 mlv-registry gate churn@1 -p b.yaml'
check 'no policy' 'expect 2 mlv-registry gate churn@1 && says "--policy"'
check 'data is no model' 'expect 2 mlv-registry show data:churn && says "not a model"'
cp .mlv/audit/log keep
sed -i 's/try it/do it!/' .mlv/audit/log
check 'an edited audit log shows' 'expect 1 mlv-registry verify && says "audit log" && expect 1 mlv-data fsck && expect 3 mlv-registry log churn'
cp keep .mlv/audit/log
# what an alias means is what the log says it was moved to
alias=.mlv/refs/model/churn@champion
tampered() {	# title, what says so
	check "$1" "expect 1 mlv-data fsck && prints '$2' && expect 1 mlv-registry verify && says '$2' && says 'do not agree'"
	rm -rf .mlv && cp -a whole .mlv
}
cp -a .mlv whole
two=$(awk -F'\t' '$1 == 2 { print $2 }' .mlv/refs/model/churn)
sed -i '$s/^1\(.\)[^\t]*/2\1'"$two/" $alias
tampered 'an alias that points elsewhere than it was moved to shows' 'not what the audit record says'
sed -i '$d' .mlv/audit/log
tampered 'a log with its tail cut off shows' 'is not in the log'
rm .mlv/audit/log
tampered 'a log that is gone shows' 'is not in the log'
awk 'NR == 1 { print; next } { line[NR] = $0 } END { for (i = NR; i > 1; i--) print line[i] }' $alias >turned && cat turned >$alias
tampered 'values in another order show' 'not in the order'
cp $alias .mlv/refs/model/churn@other
tampered 'an alias copied from another shows' 'not what the audit record says'
check 'and untouched they agree' 'expect 0 mlv-data fsck && expect 0 mlv-registry verify'
object=.mlv/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
chmod u+w "$object"; printf X | dd of="$object" bs=1 seek=9 conv=notrunc 2>/dev/null
check 'verify names what is damaged' 'expect 1 mlv-registry verify churn@1 && says damaged && prints "damaged${tab}2${tab}1"'
finish
