#!/bin/sh
# Every record, manifest and journal line against its man page of section 5:
# a field without a word there, in another place or of another type fails.
. "$(dirname "$0")/../lib.sh"

# --- what the pages say: schema, field, types, and where it may be missing
cat >fields.awk <<'X'
/^\.S[hs] / { section = $2 }
/^\.It Va / {
	line = substr($0, 8)
	cut = index(line, " Pq ")
	said = substr(line, cut + 4)
	n = split(substr(line, 1, cut - 1), name, / , /)
	split(said, part, ";")
	gsub(/ or /, "|", part[1])
	where = said ~ /plain only/ ? "plain" : said ~ /JSON only/ ? "json" : "both"
	for (i = 1; i <= n; i++) {
		sub(/\.[A-Z]+$/, ".*", name[i])
		print section "\t" name[i] "\t" part[1] "\t" where "\t" \
		    (said ~ /absent/ ? "absent" : "there")
	}
}
X

# --- what was printed: a line for each record, then its fields and their types
cat >printed.jq <<'X'
def kind:
	if type == "string" then "text"
	elif type == "array" then "list"
	elif type == "object" then "map"
	elif type != "number" then type
	elif . == floor then "integer"
	else "number" end;
def fields($schema):
	"\($schema)\t",
	(to_entries[] | "\($schema)\t\(.key)\t\(.value | kind)");
if $what == "event" then .event as $event | del(.event) | fields($event)
else
	(if $what == "manifest" then .manifest else . end)
	| .schema as $schema | del(.schema) | fields($schema)
end
X

# --- one held against the other; in manifests members are sorted
cat >compare.awk <<'X'
function fail(why) { print schema ": " why; bad = 1 }
function listed(key) {
	if ((schema, key) in types)
		return key
	sub(/\.[a-z0-9]+$/, ".*", key)
	return (schema, key) in types ? key : ""
}
function close_record(  i, key) {
	for (i = 1; schema != "" && i <= count[schema]; i++) {
		key = field[schema, i]
		if (where[schema, key] != "plain" && must[schema, key] == "there" && !(key in seen))
			fail("no field " key)
	}
	split("", seen)
	last = 0
	before = ""
}
NR == FNR {
	field[$1, ++count[$1]] = $2
	place[$1, $2] = count[$1]
	types[$1, $2] = "|" $3 "|"
	where[$1, $2] = $4
	must[$1, $2] = $5
	next
}
$2 == "" {
	close_record()
	schema = $1
	if (!(schema in count))
		fail("is on no page")
	next
}
!(schema in count) { next }
$2 == before "_flag" { next }
{
	key = listed($2)
	if (key == "" && what == "manifest" && $2 == "links")
		next
	if (key == "") {
		fail("no word about the field " $2)
		next
	}
	want = types[schema, key]
	if (where[schema, key] == "plain")
		fail($2 " is not in the plain form only")
	if (want != "|any|" && !index(want, "|" $3 "|") && !($3 == "integer" && index(want, "|number|")))
		fail($2 " is " $3)
	if (what != "manifest" && place[schema, key] < last)
		fail($2 " stands in another place")
	last = place[schema, key]
	before = $3 == "null" ? $2 : ""
	seen[key] = 1
}
END { close_record(); exit bad }
X

records=$HOME_DIR
pages=$(ls "$TOP"/man/mlv-records.5 "$TOP"/man/mlv-*-records.5)
# shellcheck disable=SC2086 # several files
awk -f fields.awk $pages >record.fields
awk -f fields.awk "$TOP/man/mlv-manifests.5" >manifest.fields
awk -f fields.awk "$TOP/man/mlv-journal.5" >event.fields

agree() {	# record, manifest or event; ./out holds it
	jq -r --arg what "$1" -f "$records/printed.jq" out >printed || return 1
	cut -f1,2 printed >>"$records/$1.printed"
	awk -F'\t' -v what="$1" -f "$records/compare.awk" "$records/$1.fields" printed
}
described() {	# exit status, tool, verb, arguments...
	status=$1 tool=$2 verb=$3
	shift 3
	# shellcheck disable=SC2086 # a verb may have two words
	expect "$status" "$tool" $verb --json "$@" || return 1
	[ -s out ] || { echo 'nothing was printed'; return 1; }
	echo "$tool $verb" >>"$records/verbs"
	agree record
}
# The plain form has as many fields as the page lists for it.
plain() {	# schema, exit status, command...
	schema=$1
	shift
	expect "$@" || return 1
	want=$(awk -F'\t' -v s="$schema" '$1 == s && $4 != "json"' "$records/record.fields" | wc -l)
	awk -F'\t' -v want="$want" '
		NF != want { print NF " fields, not " want ": " $0; bad = 1 }
		END { exit bad || NR == 0 }' out
}

