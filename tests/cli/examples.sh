#!/bin/sh
# What examples/churn promises: the demo to its end, and the same journey as
# a Makefile, a git hook, a CI job and a crontab.
. "$(dirname "$0")/../lib.sh"
churn=$TOP/examples/churn
tree() { git -C "$TOP" status --porcelain 2>/dev/null; }

# --- the demo
before=$(tree)
check 'demo: it runs to its end, and a gate says no once' <<'X'
	expect 0 env TMPDIR="$PWD" sh "$churn/demo.sh" &&
	prints "== done: 74 runs, 2 models" &&
	prints "(exit 1: an honest no)"
X
check 'demo: mlv-drift compares the log of the server twice, first no drift, then drift' <<'X'
	test "$(grep -c 'compare data:churn-train .mlv/requests' out)" = 2 &&
	prints "(exit 0: no drift" &&
	sed -n '/now another market/,$p' out | grep -q "^(dataset)	share	.*	drift$"
X
check 'demo: a server follows the promotion, and the rollback' <<'X'
	grep -q "^X-Mlv-Version: 2" out &&
	prints "rollback"
X
check 'demo: a model of joined features is served by key, its lineage names them, and an audit says no once' <<'X'
	sed -n '/lineage model:behaviour/,/feature load/p' out >lineage &&
	grep -q '^data:usage@1' lineage &&
	grep -q '^features.yaml' lineage &&
	test "$(grep -c 'feature audit features.yaml served' out)" = 2 &&
	sed -n '/nobody had loaded/,$p' out | grep -q '^usage__calls	.*	99	late$'
X

# a PATH without curl, where what would be installed is written down
mkdir bare
for c in sh cat id git dirname; do
	ln -s "$(command -v $c)" bare/$c
done
printf '#!/bin/sh\necho "$*" >>installed\n' >bare/apt-get
printf '#!/bin/sh\nshift\nexec "$@"\n' >bare/env
printf '#!/bin/sh\n[ "$1" = -n ] || exec "$@"\n' >bare/sudo
chmod +x bare/apt-get bare/env bare/sudo
check 'make demo without curl: scripts/deps installs it' <<'X'
	(PATH=$PWD/bare && sh "$TOP/scripts/deps" demo) >out 2>err &&
	grep -q "^install .* git curl" installed &&
	grep -q "scripts/deps demo" "$TOP/Makefile"
X
check 'demo without curl: exit 1, curl named' <<'X'
	(PATH=$PWD/bare && exits 1 sh "$churn/demo.sh") >out 2>err &&
	says "curl is missing"
X
check 'demo: no file is left, the working tree is as it was' <<'X'
	test "$(tree)" = "$before" &&
	test -z "$(ls -d mlv-demo.* 2>/dev/null)"
X
check 'demo: a data file that does not exist is refused by name' <<'X'
	expect 1 sh "$churn/demo.sh" nope.csv &&
	says "cannot read 'nope.csv'"
X

# --- the Makefile
fresh journey
sh "$churn/generate.sh" 1500 3 >churn.csv
mlv-data init >/dev/null
check 'generate.sh: an unknown word and a number that is none are usage errors' <<'X'
	expect 2 sh "$churn/generate.sh" 100 1 drfit &&
	says usage &&
	expect 2 sh "$churn/generate.sh" ten &&
	expect 2 sh "$churn/usage.sh" nope.csv &&
	expect 2 sh "$churn/usage.sh" churn.csv 1 yesterday &&
	test ! -s out
X
check 'generate.sh: the same seed gives the same bytes' <<'X'
	expect 0 sh "$churn/generate.sh" 1500 3 &&
	same out churn.csv &&
	expect 0 sh "$churn/usage.sh" churn.csv 2 2024-03-04 &&
	cp out usage.csv &&
	test "$(wc -l <usage.csv)" = 12001 &&
	grep -q ,2024-02-29, usage.csv &&
	expect 0 sh "$churn/usage.sh" churn.csv 2 2024-03-04 &&
	same out usage.csv
