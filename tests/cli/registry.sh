#!/bin/sh
# mlv-registry: versions, aliases, gates, the log, and what verify finds when
# the repository or its audit record was tampered with.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
fresh repo
check 'add outside a repository: refused, and init is named' <<'X'
	echo m >m.bin &&
	expect 3 mlv-registry add churn m.bin &&
	says "mlv-data init"
X
mlv-data init >/dev/null

# --- add
check 'ls of an empty registry prints nothing' <<'X'
	expect 0 mlv-registry ls &&
	test ! -s out
X
echo 'model one' >m.bin
sha=$(sha256sum m.bin | cut -d" " -f1)
check 'add of a first file makes version 1, in one record' <<'X'
	expect 0 mlv-registry add churn m.bin &&
	printf 'model:churn@1\tsha256:%s\t10\t\\N\n' "$sha" >want &&
	same want out
X
check 'add of a file that is registered gives the version it has' <<'X'
	expect 0 mlv-registry add churn m.bin &&
	same want out
X
echo 'model two, larger' >m.bin
check 'add of a file with other content makes version 2' <<'X'
	expect 0 mlv-registry add churn m.bin &&
	prints "model:churn@2"
X
printf 'a,b\n1,2\n' >t.csv
echo '{}' >t.jsonl
check 'add of a table (CSV, JSON Lines) is refused, and no name is made' <<'X'
	for t in t.csv t.jsonl; do
		expect 3 mlv-registry add tab $t || return 1
		says "is a table, not a model" || return 1
		test ! -s out || return 1
	done &&
	expect 3 mlv-registry show tab
X
check 'add of a table that a run put out is refused' <<'X'
	expect 0 mlv-train run -n tabled -o t2.csv -- cp t.csv t2.csv &&
	run=$(cut -f1 out | cut -d: -f2) &&
	expect 3 mlv-registry add tab "run:$run:t2.csv" &&
	says "'t2.csv' is a table"
X
cp m.bin m.onnx
check 'add of a file called .onnx that is none: refused, the way round it is named' <<'X'
	expect 3 mlv-registry add churn m.onnx &&
	says "'m.onnx' is called .onnx, but is none" &&
	says "--any-format" &&
	test ! -s out &&
	expect 0 mlv-train run -n written -o r.onnx -- cp m.bin r.onnx &&
	expect 3 mlv-registry add churn written &&
	says "is none" &&
	expect 0 mlv-registry ls churn &&
	test "$(wc -l <out)" = 2
X
check 'add --any-format of a file mlv-serve will refuse: registered, with one warning' <<'X'
	expect 0 mlv-registry add --any-format odd m.onnx &&
	says "model:odd@1 is registered, but mlv-serve will refuse it: " &&
	test "$(wc -l <err)" = 1
X
check 'add --quiet of a file mlv-serve will refuse: no warning' <<'X'
	expect 0 mlv-registry add -q --any-format odd m.onnx &&
	test ! -s err
X
check 'add of a model mlv-serve takes: no warning, whatever the file is called' <<'X'
	cp "$TOP/tests/golden/models/churn-sklearn.onnx" good.onnx &&
	expect 0 mlv-registry add good good.onnx &&
	test ! -s err &&
	cp good.onnx weights.bin &&
	echo x >>weights.bin &&
	expect 0 mlv-registry add good weights.bin &&
	test ! -s err
X
check 'add of what is neither a file nor a run: refused, and it is named' <<'X'
	expect 3 mlv-registry add churn nosuch.onnx &&
	says "there is no file and no run 'nosuch.onnx'"
X
check 'add --stdin takes the file from the first field of a line' <<'X'
	echo "m.bin${tab}x" >lines &&
	expect 0 mlv-registry add other --stdin <lines &&
	prints "model:other@1"
X
check 'add of a run that is not there: refused, and it is named' <<'X'
	expect 3 mlv-registry add churn nothing &&
	says "nothing"
X
check 'add under a name with a capital letter: a usage error' <<'X'
	expect 2 mlv-registry add Churn m.bin &&
	says "lower-case"
X