fresh work
git init -q .
echo begun >notes
git add notes
git commit -qm begun
echo changed >>notes
rows() {	# first, last: id, a number, a number with holes, a class
	awk -v i="$1" -v last="$2" 'BEGIN {
		print "id,x,z,y"
		for (; i <= last; i++)
			printf "k%d,%d,%s,%s\n", i, i * 37 % 101, i % 9 ? i * 53 % 89 / 8 : "",
			    (i * 37 % 101 + i % 7 * 9 > 75 ? "yes" : "no")
	}'
}
rows 1 400 >rows.csv
rows 401 700 >later.csv

# --- mlv-data
check 'mlv-data init prints the record of mlv-data-records(5)' 'described 0 mlv-data init'
check 'mlv-data add prints the record of mlv-data-records(5)' 'described 0 mlv-data add rows.csv'
check 'mlv-data add of a file that is no table prints the record' <<'X'
	echo words >words.txt &&
	described 0 mlv-data add words.txt
X
check 'mlv-data ls prints the record of mlv-data-records(5), in both forms' <<'X'
	described 0 mlv-data ls &&
	plain mlv.dataset.listed/1 0 mlv-data ls
X
check 'mlv-data status prints the record of mlv-data-records(5), in both forms' <<'X'
	described 0 mlv-data status &&
	plain mlv.dataset.status/1 0 mlv-data status
X
check 'mlv-data diff prints the three records of mlv-data-records(5), in both forms' <<'X'
	sed '3s/$/s/; 5d; s/,y$/,w/' rows.csv >rows2.csv &&
	described 1 mlv-data diff --key id rows.csv rows2.csv &&
	described 1 mlv-data diff --stat --key id rows.csv rows2.csv &&
	expect 0 mlv-data diff --stat rows.csv rows.csv &&
	awk -F'\t' 'NF != ($1 == "table" ? 13 : 11) { exit 1 }' out
X
check 'mlv-data diff of folders prints the two records of mlv-data-records(5)' <<'X'
	mkdir -p pair &&
	echo one >pair/a &&
	echo two >pair/b &&
	mlv-data add pair >log &&
	echo changed >pair/a &&
	rm pair/b &&
	echo new >pair/c &&
	mlv-data add pair >log &&
	described 1 mlv-data diff data:pair@1 data:pair@2 &&
	plain mlv.diff.folder/1 0 mlv-data diff data:pair data:pair
X
check 'mlv-data checkout prints the record of mlv-data-records(5), in both forms' <<'X'
	rm words.txt &&
	described 0 mlv-data checkout words.txt &&
	rm words.txt &&
	plain mlv.dataset.restored/1 0 mlv-data checkout words.txt
X
check 'mlv-data tag prints the record of mlv-registry-records(5), in both forms' <<'X'
	described 0 mlv-data tag data:rows@1 golden &&
	plain mlv.alias/1 0 mlv-data tag --drop data:rows@golden
X
mkdir theirs
check 'mlv-data remote, push, fetch, pull and clone print the records of mlv-remote-records(5)' <<'X'
	described 0 mlv-data 'remote add' origin theirs &&
	described 0 mlv-data 'remote ls' &&
	described 0 mlv-data 'remote default' origin &&
	plain mlv.remote/1 0 mlv-data remote default origin &&
	described 0 mlv-data push &&
	described 0 mlv-data fetch &&
	described 0 mlv-data pull &&
	described 0 mlv-data clone "$PWD/theirs" cloned &&
	described 0 mlv-data 'remote rm' origin &&
	rm -rf cloned
X
check 'mlv-data split prints the record for parts in the repository' <<'X'
	described 0 mlv-data split data:rows --by id train=60 valid=20 test=20
X
check 'mlv-data split prints the record for files' 'described 0 mlv-data split -o . rows.csv a=50 b=50'
check 'mlv-data log prints the record of mlv-data-records(5), in both forms' <<'X'
	described 0 mlv-data log &&
	plain mlv.dataset.event/1 0 mlv-data log
X
check 'mlv-data profile prints the record of mlv-data-records(5)' <<'X'
	described 0 mlv-data profile data:rows -o profile:rows
X
check 'mlv-data lineage prints the records of mlv-data-records(5), in both forms' <<'X'
	described 0 mlv-data lineage data:rows --up --down &&
	plain mlv.lineage.node/1 0 mlv-data lineage profile:rows
X
check 'mlv-data import prints the record of add' <<'X'
	mkdir -p .dvc &&
	echo kept >kept.txt &&
	printf 'outs:\n- md5: %s\n  path: kept.txt\n' "$(md5sum kept.txt | cut -c1-32)" >kept.txt.dvc &&
	described 0 mlv-data "import dvc" kept.txt.dvc &&
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 6\n' \
	    "$(echo large | sha256sum | cut -c1-64)" >large.bin &&
	git add large.bin &&
	echo large >large.bin &&
	described 0 mlv-data "import lfs" &&
	git rm -q -f --cached large.bin &&
	rm -r .dvc kept.txt* large.bin*