X
check 'Makefile: it makes the card' <<'X'
	expect 0 make -s -f "$churn/Makefile" DATA=churn.csv &&
	grep -q "^# Model card" card.md
X
check 'Makefile promoted: a model that passes the gate becomes champion' <<'X'
	expect 0 make -s -f "$churn/Makefile" DATA=churn.csv promoted &&
	expect 0 mlv-registry ls &&
	prints champion
X
check 'Makefile promoted: the gate is the one of the example' <<'X'
	same gates.yaml "$churn/gates.yaml"
X
check 'Makefile twice: nothing is made again' <<'X'
	expect 0 make -s -f "$churn/Makefile" DATA=churn.csv all promoted &&
	test ! -s out
X

# --- the git hook
fresh hook
git init -q . && mlv-data init >/dev/null
sh "$churn/generate.sh" 300 3 >churn.csv
mlv-data schema churn.csv >churn.schema.yaml
mlv-data add churn.csv >/dev/null
printf 'a\n1\n2\n' >other.csv
mlv-data add other.csv >/dev/null
cp "$churn/pre-commit" .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
check 'pre-commit: data that keep their schema, and data without one, are committed' <<'X'
	git add -A &&
	expect 0 git commit -qm good
X
cp churn.csv good
sed '5s/Month-to-month\|One year\|Two year/Weekly/' good >churn.csv
mlv-data add churn.csv >/dev/null
check 'pre-commit: data that break the schema are refused, both are named' <<'X'
	git add -A &&
	expect 1 git commit -qm bad &&
	says "'churn.csv' as staged breaks churn.schema.yaml"
X
check 'pre-commit: what is staged decides, not what lies in the folder' <<'X'
	cp good churn.csv &&
	expect 1 git commit -qm bad &&
	mlv-data add churn.csv >/dev/null &&
	expect 1 git commit -qm bad
X
check 'pre-commit: staged data that keep the schema are committed beside broken ones' <<'X'
	git add -A &&
	sed '5s/,/,Weekly/' good >churn.csv &&
	mlv-data add churn.csv >/dev/null &&
	echo more >notes &&
	git add notes &&
	expect 0 git commit -qm notes &&
	git checkout -q churn.csv.mlv &&
	cp good churn.csv
X
check 'pre-commit: a schema that the committed data break is refused' <<'X'
	sed 's/max: 1$/max: 0/' churn.schema.yaml >strict &&
	! cmp -s strict churn.schema.yaml &&
	cp churn.schema.yaml lax &&
	mv strict churn.schema.yaml &&
	git add churn.schema.yaml &&
	expect 1 git commit -qm strict &&
	says "breaks churn.schema.yaml" &&
	mv lax churn.schema.yaml &&
	git add churn.schema.yaml
X
check 'pre-commit: data whose version is not in the store cannot be checked' <<'X'
	sed 's/^id: sha256:..../id: sha256:0000/' churn.csv.mlv >pointer &&
	mv pointer churn.csv.mlv &&
	git add churn.csv.mlv &&
	expect 1 git commit -qm lost &&
	says "'churn.csv' as staged cannot be checked"
X

