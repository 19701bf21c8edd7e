#!/bin/sh
# mlv-train import mlruns and import tensorboard: what other trackers wrote is
# taken over as runs, once, with its times; damage is told and hides nothing.
. "$(dirname "$0")/../lib.sh"

fresh import
mlv-data init >/dev/null
take() { mlv-train import "$@"; }
# A run of MLflow's file store: folder, status, begin in milliseconds.
mlrun() {
	mkdir -p "$1/metrics/val" "$1/params/model" "$1/tags" "$1/artifacts/notes"
	cat >"$1/meta.yaml" <<-Y
	run_id: $(basename "$1")
	run_name: first try
	user_id: ann
	lifecycle_stage: active
	status: $2
	start_time: $3
	end_time: $(($3 + 1500))
	Y
	printf '%s 0.5 0\n%s 0.75 1\n%s nan 2 set 12ab\n' "$3" "$3" "$3" >"$1/metrics/val/auc"
	printf 0.1 >"$1/params/lr"
	printf 'a b' >"$1/params/model/kind"
	printf 'x\ny' >"$1/tags/note"
	printf hello >"$1/artifacts/notes/x.txt"
}
mkdir -p mlruns/7 mlruns/.trash
printf "name: churn\nexperiment_id: '7'\nlifecycle_stage: active\n" >mlruns/7/meta.yaml
mlrun mlruns/7/aaaa 3 1700000000000
mlrun mlruns/7/bbbb 4 1700000100000
mlrun mlruns/7/cccc 1 1700000200000

# --- MLflow's folders
check 'import mlruns: parameters, steps, times, tags, status and artifacts come along' <<'X'
	expect 0 take mlruns mlruns &&
	test "$(cut -f 2,3 out | sort -u)" = "added	first try" &&
	run=$(head -n 1 out | cut -f 1) &&
	mlv-train show --json "$run" >out &&
	holds '.params == {"lr": 0.1, "model/kind": "a b"}' &&
	holds '.status == "finished" and .user == "ann"' &&
	holds '.begin == "2023-11-14T22:13:20Z" and .end == "2023-11-14T22:13:21.500000Z"' &&
	holds '.facts.tags.note == "x\ny" and .facts.tags["mlflow.experiment"] == "churn"' &&
	mlv-train show -m val/auc "$run" | tr '\t\n' ' ,' >points &&
	test "$(cat points)" = "0 0.5,1 0.75,2 NaN," &&
	mlv-train show "$run" | grep -q 'notes/x.txt'
X
check 'import mlruns: one that failed is failed, one that never ended is killed' <<'X'
	mlv-train runs --json >out &&
	jq -es 'map(.status) == ["killed", "failed", "finished"]' out
X
check 'import mlruns again adds only what is new' <<'X'
	mlrun mlruns/7/dddd 3 1700000300000 &&
	expect 0 take mlruns mlruns/7 &&
	test "$(cut -f 2 out | sort | uniq -c | tr -s ' ' | tr '\n' ';')" = " 1 added; 3 unchanged;" &&
	expect 0 mlv-data fsck
X
check 'import mlruns leaves out what was deleted there' <<'X'
	mlrun mlruns/7/eeee 3 1700000400000 &&
	sed -i 's/active/deleted/' mlruns/7/eeee/meta.yaml &&
	expect 0 take mlruns mlruns &&
	test "$(wc -l <out)" = 4
X
check 'import mlruns: a run that cannot be read is told, the others come' <<'X'
	mkdir other &&
	mlrun other/1/good 3 1700000500000 &&
	mlrun other/1/torn 3 1700000600000 &&
	printf '{' >other/1/torn/meta.yaml &&
	mlrun other/1/zz 3 1700000700000 &&
	expect 3 take mlruns other &&
	says "torn/meta.yaml" &&
	test "$(wc -l <out)" = 2
X
check 'import mlruns: a line that a kill cut short loses only itself, and is told' <<'X'
	mlrun cut/1/r 3 1700000800000 &&
	printf '1700000800000 0.5 0\n17000008' >cut/1/r/metrics/loss &&
	expect 0 take mlruns cut &&
	says "line 2 is no value" &&
	run=$(cut -f 1 out) &&
	mlv-train show -m loss "$run" >out &&
	test "$(wc -l <out)" = 1
X
check 'import mlruns follows no link out of the store' <<'X'
	mlrun linked/1/r 3 1700000900000 &&
	echo secret >elsewhere &&
	ln -s "$PWD/elsewhere" linked/1/r/params/stolen &&
	expect 3 take mlruns linked &&
	says "stolen" &&
	test ! -s out
X
check 'import of a folder without runs, of none, and of two is refused' <<'X'
	mkdir nothing &&
	expect 3 take mlruns nothing &&
	says "there are no runs below" &&
	expect 3 take tensorboard nothing &&
	says "there are no event files" &&
	expect 3 take mlruns absent &&
	says "there is no folder 'absent'" &&
	expect 2 take mlruns one two
X