X
check 'mlv-data hook prints the record of mlv-data-records(5), in both forms' <<'X'
	described 0 mlv-data "hook install" &&
	described 0 mlv-data "hook status" &&
	plain mlv.hook/1 0 mlv-data hook status &&
	described 0 mlv-data "hook uninstall"
X
check 'mlv-data ls of a profile prints the record, in both forms' <<'X'
	described 0 mlv-data ls profile:rows &&
	plain mlv.object.listed/1 0 mlv-data ls profile:rows
X
check 'mlv-data schema prints a document with its name' <<'X'
	expect 0 mlv-data schema --json rows.csv &&
	holds '.schema == "mlv.schema/1"' &&
	echo "mlv-data schema" >>"$records/verbs" &&
	mlv-data schema rows.csv >schema.yaml
X
check 'mlv-data check prints the record of mlv-data-records(5), in both forms' <<'X'
	sed '3s/yes$\|no$/perhaps/; 5s/,[0-9]*,/,9999,/' rows.csv >broken.csv &&
	described 1 mlv-data check --schema schema.yaml broken.csv &&
	plain mlv.check/1 1 mlv-data check --schema schema.yaml broken.csv
X
check 'mlv-data show prints the manifest within its record, and fields in the plain form' <<'X'
	described 0 mlv-data show data:rows &&
	plain mlv.field/1 0 mlv-data show data:rows
X

# --- mlv-train
check 'mlv-train fit prints the record of mlv-train-records(5)' <<'X'
	described 0 mlv-train fit data:rows-train -t y -d id -l logistic -n plain -o one.onnx
X
check 'mlv-train fit with validation rows prints the record' <<'X'
	described 0 mlv-train fit data:rows-train --valid data:rows-valid -t y -d id -l gbdt -o two.onnx
X
check 'mlv-train fit of a number, without a repository, prints the record' <<'X'
	(cd .. && described 0 mlv-train fit work/rows.csv -t x -d id -l linear -o three.onnx)
X
check 'mlv-train fit with folds and rows without a target prints the record' <<'X'
	sed '3s/[^,]*$//' ../work/rows.csv >gap.csv &&
	target=$(head -n 1 gap.csv | sed 's/.*,//') &&
	described 0 mlv-train fit gap.csv -t "$target" -d id -l gbdt -o four.onnx --cv 3 \
	    --drop-missing-target
X
check 'mlv-train eval with folds prints the record' <<'X'
	described 0 mlv-train eval --cv 2 two.onnx data:rows-test &&
	plain mlv.evaluation.folds/1 0 mlv-train eval --cv 2 two.onnx data:rows-test
X
check 'mlv-train eval has its metrics in the plain form of mlv-train-records(5)' <<'X'
	plain mlv.evaluation.metric/1 0 mlv-train eval two.onnx data:rows-test &&
	expect 0 mlv-train eval --json two.onnx data:rows-test &&
	holds '.schema == "mlv.evaluation/1"' &&
	echo "mlv-train eval" >>"$records/verbs"
X
if [ -f "$TOP/man/mlv-evaluation.5" ]; then
	check 'mlv-train eval --json has no member without a word in mlv-evaluation(5)' <<'X'
		for name in $(jq -r "keys[]" out)
		do
			grep -qE "^\.(It )?Cm (.* )?$name( |$)" "$TOP/man/mlv-evaluation.5" || return 1
		done
X
fi
check 'mlv-train run prints the record of mlv-train-records(5)' <<'X'
	described 0 mlv-train run -n good -p lr=0.1 -d rows.csv -o made.txt -- \
		sh -c "mlv-train log loss=0.5; echo made >made.txt"
X
check 'mlv-train run of the same work prints the record' <<'X'
	described 0 mlv-train run -n good -p lr=0.1 -d rows.csv -o made.txt -- \
		sh -c "mlv-train log loss=0.5; echo made >made.txt" &&
	holds '.status == "restored"'
X
check 'mlv-train run of a command that fails prints the record' <<'X'
	described 1 mlv-train run -n bad -- sh -c "mlv-train log loss=nan; echo trouble >&2; exit 3"
X
check 'mlv-train run of a command that does not exist prints the record' <<'X'
	described 3 mlv-train run -n absent -- ./no-such
X
check 'mlv-train log prints the record of the run it began' <<'X'
	printf "a=1 b=inf\na=2 b=nan\n" >lines &&
	described 0 mlv-train log -n logged <lines
X
check 'mlv-train runs prints the record for each kind of run, in both forms' <<'X'
	described 0 mlv-train runs &&
	plain mlv.run.listed/1 0 mlv-train runs