# --- set and gate
check 'set of a new alias prints alias, version and no former version' <<'X'
	expect 0 mlv-registry set churn@champion 1 &&
	printf 'model:churn@champion\t1\t\\N\n' >want &&
	same want out
X
check 'an alias serves as a name: mlv-data cat gives its version' <<'X'
	expect 0 mlv-data cat model:churn@champion &&
	echo "model one" >want &&
	same want out
X
printf 'rules:\n  - size < 100\n' >passes.yaml
printf 'rules:\n  - name: small\n    expr: size <= champion.size\n' >small.yaml
printf 'rules: [test.auc > 0.8]\n' >auc.yaml
check 'gate with a rule that holds: exit 0, and the rule passes' <<'X'
	expect 0 mlv-registry gate model:churn@2 --policy passes.yaml &&
	prints "pass${tab}size < 100"
X
check 'gate with a rule that does not hold: exit 1, rule and values are named' <<'X'
	expect 1 mlv-registry gate churn@2 -p small.yaml &&
	says "rule 'small'" &&
	says "size=18" &&
	prints "fail${tab}small"
X
check 'gate without the evidence a rule wants: exit 1, and how to get it is said' <<'X'
	expect 1 mlv-registry gate churn@2 -p auc.yaml &&
	says "no record of" &&
	says "mlv-train eval" &&
	prints missing
X
check 'set behind a gate that does not hold: the alias stays where it is' <<'X'
	expect 1 mlv-registry set churn@champion 2 --gate small.yaml &&
	test ! -s out &&
	expect 0 mlv-registry ls churn &&
	grep "^model:churn@1" out >line &&
	grep -q champion line
X
check 'set behind a gate that holds: the alias moves' <<'X'
	expect 0 mlv-registry set churn@champion 2 --gate passes.yaml -m "try it" &&
	prints "2${tab}1"
X
check 'set --expect of a version the alias does not have: refused' <<'X'
	expect 3 mlv-registry set churn@champion 1 --expect 1 &&
	says "model:churn@champion moved: expected version 1, found version 2"
X
check 'set --expect none: refused for an alias that is set' <<'X'
	expect 3 mlv-registry set churn@champion 1 -e none &&
	says "model:churn@champion moved: expected none, found version 2"
X
check 'set --expect none: done for an alias that is not set' <<'X'
	expect 0 mlv-registry set churn@candidate champion -e none
X
check 'set to a version that is not there: refused' <<'X'
	expect 3 mlv-registry set churn@champion 9 &&
	says "no version 9"
X
check 'gate without a model: a usage error, nothing printed' <<'X'
	expect 2 mlv-registry gate -p passes.yaml &&
	says "takes a name" &&
	test ! -s out
X
check 'gate against a champion that is not there: the rule is skipped, and told' <<'X'
	printf '%s\n' 'champion: champoin' 'rules: [size <= champion.size]' >policy.yaml &&
	expect 0 mlv-registry set churn@champion 2 -g policy.yaml &&
	says "skipped: there is no model:churn@champoin yet"
X
check 'gate against a champion that is not there: missing evidence still fails' <<'X'
	printf '%s\n' 'champion: nobody' 'rules: [champion.test.auc - test.auc < 0.1]' >policy.yaml &&
	expect 1 mlv-registry gate churn@2 -p policy.yaml &&
	says "no record of 'test.auc'"
X
check 'gate against a champion that is not there: a rule false anyway still fails' <<'X'
	printf '%s\n' 'champion: nobody' 'rules: [size < 5 and size <= champion.size]' >policy.yaml &&
	expect 1 mlv-registry gate churn@2 -p policy.yaml &&
	prints "fail${tab}"
X
check 'gate with a policy that has an unknown member: refused, "rules" is named' <<'X'
	echo 'ruels: []' >policy.yaml &&
	expect 3 mlv-registry gate churn@1 -p policy.yaml &&
	says "rules"
X
check 'gate with a rule that does not parse: a usage error' <<'X'
	echo 'rules: [a >]' >policy.yaml &&
	expect 2 mlv-registry gate churn@1 -p policy.yaml
X
check 'gate without a policy: a usage error that names --policy' <<'X'
	expect 2 mlv-registry gate churn@1 &&
	says "--policy"