# --- the CI job: a fresh clone, and a copy of the store that serves
fresh job
mkdir home && cd home || exit 1
git init -q . && mlv-data init >/dev/null
sh "$churn/generate.sh" 1500 3 >churn.csv
mlv-data schema churn.csv >churn.schema.yaml
cp "$churn/gates.yaml" .
sed -i 's/0\.80/0.70/' gates.yaml
mlv-data add churn.csv >/dev/null
git add -A && git commit -qm one
# the lines behind `run:`, folded ones put together
awk '
/- run: >$/ { fold = 1; line = ""; next }
fold && /^          / { sub(/^ */, ""); line = line " " $0; next }
fold { print line; fold = 0 }
/- run: / { sub(/.*- run: /, ""); sub(/ +#.*/, ""); print }
' "$churn/ci.yaml" >../job.sh
cd ..
# in a fresh clone; exit status, and ./out and ./err here
job() {	# exit status wanted
	rm -rf clone &&
	git clone -q home clone &&
	(cd clone && MLV_STORE=../home/.mlv exits "$1" sh -eu ../job.sh) >out 2>err
}
check 'ci.yaml: the job has nine steps' <<'X'
	test "$(wc -l <job.sh)" = 9
X
check 'ci.yaml: without a champion the steps run and make the card' <<'X'
	job 0 &&
	grep -q "</html>" clone/card.html &&
	grep -q "skipped	not worse than the champion" out
X
check 'ci.yaml: with a champion the candidate is held against it' <<'X'
	(cd clone && cp gbdt.onnx ../home/) &&
	(cd home && mlv-registry add churn gbdt.onnx && mlv-registry set churn@champion 1) &&
	job 0 &&
	grep -q "^model:churn@2	pass	not worse than the champion" out
X
check 'ci.yaml: a candidate that is worse than the champion fails, the rule is named' <<'X'
	(cd home && sed -i 's/> -0.005/> 0.001/' gates.yaml && git commit -qam strict) &&
	job 1 &&
	says "not worse than the champion" &&
	test ! -e clone/card.html
X
check 'ci.yaml: the store that serves is as it was' <<'X'
	(cd home && mlv-registry ls churn) >out &&
	! prints "@2" >/dev/null &&
	(cd home && mlv-data fsck >/dev/null)
X

# --- every line of the crontab, run as cron does, in the Makefile's folder
fresh cron
cp "$churn/Makefile" "$churn/gates.yaml" .
sh "$churn/generate.sh" 1500 3 >churn.csv
mlv-data init >/dev/null
make -s promoted >/dev/null 2>&1
line() {	# number: the command of that line, in this folder
	awk -v n="$1" '
	/^[0-9]/ && ++i == n {
		$1 = $2 = $3 = $4 = $5 = ""
		sub(/^ */, "")
		print
	}' "$churn/crontab" | sed "s|/srv/churn|$PWD|"
}
# What the server was asked is put a day back: the crontab judges yesterday.
yesterday() {
	day=$(date -u -d yesterday +%Y-%m-%d) &&
	sed -i "s/\"time\":\"[^T]*T/\"time\":\"${day}T/" .mlv/requests/*.jsonl
}
night() { sh -c "$(line 1)" >out 2>err; }
serve() {	# file: its rows are asked of the champion, and logged
	mlv-serve http model:churn@champion --port 0 --log .mlv/requests >url 2>server.err &
	server=$!
	for _ in $(seq 100); do
		grep -q http url && break
		sleep 0.1
	done
	curl -sS -m 30 "$(cut -f1 url)/invocations" -H 'Content-Type: text/csv' \
	    --data-binary "@$1" >/dev/null
	kill "$server" && wait "$server"
}
check 'crontab: three lines, and a PATH with /usr/local/bin' <<'X'
	test -n "$(line 3)" &&
	test -z "$(line 4)" &&
	grep -q "^PATH=.*/usr/local/bin" "$churn/crontab"
X
check 'crontab, nightly line: without drift it prints nothing' <<'X'
	serve churn.csv &&
	yesterday &&
	night &&
	test ! -s out &&
	test ! -s err
X
sh "$churn/generate.sh" 9000 7 drift >new.csv
check 'crontab, nightly line: drift of yesterday is told, broken data train no model' <<'X'
	serve new.csv &&
	night &&
	yesterday &&
	sed 1d new.csv >>churn.csv &&
	! night &&
	grep -q "^(dataset).*drift$" out &&
	grep -q "^range	MonthlyCharges" out &&
	expect 0 mlv-registry ls churn &&
	! prints "model:churn@2"
X
check 'crontab, nightly line: with the schema agreed to, drift is told and a model trained' <<'X'
	rm churn.schema.yaml &&
	night &&
	grep -q "^(dataset).*drift$" out &&
	expect 0 mlv-registry ls churn &&
	prints "model:churn@2"
X
check 'crontab, fsck line: it prints nothing of a whole repository' <<'X'
	expect 0 sh -c "$(line 2)" &&
	test ! -s out
X
check 'crontab, card line: it makes the card of the champion' <<'X'
	expect 0 sh -c "$(line 3)" &&
	grep -q "</html>" card.html
X

# --- the ten-minute tour of mlv(7): each line does what it says, or an honest no
fresh tour
sh "$churn/generate.sh" 2000 1 >churn.csv
sh "$churn/generate.sh" 500 2 >new.csv
printf 'rules:\n  - name: good enough\n    expr: test.auc > 0.7\n' >gates.yaml
# the literal displays of the page, continued lines put together
awk '
/^\.Bd -literal/ { on = 1; next }
/^\.Ed/ { on = 0 }
on { sub(/\\e$/, ""); printf "%s%s", $0, /[^ ]$/ ? "\n" : " " }
' "$TOP/man/mlv.7" | tr -s ' ' | grep -v 'mlv-serve http\|\.mlv/requests' >tour.sh
check 'tour of mlv(7): it has nineteen lines' <<'X'
	test "$(wc -l <tour.sh)" = 19
X
mlv-data init >/dev/null && mlv-data add churn.csv >/dev/null
while IFS= read -r line; do
	check "tour of mlv(7): $line" <<-'X'
		{ sh -c "$line" >out 2>err </dev/null || test $? -eq 1; }
	X
done <tour.sh

# --- the lines of the README that people want; the loop is tried by cli/loop
fresh readme
sh "$churn/generate.sh" 2000 1 >churn.csv
sh "$churn/generate.sh" 500 2 >new.csv
cp new.csv delivery.csv
mlv-data schema churn.csv >schema.yaml
mlv-data init >/dev/null && mlv-data add churn.csv >/dev/null
mlv-data split data:churn --by customerID train=70 valid=15 test=15 >/dev/null
for part in train valid test; do
	mlv-data cat data:churn-$part >$part.csv
done
printf 'import shutil\nshutil.copy("gbdt.onnx", "model.onnx")\n' >train.py
cp "$churn/pipeline.yaml" "$churn/params.yaml" .
cat >features.yaml <<'Y'
entities: {customer: {key: customerID}}
views: {usage: {entity: customer, source: usage.csv, timestamp: event_timestamp, features: [calls]}}
services: {churn: [usage]}
Y
printf 'customerID,event_timestamp,calls\na,2026-01-01,3\n' >usage.csv
printf 'customerID,event_timestamp\na,2026-01-02\n' >entities.csv
awk '
/^Eight lines/ { on = 1; next }
/^And a loop/ { on = 0 }
on && /^\t *[a-z-]/ { sub(/^\t */, ""); more = sub(/\\$/, ""); printf "%s%s", $0, more ? "" : "\n" }
' "$TOP/README" >pipelines.sh
check 'README: there are nine of them' 'test "$(wc -l <pipelines.sh)" = 9'
while IFS= read -r line; do
	case $line in
	*python3*) command -v python3 >/dev/null || { skip "README: $line" 'no python3'; continue; } ;;
	esac
	check "README: $line" <<-'X'
		{ sh -c "$line" >out 2>err </dev/null || test $? -eq 1; }
	X
done <pipelines.sh

# --- two people
check 'team: what one computed the other gets, computes again to the same bytes, and has served from the remote' <<'X'
	expect 0 env -u REMOTE TMPDIR="$PWD" sh "$TOP/examples/team/demo.sh" &&
	prints restored &&
	prints renumbered &&
	prints "X-Mlv-Model: sha256:" &&
	test "$(grep -c "^whole" out)" = 2
X
finish