X
check 'mlv-train runs --group-by prints its record' <<'X'
	described 0 mlv-train runs -g learner,params.lr --agg max:metrics.loss,count:metrics.loss
X
check 'mlv-train tag, attach, archive and restore print their record' <<'X'
	described 0 mlv-train tag -m words good team=a &&
	described 0 mlv-train attach good rows.csv &&
	described 0 mlv-train archive bad &&
	described 0 mlv-train restore bad
X
is_living() { mlv-train runs -w "status = 'running'" | grep -q "$1"; }
check 'mlv-train runs prints the record of a run that still lives' <<'X'
	mkfifo go &&
	background mlv-train run -n living -- cat go &&
	until_true is_living living &&
	described 0 mlv-train runs -w "status = 'running'" &&
	echo end >go &&
	wait "$server"
X
check 'mlv-train show prints the record of mlv-train-records(5)' <<'X'
	described 0 mlv-train show good bad absent logged plain
X
check 'mlv-train show has fields, then links, in the plain form' <<'X'
	expect 0 mlv-train show good &&
	grep -v "	sha256:" out >said &&
	grep "	sha256:" out >links &&
	plain mlv.field/1 0 cat said &&
	plain mlv.run.link/1 0 cat links
X
check 'mlv-train show -m prints the record of each point, in both forms' <<'X'
	described 0 mlv-train show -m b logged &&
	plain mlv.run.metric/1 0 mlv-train show -m b logged
X
check 'mlv-train compare prints the record of mlv-train-records(5)' <<'X'
	described 0 mlv-train compare good bad
X

# --- mlv-data feature
check 'mlv-data feature join, load and get print the records of mlv-data-records(5)' <<'X'
	cat >features.yaml <<'Y' &&
entities: {customer: {key: id}}
views: {usage: {entity: customer, source: usage.csv, timestamp: event_timestamp, features: [calls]}}
services: {churn: [usage]}
Y
	printf 'id,event_timestamp,calls\n1,2026-01-01,3\n2,2026-01-01,4\n' >usage.csv &&
	printf 'id,event_timestamp\n1,2026-01-02\n3,2026-01-02\n' >entities.csv &&
	described 0 mlv-data 'feature join' features.yaml --service churn entities.csv --name joined -o joined.csv &&
	described 0 mlv-data 'feature load' features.yaml &&
	described 0 mlv-data 'feature get' features.yaml --service churn id=1
X
check 'mlv-data feature audit prints the records of mlv-data-records(5)' <<'X'
	mkdir audited &&
	printf '{"time":"2026-01-02T00:00:00Z","model":"m","inputs":{"id":%s,"calls":7},"outputs":{"y":1},"features":%s}\n' \
	    1 '{"service":"churn","at":"2026-01-02T00:00:00Z"}' >audited/1.jsonl &&
	described 1 mlv-data 'feature audit' features.yaml audited
X

# --- mlv-train repro, graph, import
check 'mlv-train repro and graph print the records of mlv-train-records(5), in both forms' <<'X'
	printf 'stages: {one: {cmd: cp rows.csv one.csv, deps: [rows.csv], outs: [one.csv]}}\n' >dvc.yaml &&
	described 0 mlv-train repro &&
	plain mlv.pipeline.stage/1 0 mlv-train repro &&
	described 0 mlv-train graph &&
	plain mlv.pipeline.node/1 0 mlv-train graph
X
check 'mlv-train import prints the record of mlv-train-records(5), in both forms' <<'X'
	mkdir -p mlruns/1/r/metrics mlruns/1/r/params &&
	printf 'run_id: r\nstart_time: 1700000000000\nstatus: 3\n' >mlruns/1/r/meta.yaml &&
	described 0 mlv-train 'import mlruns' mlruns &&
	plain mlv.run.imported/1 0 mlv-train import mlruns mlruns &&
	echo "mlv-train import tensorboard" >>"$records/verbs"
X

# --- mlv-train search
check 'mlv-train search new prints the record of mlv-train-records(5), in both forms' <<'X'
	echo "lr: {type: float, low: 0, high: 1}" >space.yaml &&
	described 0 mlv-train 'search new' tune --space space.yaml &&
	plain mlv.study.made/1 0 mlv-train search new tune --space space.yaml
X
check 'mlv-train search ask prints the record of mlv-train-records(5), in both forms' <<'X'
	described 0 mlv-train 'search ask' tune -n 2 &&
	plain mlv.trial.asked/1 0 mlv-train search ask tune
X
check 'mlv-train search report prints the record of mlv-train-records(5), in both forms' <<'X'
	described 0 mlv-train 'search report' tune 1 --step 1 0.5 &&
	plain mlv.trial.reported/1 0 mlv-train search report tune 1 --step 2 nan