X

# --- rollback, drop, log
check 'rollback moves an alias to the version it had before' <<'X'
	expect 0 mlv-registry rollback churn@champion -m "too slow" &&
	prints "1${tab}2"
X
check 'rollback of an alias that is not there: what sets it is said; a model that is not there is named' <<'X'
	expect 3 mlv-registry rollback churn@never &&
	says "'mlv-registry set churn@never VERSION' sets it" &&
	expect 3 mlv-registry rollback nosuch@champion &&
	says "there is no model:nosuch"
X
check 'rollback of an alias that has no former version left: exit 1' <<'X'
	expect 1 mlv-registry rollback churn@champion &&
	says "nowhere"
X
check 'set with a note of 70000 characters: refused in words, the repository whole' <<'X'
	expect 3 mlv-registry set churn@candidate 1 -m "$(printf '%070000d' 0)" &&
	says "note is too long" &&
	expect 0 mlv-data fsck
X
check 'set --drop: the alias is no name any more' <<'X'
	expect 0 mlv-registry set churn@candidate --drop &&
	expect 3 mlv-data cat model:churn@candidate &&
	says "'mlv-registry set churn@candidate VERSION' sets it"
X
tr ' ' '\t' >log.want <<'X'
model:churn@1 add 1 \N
model:churn@2 add 2 \N
model:churn@champion move 1 \N
model:churn@champion move 2 1
model:churn@candidate move 2 \N
model:churn@champion rollback 1 2
model:churn@candidate drop \N 2
X
check 'log of a model: every add, move, rollback and drop in order, with notes' <<'X'
	expect 0 mlv-registry log churn &&
	cut -f1-4 out >got &&
	same log.want got &&
	prints "too slow" &&
	prints "passed; try it"
X
check 'log of an alias: its own events alone' <<'X'
	expect 0 mlv-registry log churn@candidate &&
	cut -f2,3 out >got &&
	printf 'move\t2\ndrop\t\\N\n' >want &&
	same want got
X
check 'log of a version: its add, and the moves of aliases to it' <<'X'
	expect 0 mlv-registry log model:churn@1 &&
	cut -f1,2 out >got &&
	grep "^[^${tab}]*${tab}[a-z]*${tab}1${tab}" log.want | cut -f1,2 >want &&
	test "$(wc -l <want)" = 3 &&
	same want got
X
check 'log of an alias or a version that never was: exit 3' <<'X'
	expect 3 mlv-registry log churn@nobody &&
	says "there never was model:churn@nobody" &&
	expect 3 mlv-registry log churn@99
X
check 'set of a new alias that reads like another: set, with one question' <<'X'
	expect 0 mlv-registry set good@champion 1 &&
	test ! -s err &&
	expect 0 mlv-registry set good@champoin 2 &&
	prints "model:good@champoin" &&
	says "model:good@champoin is a new alias; did you mean 'champion'?" &&
	test "$(wc -l <err)" = 1
X
check 'set of an alias that is not new, or reads like no other: no question' <<'X'
	expect 0 mlv-registry set good@champoin 1 &&
	test ! -s err &&
	expect 0 mlv-registry set good@canary 1 &&
	test ! -s err
X

# --- ls, show, verify
check 'ls --json prints records of the schema mlv.model.listed/1' <<'X'
	expect 0 mlv-registry ls --json churn &&
	grep -q '^{"schema":"mlv.model.listed/1","name":"model:churn@1"' out
X
check 'show of an alias prints content and lineage of its version' <<'X'
	expect 0 mlv-registry show churn@champion &&
	prints "content${tab}sha256:$sha" &&
	prints "lineage${tab}content"
X
check 'verify of an untouched registry: all six versions are whole' <<'X'
	expect 0 mlv-registry verify &&
	test "$(grep -c whole out)" = 6
X
check 'show of data: a usage error that says it is not a model' <<'X'
	expect 2 mlv-registry show data:churn &&
	says "not a model"
X

# --- tampering: what an alias means is what the log says it was moved to
cp .mlv/audit/log keep
sed -i 's/try it/do it!/' .mlv/audit/log
check 'an audit log with an edited note: verify, fsck and log refuse it' <<'X'
	expect 1 mlv-registry verify &&
	says "audit log" &&
	expect 1 mlv-data fsck &&
	expect 3 mlv-registry log churn