# --- MLflow's database
cat >database.py <<'X'
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("""
create table experiments (experiment_id integer, name text, lifecycle_stage text);
create table runs (run_uuid text, name text, user_id text, status text, start_time bigint, end_time bigint,
    lifecycle_stage text, artifact_uri text, experiment_id integer);
create table params (key text, value text, run_uuid text);
create table tags (key text, value text, run_uuid text);
create table metrics (key text, value float, timestamp bigint, run_uuid text, step bigint, is_nan boolean);
insert into experiments values (1, 'churn', 'active'), (2, 'old', 'deleted');
insert into runs values ('f00d', 'from a table', 'ann', 'FINISHED', 1700000000000, 1700000001500, 'active',
        'mlflow-artifacts:/1/f00d/artifacts', 1),
    ('beef', '', 'ann', 'RUNNING', 1700000100000, null, 'active', 's3://bucket/beef', 1),
    ('gone', 'g', 'ann', 'FINISHED', 1700000200000, 1700000200000, 'deleted', '', 1),
    ('dead', 'd', 'ann', 'FINISHED', 1700000300000, 1700000300000, 'active', '', 2);
insert into params values ('lr', '0.1', 'f00d'), ('kind', 'a b', 'f00d');
insert into tags values ('note', 'x' || char(10) || 'y', 'f00d'), ('mlflow.runName', 'by its tag', 'beef');
insert into metrics values ('auc', 0.5, 1700000000000, 'f00d', 0, 0), ('auc', 0.75, 1700000000001, 'f00d', 1, 0),
    ('auc', 0, 1700000000002, 'f00d', 2, 1), ('top', 1.7976931348623157e308, 1700000000002, 'f00d', 2, 0);
""")
db.commit()
X
mkdir -p db/mlartifacts/1/f00d/artifacts/notes
echo hello >db/mlartifacts/1/f00d/artifacts/notes/x.txt
python3 database.py db/m.db
check 'import mlruns FILE.db: runs with points, tags and files; what was deleted stays away' <<'X'
	expect 0 take mlruns db/m.db &&
	test "$(cut -f 2,3 out | tr '\t\n' ' ,')" = "added from a table,added by its tag," &&
	says "the files of run by its tag are at s3://bucket/beef" &&
	mlv-train show --json "from a table" >out &&
	holds '.params == {"lr": 0.1, "kind": "a b"} and .status == "finished" and .user == "ann"' &&
	holds '.begin == "2023-11-14T22:13:20Z" and .end == "2023-11-14T22:13:21.500000Z"' &&
	holds '.facts.tags.note == "x\ny" and .facts.tags["mlflow.experiment"] == "churn"' &&
	holds '.metrics_flag == {"auc": "NaN", "top": "Infinity"}' &&
	mlv-train show -m auc "from a table" | tr '\t\n' ' ,' >points &&
	test "$(cat points)" = "0 0.5,1 0.75,2 NaN," &&
	mlv-train show "from a table" | grep -q 'notes/x.txt' &&
	mlv-train show --json "by its tag" >out &&
	holds '.status == "killed"'
X
check 'import mlruns FILE.db again adds nothing, nor what its folder brought' <<'X'
	expect 0 take mlruns db/m.db &&
	test "$(cut -f 2 out | sort -u)" = unchanged &&
	expect 0 mlv-data fsck
X
check 'import mlruns FILE.db takes no files from outside of its folder' <<'X'
	mkdir outside && echo secret >outside/s.txt &&
	cp db/m.db db/o.db &&
	python3 -c "import sqlite3, sys
db = sqlite3.connect('db/o.db')
db.execute('update runs set run_uuid = run_uuid || 2, artifact_uri = ?', (sys.argv[1],))
db.commit()" "file://$PWD/outside" &&
	expect 0 take mlruns db/o.db &&
	mlv-train show "$(head -n 1 out | cut -f 1)" >shown &&
	! grep -q s.txt shown
X
check 'import mlruns FILE.db: another file, and another database, are told' <<'X'
	echo nonsense >j.db &&
	expect 3 take mlruns j.db &&
	says "'j.db': file is not a database" &&
	python3 -c "import sqlite3; sqlite3.connect('e.db').execute('create table t (a)')" &&
	expect 3 take mlruns e.db &&
	says "no such table"
X

# --- TensorBoard's files
python3 "$TOP/tests/tools/tfevents.py"
check 'import tensorboard: scalars with steps, tensors, hparams; the folder is the name' <<'X'
	expect 0 take tensorboard tb &&
	test "$(cut -f 2,3 out)" = "added	a/train" &&
	mlv-train show --json a/train >out &&
	holds '.params == {"lr": 0.1, "opt": "adam", "bn": true}' &&
	holds '.metrics == {"loss": 0.25, "acc": 0.75}' &&
	holds '.begin == "2023-11-14T22:13:20.500000Z"' &&
	expect 0 take tensorboard tb &&
	test "$(cut -f 2 out)" = unchanged
X
check 'import tensorboard: a record cut short at the end is left out' <<'X'
	cp -r tb cut-tb &&
	truncate -s -3 cut-tb/a/train/* &&
	mkdir fresh1 &&
	( cd fresh1 && mlv-data init >/dev/null && expect 0 take tensorboard ../cut-tb &&
	    mlv-train show --json a/train >out && holds '.metrics.loss == 0.25 and .params == {}' )
X
check 'import tensorboard: a damaged record is told with its place, other folders come' <<'X'
	cp -r tb bad-tb && cp -r tb/a bad-tb/b &&
	printf '\377' | dd of=bad-tb/a/train/events.out.tfevents.1 bs=1 seek=70 conv=notrunc 2>/dev/null &&
	mkdir fresh2 &&
	( cd fresh2 && mlv-data init >/dev/null && expect 3 take tensorboard ../bad-tb &&
	    says "is damaged at byte" && test "$(cut -f 3 out)" = b/train )
X
finish