X
check 'mlv-train search tell prints the record of mlv-train-records(5)' <<'X'
	described 0 mlv-train 'search tell' tune 0 0.5 -c size=1 &&
	described 0 mlv-train 'search tell' tune 1 0.25
X
check 'mlv-train search run prints the record of a trial that is a run' <<'X'
	described 0 mlv-train 'search run' tune --trials 1 -- echo 0.5 &&
	holds '.run'
X
check 'mlv-train search best and show print the record of mlv-train-records(5), in both forms' <<'X'
	described 0 mlv-train 'search best' tune &&
	described 0 mlv-train 'search show' tune &&
	plain mlv.trial/1 0 mlv-train search show tune
X
check 'mlv-train search show prints the record for several directions' <<'X'
	mlv-train search new two --space space.yaml -d minimize,maximize &&
	mlv-train search ask two &&
	described 0 mlv-train 'search tell' two 0 1 2
X
check 'mlv-train search add and importance print the records of mlv-train-records(5), in both forms' <<'X'
	{ echo 'lr: {type: float, low: 0, high: 1}'; echo 'depth: {type: int, low: 1, high: 9}'; } >found.yaml &&
	mlv-train search new found --space found.yaml --sampler random &&
	described 0 mlv-train 'search add' found -p lr=0.5 &&
	plain mlv.trial/1 0 mlv-train search add found -p lr=0.25 &&
	mlv-train search run found -n 9 -q -- echo '{lr}' &&
	described 0 mlv-train 'search importance' found &&
	plain mlv.importance/1 0 mlv-train search importance found
X
check 'mlv-train search ls prints the record of mlv-train-records(5), in both forms' <<'X'
	described 0 mlv-train 'search ls' &&
	plain mlv.study.listed/1 0 mlv-train search ls
X

# --- mlv-registry
check 'mlv-registry add prints the record for a model of a run' <<'X'
	described 0 mlv-registry add m two.onnx
X
check 'mlv-registry add prints the record for a file of no run' <<'X'
	described 0 mlv-registry add m words.txt
X
check 'mlv-registry set prints the record of mlv-registry-records(5)' <<'X'
	described 0 mlv-registry set m@best 1 &&
	described 0 mlv-registry set m@best 2 -m "a word" --allow-contract-change
X
check 'mlv-registry rollback prints the record of mlv-registry-records(5)' <<'X'
	described 0 mlv-registry rollback m@best
X
check 'mlv-registry set --drop prints the record' <<'X'
	expect 0 mlv-registry set m@other 1 &&
	described 0 mlv-registry set m@other --drop
X
check 'mlv-registry ls prints the record for models and versions, in both forms' <<'X'
	described 0 mlv-registry ls &&
	described 0 mlv-registry ls m &&
	plain mlv.model.listed/1 0 mlv-registry ls m
X
check 'mlv-registry log prints the record for each operation, in both forms' <<'X'
	described 0 mlv-registry log &&
	plain mlv.model.event/1 0 mlv-registry log
X
check 'mlv-registry log --head prints the record of mlv-registry-records(5), in both forms' <<'X'
	described 0 mlv-registry log --head &&
	plain mlv.audit.head/1 0 mlv-registry log --head
X
check 'mlv-registry gate prints the record for rules that hold and that do not, in both forms' <<'X'
	printf "rules:\n  - size > 1\n  - test.auc > 2\n  - test.nothing > 1\n" >policy.yaml &&
	described 1 mlv-registry gate m@1 -p policy.yaml &&
	plain mlv.verdict/1 1 mlv-registry gate m@1 -p policy.yaml
X
check 'mlv-registry verify prints the record of mlv-registry-records(5), in both forms' <<'X'
	described 0 mlv-registry verify &&
	plain mlv.model.verified/1 0 mlv-registry verify
X
check 'mlv-registry export mlmodel prints the record of mlv-registry-records(5), in both forms' <<'X'
	described 0 mlv-registry 'export mlmodel' m@1 exported &&
	plain mlv.model.exported/1 0 mlv-registry export mlmodel m@1 exported-again
X
check 'mlv-registry show prints the manifest within its record, and fields in the plain form' <<'X'
	described 0 mlv-registry show m@1 &&
	plain mlv.field/1 0 mlv-registry show m@1
X

# --- mlv-drift, mlv-serve, mlv-card
check 'mlv-drift compare prints the records of mlv-drift-records(5), in both forms' <<'X'
	described 0 mlv-drift compare -x id rows.csv later.csv &&
	expect 0 mlv-drift compare -x id rows.csv later.csv &&
	grep -v "^(dataset)" out >columns &&
	grep "^(dataset)" out >dataset &&
	plain mlv.drift.column/1 0 cat columns &&
	plain mlv.drift.dataset/1 0 cat dataset