X
cp keep .mlv/audit/log
cp -a .mlv whole
alias=.mlv/refs/model/churn@champion
tampered() {	# what was done to .mlv, the words that tell; puts .mlv back
	told=$2
	check "fsck and verify see $1" <<-'X'
		expect 1 mlv-data fsck &&
		prints "$told" &&
		expect 1 mlv-registry verify &&
		says "$told" &&
		says "do not agree"
	X
	rm -rf .mlv && cp -a whole .mlv
}
two=$(awk -F'\t' '$1 == 2 { print $2 }' .mlv/refs/model/churn)
sed -i '$s/^1\(.\)[^\t]*/2\1'"$two/" $alias
tampered 'an alias that points elsewhere than it was moved to' 'not what the audit record says'
sed -i '$d' .mlv/audit/log
tampered 'an audit log with its last line cut off' 'is not in the log'
rm .mlv/audit/log
tampered 'an audit log that is gone' 'is not in the log'
{ head -n 1 $alias; tail -n +2 $alias | tac; } >turned
cat turned >$alias
tampered 'the values of an alias in another order' 'not in the order'
cp $alias .mlv/refs/model/churn@other
tampered 'an alias file copied from another alias' 'not what the audit record says'
check 'fsck and verify find nothing once everything is put back' <<'X'
	expect 0 mlv-data fsck &&
	expect 0 mlv-registry verify
X
object=.mlv/objects/$(echo "$sha" | cut -c1-2)/$(echo "$sha" | cut -c3-)
chmod u+w "$object"
printf X | dd of="$object" bs=1 seek=9 conv=notrunc 2>/dev/null
check 'verify of a version whose content was changed: exit 1, it is named damaged' <<'X'
	expect 1 mlv-registry verify churn@1 &&
	says damaged &&
	prints "damaged${tab}2${tab}1"
X

# --- columns of a matrix
fresh columns
mlv-data init >/dev/null
check 'add --columns: the copy says which columns it reads, whatever order they come in' <<'X'
	ridge=$TOP/tests/golden/onnx/ridge/model.onnx &&
	expect 0 mlv-registry add named "$ridge" --columns a,b,c,d,e,f &&
	test "$(cut -f2 out)" != "sha256:$(sha256sum <"$ridge" | cut -c1-64)" &&
	printf '%s\n' a,b,c,d,e,f 1,2,3,4,5,6 >rows.csv &&
	printf '%s\n' f,x,e,d,c,b,a 6,9,5,4,3,2,1 >turned.csv &&
	expect 0 mlv-serve batch -i rows.csv --columns a,b,c,d,e,f "$ridge" &&
	mv out want &&
	expect 0 mlv-serve batch -i turned.csv model:named@1 &&
	same want out &&
	test ! -s err &&
	expect 0 mlv-registry add named "$ridge" --columns a,b,c,d,e,f &&
	prints model:named@1
X
check 'add --columns: more or fewer than the model takes are a usage error, and nothing is registered' <<'X'
	ridge=$TOP/tests/golden/onnx/ridge/model.onnx &&
	expect 2 mlv-registry add other "$ridge" --columns a,b &&
	says "takes 6 columns, 2 are named" &&
	expect 2 mlv-registry add other "$ridge" --columns a,b,c,d,e,f,g &&
	expect 3 mlv-registry show other
X
check 'add --columns of a model that names its columns itself: a usage error' <<'X'
	expect 2 mlv-registry add named model:named@1 --columns f,e,d,c,b,a &&
	says "says itself which columns"
X
check 'add --columns of what a run put out: a usage error, as its lineage would be lost' <<'X'
	cp "$TOP/tests/golden/onnx/ridge/model.onnx" have.onnx &&
	mlv-train run -o copy.onnx -- cp have.onnx copy.onnx >/dev/null 2>&1 &&
	expect 2 mlv-registry add other copy.onnx --columns a,b,c,d,e,f &&
	says "its lineage is of these bytes"
X
finish