X
check 'mlv-drift compare prints the records for a column without values' <<'X'
	printf "a,b\n1,\n2,\n3,\n" >empty.csv &&
	described 1 mlv-drift compare --evidently empty.csv empty.csv &&
	prints "score_flag"
X
check 'mlv-drift compare prints the records for new categories' <<'X'
	awk 'BEGIN { print "a"; for (i = 0; i < 90; i++) print i % 3 ? "x" : "y" }' >xy.csv &&
	sed 's/y/z/' xy.csv >xz.csv &&
	described 1 mlv-drift compare xy.csv xz.csv &&
	prints '"new_categories":["z"],"new_category_count":1,"new_category_rows":30'
X
check 'mlv-drift compare prints the records for too few rows and for a column gone' <<'X'
	printf 'a,b\n1,2\n' >two.csv &&
	printf 'a\n1\n' >one.csv &&
	described 0 mlv-drift compare two.csv two.csv &&
	described 1 mlv-drift compare two.csv one.csv
X
check 'mlv-drift compare prints the records for profiles, with bounds' <<'X'
	awk 'BEGIN { print "x"; for (i = 0; i < 3000; i++) print i * 1.37 }' >many.csv &&
	awk 'BEGIN { print "x"; for (i = 0; i < 2000; i++) print i * 2.03 }' >others.csv &&
	mlv-data profile many.csv >many.json &&
	mlv-data profile others.csv >others.json &&
	described 0 mlv-drift compare many.json others.json &&
	prints '"low"'
X
check 'mlv-drift watch prints the records of mlv-drift-records(5), in both forms' <<'X'
	awk 'BEGIN { print "x"; for (i = 0; i < 400; i++) print (i * 7 % 10 < (i < 200 ? 2 : 8)) }' >errors.csv &&
	described 1 mlv-drift watch -d ddm -c x errors.csv &&
	plain mlv.drift.sign/1 1 mlv-drift watch -d ddm -c x errors.csv
X
check 'mlv-drift watch --window prints the records of mlv-drift-records(5), in both forms' <<'X'
	awk 'BEGIN { print "x"; for (i = 0; i < 90; i++) print i % 9 }' >ref.csv &&
	awk 'BEGIN { print "x"; for (i = 0; i < 90; i++) print i % 9 + 20 * (i > 44) }' >now.csv &&
	described 1 mlv-drift watch --window 45 ref.csv now.csv &&
	plain mlv.drift.window/1 1 mlv-drift watch --window 45 ref.csv now.csv
X
check 'mlv-drift multivariate prints the records of mlv-drift-records(5), in both forms' <<'X'
	awk 'BEGIN { print "x,y"; for (i = 0; i < 200; i++) print i % 9 "," i % 9 + i % 2 }' >ref.csv &&
	awk 'BEGIN { print "x,y"; for (i = 0; i < 200; i++) print i % 9 "," 8 - i % 9 + i % 2 }' >now.csv &&
	described 1 mlv-drift multivariate ref.csv now.csv &&
	plain mlv.drift.multivariate/1 1 mlv-drift multivariate ref.csv now.csv
X
check 'mlv-drift perf prints the records of mlv-drift-records(5), in both forms' <<'X'
	awk 'BEGIN {
		print "id,p,g"
		for (i = 0; i < 80; i++) print i "," i * 7 % 10 / 10 "," (i * 7 % 10 > 4) (i * 3 % 10 > 4)
	}' >answers.csv &&
	awk 'BEGIN { print "id,y"; for (i = 0; i < 60; i++) print i "," (i * 3 % 10 > 4) }' >late.csv &&
	described 0 mlv-drift perf -l late.csv -k id --score p --positive 1 --estimate cbpe --weak 2 answers.csv &&
	awk 'NR < 122 { print (NR == 1 ? "id,p,g" : NR ",.5,1") }' answers.csv answers.csv answers.csv >many.csv &&
	described 0 mlv-drift perf -l late.csv -k id --score p --positive 1 --weak 2 --sample 100 many.csv &&
	plain mlv.drift.performance/1 0 mlv-drift perf -l late.csv -k id --score p --positive 1 answers.csv
X
check 'mlv-drift alert prints the records of mlv-drift-records(5), in both forms' <<'X'
	echo 'rules: [{name: a, record: dataset, field: share, above: 0.5, raise_after: 1}]' >alert.yaml &&
	echo '{"schema":"mlv.drift.dataset/1","share":0.6}' >share &&
	described 1 mlv-drift alert alert.yaml share &&
	plain mlv.drift.alarm/1 1 mlv-drift alert alert.yaml share
X
check 'mlv-serve http at a path prints the record of mlv-records(5)' <<'X'
	background mlv-serve http --health-port 0 --json --listen unix:socket two.onnx &&
	until_true grep -q unix: server.out &&
	cp server.out out &&
	agree record &&
	kill "$server" &&
	wait "$server"
X
check 'mlv-serve http prints the record of mlv-records(5)' <<'X'
	background mlv-serve http --health-port 0 --json --port 0 --grpc 127.0.0.1:0 --grace 0 two.onnx &&
	until_true grep -q http server.out &&
	cp server.out out &&
	agree record &&
	echo "mlv-serve http" >>"$records/verbs" &&
	kill "$server" &&
	wait "$server"
X
check 'mlv-serve grpc prints the record of mlv-records(5)' <<'X'
	background mlv-serve grpc --grace 0 --json --port 0 &&
	until_true grep -q http server.out &&
	cp server.out out &&
	agree record &&
	echo "mlv-serve grpc" >>"$records/verbs" &&
	kill "$server" &&
	wait "$server"
X
check 'mlv-serve track prints the record of mlv-records(5), and its runs have journals' <<'X'
	background mlv-serve track --json --port 0 &&
	until_true grep -q http server.out &&
	cp server.out out &&
	agree record &&
	echo "mlv-serve track" >>"$records/verbs" &&
	api=$(jq -r .url out)/api/2.0 &&
	tell() { curl -sf -o told -H "Content-Type: application/json" "$api/$1" -d "$2"; } &&
	tell mlflow/runs/create '{"tags":[{"key":"a","value":"b"}]}' &&
	run=$(jq -r .run.info.run_id told) &&
	about() { printf '{"run_id":"%s",%s}' "$run" "$1"; } &&
	tell mlflow/runs/set-tag "$(about '"key":"c","value":"d"')" &&
	tell mlflow/runs/update "$(about '"run_name":"other"')" &&
	curl -sf -o told -T rows.csv "$api/mlflow-artifacts/artifacts/0/$run/artifacts/rows.csv" &&
	tell mlflow/runs/update "$(about '"status":"FINISHED"')" &&
	tell mlflow/runs/update "$(about '"status":"RUNNING"')" &&
	tell mlflow/runs/update "$(about '"status":"FINISHED"')" &&
	kill "$server" &&
	wait "$server"
X
check 'mlv-serve token prints the records of mlv-serve-records(5), in both forms' <<'X'
	described 0 mlv-serve 'token new' --scope read --expires 9d one &&
	described 0 mlv-serve 'token new' --scope predict one &&
	plain mlv.token.new/1 0 mlv-serve token new --scope predict two &&
	described 0 mlv-serve 'token ls' &&
	plain mlv.token/1 0 mlv-serve token ls &&
	described 0 mlv-serve 'token revoke' one &&
	plain mlv.token.revoked/1 0 mlv-serve token revoke two
X
check 'mlv-serve rollout and replay print the records of mlv-serve-records(5), in both forms' <<'X'
	mkdir ../rolled &&
	(
		cd ../rolled &&
		mlv-data init >init.log &&
		mlv-registry add -q m ../work/two.onnx >add.log &&
		mlv-train fit -q ../work/rows.csv -t y -d id -l logistic -o next.onnx >fit.log &&
		mlv-registry add -q m next.onnx >add.log &&
		mlv-registry set m@champion 1 >set.log &&
		printf 'kind: shadow\nwait: 0\nguards: [{metric: errors, max: 0.1}]\n' >policy.yaml &&
		described 0 mlv-serve 'rollout start' m --policy policy.yaml model:m@2 &&
		described 0 mlv-serve 'rollout ls' &&
		described 0 mlv-serve 'rollout status' m &&
		described 4 mlv-serve 'rollout judge' m &&
		described 4 mlv-serve 'rollout step' m &&
		expect 0 mlv-serve rollout status m &&
		grep "^m/1" out >state &&
		grep "^guard" out >guard &&
		grep -c "^guard\|^loss\|^goal" out &&
		plain mlv.rollout.state/1 0 cat state &&
		plain mlv.rollout.finding/1 0 cat guard &&
		printf '%s\n' '{"time":"2026-01-02T03:04:05Z","inputs":{"x":1,"z":2},"outputs":{"label":"?"}}' >log.jsonl &&
		described 0 mlv-serve replay m@1 log.jsonl &&
		expect 0 mlv-serve replay m@1 log.jsonl &&
		head -n 1 out >row &&
		sed -n 2p out >all &&
		tail -n 1 out >size &&
		plain mlv.replayed/1 0 cat row &&
		plain mlv.compared/1 0 cat all &&
		plain mlv.compared.size/1 0 cat size &&
		described 0 mlv-serve 'rollout abort' m &&
		described 1 mlv-serve 'rollout watch' m
	)
X
check 'mlv-card new --json prints a document with its name' <<'X'
	expect 0 mlv-card new --json model:m@1 &&
	holds '.schema == "mlv.card/1"' &&
	echo "mlv-card new" >>"$records/verbs"
X

# --- what is stored
check 'the manifests of datasets, models and runs are those of mlv-manifests(5)' <<'X'
	for name in data:rows data:words data:rows-train model:m@1 model:m@2 \
	    $(mlv-train runs -w "status = 'finished' or status = 'failed'" | cut -f1)
	do
		expect 0 mlv-data show --json "$name" &&
		agree manifest || { echo "$name"; return 1; }
	done
X
check 'the journals of runs are those of mlv-journal(5)' <<'X'
	for name in $(mlv-train runs -w "status = 'finished' or status = 'failed'" | cut -f1)
	do
		expect 0 mlv-data show --json "$name" &&
		journal=$(jq -r '.manifest.links[] | select(.rel == "journal").id' out) &&
		mlv-data cat "$journal" >out &&
		agree event || { echo "$name"; return 1; }
	done
X
check 'mlv-data fsck prints the records of a repository that is whole and of one that is not' <<'X'
	described 0 mlv-data fsck &&
	object=$(ls .mlv/objects/*/* | head -n 1) &&
	chmod u+w "$object" &&
	echo more >>"$object" &&
	described 1 mlv-data fsck &&
	expect 1 mlv-data fsck &&
	grep -v "^damaged" out >findings &&
	grep "^damaged" out >last &&
	plain mlv.finding/1 0 cat findings &&
	plain mlv.fsck/1 0 cat last
X

check 'mlv-data rm and gc print their records' <<'X'
	mkdir ../collected &&
	(
		cd ../collected &&
		mlv-data init >init.log &&
		seq 1 9 | mlv-data add -q -n x - >add.log &&
		seq 1 8 | mlv-data add -q -n x - >add.log &&
		described 0 mlv-data rm data:x@2 &&
		plain mlv.dataset.removed/1 0 mlv-data rm --undo data:x@2 &&
		described 0 mlv-data gc --keep newest --grace 0 &&
		described 0 mlv-data gc --undo &&
		plain mlv.gc.undone/1 0 mlv-data gc --undo &&
		plain mlv.gc/1 0 mlv-data gc --keep all &&
		expect 0 mlv-data gc --keep newest --dry-run &&
		grep ^data: out >going &&
		plain mlv.gc.version/1 0 cat going
	)
X
check 'mlv-data gc --remote prints its records' <<'X'
	mkdir ../shared &&
	(
		cd ../collected &&
		mlv-data remote add origin ../shared >add.log &&
		mlv-data push >push.log &&
		mlv-data rm data:x@1 data:x@2 >rm.log &&
		mlv-data push >push.log &&
		expect 0 mlv-data gc --remote origin --keep all --dry-run &&
		grep ^packs/ out >going &&
		plain mlv.gc.remote.file/1 0 cat going &&
		described 0 mlv-data gc --remote origin --keep all &&
		expect 0 mlv-data gc --remote origin --keep all &&
		grep ^origin out >numbers &&
		plain mlv.gc.remote/1 0 cat numbers
	)
X

# --- nothing is left out
check 'every verb that has --json was asked here' <<'X'
	for path in "$BUILD"/bin/mlv-*
	do
		tool=${path##*/}
		"$path" --list-options | awk -F'\t' -v t="$tool" '$2 == "--json" { print t, $1 }'
	done >wanted &&
	sort -u wanted >wanted.sorted &&
	sort -u "$records/verbs" | same wanted.sorted -
X
check 'every field a page describes was seen here in some record, manifest or journal' <<'X'
	for what in record manifest event
	do
		awk -F'\t' '$4 != "plain" && $1 != "Members" { print $1 "\t" $2 }' "$records/$what.fields" |
			sed 's/train\.\*$/train.logloss/' | sort -u >wanted &&
		sort -u "$records/$what.printed" | comm -23 wanted - >absent &&
		same /dev/null absent || return 1
	done
X
check 'every schema name in the sources is on a page of section 5' <<'X'
	grep -rhoE '"mlv\.[a-z.]+/[0-9]+"' "$TOP/cmd" "$TOP/lib" --include='*.[ch]' | tr -d '"' | sort -u >names &&
	test -s names &&
	while read -r name
	do
		grep -qF -- "$name" "$TOP"/man/*.5 || { echo "$name"; return 1; }
	done <names
X
check 'no printed record has the name of what is stored' <<'X'
	cut -f1 "$records/manifest.fields" | grep "^mlv\." | sort -u >stored &&
	test -s stored &&
	grep -rhoE 'out_begin\([^"]*"[^"]*"' "$TOP/cmd" | cut -d'"' -f2 | sort -u | comm -12 stored - >both &&
	same /dev/null both
X
finish
