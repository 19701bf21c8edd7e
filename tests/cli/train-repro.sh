#!/bin/sh
# mlv-train repro and graph: pipelines in DVC's form, what is stale and why,
# order, parallel work, faults, and the forms a pipeline is written in.
. "$(dirname "$0")/../lib.sh"

fresh pipeline
mlv-data init >/dev/null
cat >params.yaml <<'Y'
rate: 0.1
train: {depth: 3, seeds: [1, 2]}
Y
cat >dvc.yaml <<'Y'
vars:
  - kinds: [a, b]
stages:
  report:
    cmd: |
      cat m-*.txt >all.txt
      echo '{"auc": 0.5, "n": {"rows": 3}}' >metrics.json
    deps: [m-a-1.txt, m-b-2.txt]
    outs: [all.txt]
    metrics: [{metrics.json: {cache: false}}]
  prepare:
    cmd: sort raw.txt >clean.txt
    deps: [raw.txt]
    outs: [clean.txt]
  train:
    matrix:
      kind: ${kinds}
      seed: ${train.seeds}
    cmd:
      - echo "${item.kind} ${item.seed} $MLV_PARAM_rate" >m-${key}.txt
      - cat clean.txt >>m-${key}.txt
    deps: [clean.txt]
    params: [rate, train.depth]
    outs: ["m-${key}.txt"]
Y
printf 'b\na\n' >raw.txt
repro() { mlv-train repro "$@"; }
status() { awk -F '\t' '$1 == "'"$1"'" { print $2 }' out; }
why() { awk -F '\t' '$1 == "'"$1"'" { print $4 }' out; }

# --- what is stale
check 'repro --dry-run tells what would be done, in order, and does nothing' <<'X'
	expect 0 repro --dry-run &&
	test "$(head -n 1 out)" = "prepare	run	\N	never done" &&
	test "$(why train@a-1)" = "needs 'prepare'" &&
	test "$(status report)" = after &&
	test ! -e clean.txt &&
	expect 0 mlv-train runs &&
	test ! -s out
X
check 'repro does every stage after those it needs, as runs with parameters and metrics' <<'X'
	expect 0 repro -j2 &&
	test "$(wc -l <out)" = 6 &&
	test "$(status report)" = finished &&
	printf 'b 2 0.1\na\nb\n' | same m-b-2.txt - &&
	mlv-train show --json train@a-1 >out &&
	holds '.params.rate == 0.1 and .params["train.depth"] == 3' &&
	mlv-train show --json report >out &&
	holds '.metrics.auc == 0.5 and .metrics["n.rows"] == 3'
X
check 'repro of what is up to date does nothing, whatever the times of files say' <<'X'
	touch raw.txt m-a-1.txt &&
	expect 0 repro &&
	test "$(cut -f 2 out | sort -u)" = unchanged &&
	expect 0 repro --if-changed &&
	test ! -s out
X
check 'repro: a parameter that changed is told with both values, others are not done' <<'X'
	sed -i 's/depth: 3/depth: 4/' params.yaml &&
	expect 0 repro --dry-run &&
	test "$(status prepare)" = unchanged &&
	test "$(why train@b-1)" = "parameter 'train.depth' is 4, was 3" &&
	expect 0 repro &&
	test "$(status train@b-1)" = finished
X
check 'repro: outputs that came out the same leave what follows as it is' <<'X'
	expect 0 repro &&
	test "$(status report)" = unchanged
X
check 'repro puts back what was done before with the same content' <<'X'
	sed -i 's/depth: 4/depth: 3/' params.yaml &&
	rm m-a-1.txt &&
	expect 0 repro &&
	test "$(status train@a-1)" = restored &&
	test -s m-a-1.txt
X
check 'repro: an output that was changed by hand is made what the stage made' <<'X'
	echo mine >clean.txt &&
	expect 0 repro --dry-run &&
	test "$(why prepare)" = "output 'clean.txt' was changed" &&
	expect 0 repro &&
	printf 'a\nb\n' | same clean.txt -
X
check 'repro tells an input that changed and a command that changed' <<'X'
	echo c >>raw.txt &&
	expect 0 repro --dry-run prepare &&
	test "$(why prepare)" = "input 'raw.txt' changed" &&
	sed -i 's/sort raw/sort -u raw/' dvc.yaml &&
	expect 0 repro --dry-run prepare &&
	test "$(why prepare)" = "the command changed; input 'raw.txt' changed" &&
	expect 0 repro
X

# --- which stages
check 'repro of a stage does what it needs; --single does it alone; a group is all of its stages' <<'X'
	expect 0 repro train@a-1 &&
	test "$(cut -f 1 out | tr '\n' ' ')" = "prepare train@a-1 " &&
	expect 0 repro --single train &&
	test "$(wc -l <out)" = 4 &&
	expect 0 repro ./m-b-1.txt &&
	test "$(tail -n 1 out | cut -f 1)" = train@b-1
X
check 'repro --downstream does a stage and those that need it' <<'X'
	expect 0 repro --downstream train@b-2 &&
	test "$(cut -f 1 out | tr '\n' ' ')" = "train@b-2 report "
X
check 'repro --force does a stage that is up to date' <<'X'
	expect 0 repro --single --force prepare &&
	test "$(status prepare)" = finished
X
check 'repro: an unknown stage is trouble that names the nearest' <<'X'
	expect 3 repro reprot &&
	says "do you mean 'report'?"
X
check 'repro: frozen stages are left, always_changed ones done every time' <<'X'
	cat >other.yaml <<'Y' &&
stages:
  kept: {cmd: echo new >kept.txt, deps: [raw.txt], outs: [kept.txt], frozen: true}
  ever: {cmd: date +%N >ever.txt, deps: [kept.txt], outs: [ever.txt], always_changed: true}
Y
	echo old >kept.txt &&
	expect 0 repro -f other.yaml &&
	test "$(status kept)" = frozen &&
	test "$(status ever)" = finished &&
	test "$(cat kept.txt)" = old &&
	expect 0 repro -f other.yaml &&
	test "$(status ever)" = finished
X

# --- folders, names, where it stands
check 'repro: a folder is made, read in part, changed and put back as one' <<'X'
	cat >folder.yaml <<'Y' &&
stages:
  make: {cmd: mkdir -p d/e && cp raw.txt d/e/x && echo 1 >d/y, deps: [raw.txt], outs: [d]}
  use: {cmd: cat d/e/x >x.txt, deps: [d/e/x], outs: [x.txt]}
Y
	expect 0 repro -f folder.yaml &&
	same x.txt raw.txt &&
	rm d/y &&
	expect 0 repro -f folder.yaml --dry-run &&
	test "$(why make)" = "output 'd' was changed" &&
	expect 0 repro -f folder.yaml &&
	test "$(status make)" = restored &&
	test "$(cat d/y)" = 1
X
check 'repro: an output is not there while its stage runs again, unless it persists' <<'X'
	cat >persist.yaml <<'Y' &&
stages:
  fresh: {cmd: "test ! -e f.txt && cat seed >f.txt", deps: [seed], outs: [f.txt]}
  grows: {cmd: cat seed >>g.txt, deps: [seed], outs: [{g.txt: {persist: true}}]}
Y
	echo 1 >seed &&
	expect 0 repro -f persist.yaml &&
	echo 2 >seed &&
	expect 0 repro -f persist.yaml &&
	test "$(cat g.txt | tr '\n' ' ')" = "1 2 "
X
check 'repro: paths begin at wdir, and wdir at the file, from wherever it is called' <<'X'
	mkdir -p sub/w &&
	echo 7 >sub/in &&
	cat >sub/dvc.yaml <<'Y' &&
stages:
  one: {cmd: cat ../in >made, wdir: w, deps: [../in], outs: [made]}
  two: {cmd: cat w/made >two, deps: [w/made], outs: [two]}
Y
	expect 0 repro -f sub/dvc.yaml &&
	test "$(cat sub/two)" = 7 &&
	( cd sub && expect 0 repro && test "$(cut -f 2 out | sort -u)" = unchanged )
X
check 'repro: a stage reads a version by its name, and is stale when that moves' <<'X'
	printf 'x,y\n1,2\n' >rows.csv &&
	mlv-data add rows.csv >/dev/null &&
	cat >names.yaml <<'Y' &&
stages:
  count: {cmd: mlv-data cat data:rows | wc -l >count.txt, deps: ["data:rows"], outs: [count.txt]}
Y
	expect 0 repro -f names.yaml &&
	printf '3,4\n' >>rows.csv &&
	mlv-data add rows.csv >/dev/null &&
	expect 0 repro -f names.yaml --dry-run &&
	test "$(why count)" = "input 'data:rows' changed" &&
	expect 0 repro -f names.yaml &&
	test "$(cat count.txt)" -eq 3
X

# --- faults
check 'repro: a stage that fails is an honest no; what needs it is not done; -k does the rest' <<'X'
	cat >fail.yaml <<'Y' &&
stages:
  bad: {cmd: exit 7, deps: [raw.txt], outs: [bad.txt]}
  after: {cmd: touch after.txt, deps: [bad.txt], outs: [after.txt]}
  good: {cmd: touch good.txt, deps: [raw.txt], outs: [good.txt]}
Y
	expect 1 repro -f fail.yaml -k &&
	says "stage 'bad' failed with status 7" &&
	test "$(status bad)" = failed &&
	test "$(status good)" = finished &&
	test ! -e after.txt
X
check 'repro: an output that the command did not make is an honest no' <<'X'
	printf 'stages: {s: {cmd: "true", deps: [raw.txt], outs: [none.txt]}}\n' >none.yaml &&
	expect 1 repro -f none.yaml &&
	says "did not make its output 'none.txt'"
X
check 'repro: a cycle, a path made twice, a path in another one are named' <<'X'
	printf 'stages:\n  a: {cmd: x, deps: [y], outs: [x]}\n  b: {cmd: x, deps: [x], outs: [y]}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "a cycle: a needs b needs a" &&
	printf 'stages:\n  a: {cmd: x, outs: [x]}\n  b: {cmd: x, outs: [./x]}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "'x' is made by stage 'a' and by stage 'b'" &&
	printf 'stages:\n  a: {cmd: x, outs: [x]}\n  b: {cmd: x, outs: [x/y]}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "lies in 'x', which stage 'a' makes"
X
check 'repro: an input that is not there and that no stage makes is named' <<'X'
	printf 'stages: {s: {cmd: "true", deps: [nowhere.txt], outs: [o.txt]}}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "stage 's': " &&
	says "nowhere.txt"
X
check 'repro: unknown keys, values and parameters are named with their line' <<'X'
	printf 'stages:\n  a: {cmd: x, outputs: [x]}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "line 2: stage 'a' has 'outputs'" &&
	printf 'stages:\n  a:\n    cmd: echo ${nothing.here}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "line 3: nothing is called '\${nothing.here}'" &&
	printf 'stages:\n  a: {cmd: x, params: [nope]}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "stage 'a' needs 'nope', which is not in 'params.yaml'" &&
	printf 'vars: [{rate: 1}]\nstages: {a: {cmd: x}}\n' >bad.yaml &&
	expect 3 repro -f bad.yaml &&
	says "'rate' a value that it has already"
X
check 'repro: parameters and vars in TOML, metrics too' <<'X'
	cat >own.toml <<'T' &&
title = "own"
[train]
rate = 0.25
"layers.n" = [3, 5]
[[step]]
on = 2026-01-02 03:04:05Z
T
	cat >toml.yaml <<'Y' &&
vars: [own.toml:title]
stages:
  s:
    cmd: 'echo "auc = $MLV_PARAM_own_toml_train_rate # ${title}" >m.toml'
    params: [{own.toml: [train.rate, "step.0.on"]}]
    metrics: [m.toml]
Y
	expect 0 repro -f toml.yaml &&
	same m.toml - <<'T' &&
auc = 0.25 # own
T
	mlv-train show --json s >out &&
	holds '.params == {"own.toml:train.rate": 0.25, "own.toml:step.0.on": "2026-01-02 03:04:05Z"}' &&
	holds '.metrics.auc == 0.25' &&
	echo 'rate = 1 2' >own.toml &&
	expect 3 repro -f toml.yaml &&
	says "own.toml': TOML line 1: there is more on the line"
X
check 'repro: a parameter that is infinite or no number is a text, and a stage is done again when it is another' <<'X'
	printf 'stages:\n  s:\n    cmd: env | grep ^MLV_PARAM_odd >odd.txt\n    outs: [odd.txt]\n' >odd.yaml &&
	printf '    params: [{odd.toml: [rate, list]}]\n' >>odd.yaml &&
	for rate in nan -nan inf -inf; do
		printf 'rate = %s\nlist = [1, %s]\n' "$rate" "$rate" >odd.toml
		expect 0 repro -f odd.yaml || return 1
		test "$rate" = -nan && rate=nan
		printf 'MLV_PARAM_odd_toml_list=[1,"%s"]\nMLV_PARAM_odd_toml_rate=%s\n' "$rate" "$rate" >odd.want
		sort odd.txt | same odd.want - || return 1
		cut -f 2 out
	done >odd.done &&
	printf 'finished\nunchanged\nfinished\nfinished\n' | same - odd.done &&
	printf '    params: [{odd.yml: [rate]}]\n' >odd.tail &&
	sed '$d' odd.yaml | cat - odd.tail >odd2.yaml &&
	for rate in .inf -.inf; do
		echo "rate: $rate" >odd.yml
		expect 0 repro -f odd2.yaml && grep -q "rate=${rate%.inf}inf\$" odd.txt && grep -q finished out || return 1
	done
X
check 'repro: parameters in a Python file are refused by name' <<'X'
	printf 'stages: {s: {cmd: x, params: [{params.py: [a]}]}}
' >bad.yaml &&
	echo 'a = 1' >params.py &&
	expect 3 repro -f bad.yaml &&
	says "'params.py': a Python file is a program"
X
check 'repro without a pipeline says what to write' <<'X'
	mkdir empty &&
	( cd empty && expect 3 repro && says "no 'pipeline.yaml'" )
X
check 'repro --lock is busy while another is at work, and without it waits' <<'X'
	printf 'stages: {s: {cmd: "touch began; sleep 1; touch slow.txt", deps: [raw.txt], outs: [slow.txt]}}\n' >slow.yaml &&
	{ mlv-train repro -f slow.yaml >first & } &&
	until test -e began; do sleep 0.02; done &&
	expect 4 repro -f slow.yaml --lock &&
	expect 0 repro -f slow.yaml &&
	test "$(status s)" = unchanged &&
	wait
X
check 'repro: a stage may bring another pipeline of the repository up to date' <<'X'
	printf 'stages: {in: {cmd: cp raw.txt in.txt, deps: [raw.txt], outs: [in.txt]}}\n' >inner.yaml &&
	printf 'stages: {out: {cmd: mlv-train repro -f inner.yaml && cp in.txt out.txt, outs: [out.txt]}}\n' >outer.yaml &&
	expect 0 timeout 60 mlv-train repro -f outer.yaml &&
	same out.txt raw.txt
X
check 'repro that was killed goes on: a stage still at work is waited for, not done beside' <<'X'
	cat >kill.yaml <<'Y' &&
stages:
  s: {cmd: "echo >>begun; sleep 1; cat raw.txt >k.txt", deps: [raw.txt], outs: [k.txt]}
  t: {cmd: cat k.txt >t.txt, deps: [k.txt], outs: [t.txt]}
Y
	{ mlv-train repro -f kill.yaml >first 2>&1 & } &&
	victim=$! &&
	until test -e begun; do sleep 0.02; done &&
	kill -9 "$victim" &&
	expect 0 repro -f kill.yaml &&
	same t.txt raw.txt &&
	test "$(wc -l <begun)" -le 2
X
check 'repro passes SIGTERM on, ends with trouble, and the next one completes' <<'X'
	printf 'stages: {s: {cmd: "touch up; test -e go || sleep 30; touch e.txt", deps: [raw.txt], outs: [e.txt]}}\n' \
	    >term.yaml &&
	{ mlv-train repro -f term.yaml >first 2>err & } &&
	victim=$! &&
	until test -e up; do sleep 0.02; done &&
	kill -TERM "$victim" &&
	{ wait "$victim"; test $? = 3; } &&
	says "stopped by a signal" &&
	touch go &&
	expect 0 repro -f term.yaml &&
	test "$(status s)" = finished
X

# --- with make, and other forms
check 'repro under make -j takes its slots: four stages at once' <<'X'
	cat >four.yaml <<'Y' &&
stages:
  s:
    foreach: [1, 2, 3, 4]
    do:
      cmd: touch at-${item}; until test -e at-1 -a -e at-2 -a -e at-3 -a -e at-4; do sleep 0.02; done; touch s${item}
      deps: [raw.txt]
      outs: ["s${item}"]
Y
	printf 'all:\n\t+mlv-train repro -f four.yaml\n' >outer.mk &&
	expect 0 timeout 60 make -s -j4 -f outer.mk &&
	test "$(grep -c finished out)" = 4
X
check 'graph prints stages in order with what they need, as records' <<'X'
	expect 0 mlv-train graph --json report &&
	jq -es 'map(.name) == ["prepare", "train@a-1", "train@b-2", "report"]' out &&
	jq -es '.[3].after == ["train@a-1", "train@b-2"] and .[0].outs == ["clean.txt"]' out
X
check 'graph --make: make does the pipeline with runs, and a second make restores' <<'X'
	expect 0 mlv-train graph --make &&
	cp out Makefile &&
	rm -f clean.txt m-*.txt all.txt metrics.json &&
	expect 0 make -j2 &&
	test -s all.txt &&
	expect 0 repro &&
	test "$(status train@b-2)" = unchanged
X
check 'graph --yaml is the same pipeline, unfolded' <<'X'
	mlv-train graph --json >before &&
	expect 0 mlv-train graph --yaml &&
	cp out flat.yaml &&
	expect 0 mlv-train graph -f flat.yaml --json &&
	same before out
X
check 'graph --runs makes a pipeline of what was done by hand' <<'X'
	mkdir hand &&
	( cd hand && mlv-data init >/dev/null && echo 5 >one &&
	    mlv-train run -d one -o two -- cp one two >/dev/null &&
	    mlv-train run -d two -o three -n last -- sh -c 'cat two two >three' >/dev/null &&
	    expect 0 mlv-train graph --runs --yaml && cp out pipeline.yaml &&
	    rm two three && echo 6 >one &&
	    expect 0 repro && test "$(cut -f 1 out | tr '\n' ' ')" = "two last " &&
	    printf '6\n6\n' | same three - )
X
check 'graph writes one form at a time' <<'X'
	expect 2 mlv-train graph --make --dot &&
	says "one form at a time" &&
	expect 2 mlv-train graph --github --json &&
	says "one form at a time"
X
check 'graph of a pipeline without a stage: nothing that a scheduler would refuse is written' <<'X'
	echo 'stages: {}' >none.yaml &&
	for form in airflow argo gitlab github; do
		expect 3 mlv-train graph -f none.yaml --$form && says "no stage" && test ! -s out || return 1
	done &&
	expect 0 mlv-train graph -f none.yaml --make
X
check 'graph of runs for a scheduler, whose tasks would want a pipeline file: refused, --yaml writes one' <<'X'
	for form in airflow argo gitlab github; do
		expect 2 mlv-train graph --runs --$form && says "with --yaml first" || return 1
	done &&
	expect 2 mlv-train graph --run nope --argo && says "with --yaml first"
X
check 'graph --dot, --mermaid, --airflow, --argo, --gitlab, --github name stages and needs' <<'X'
	expect 0 mlv-train graph --dot report &&
	prints '"train@a-1" -> "report";' &&
	expect 0 mlv-train graph --mermaid &&
	prints 'node0-->node1' &&
	expect 0 mlv-train graph --airflow &&
	prints 'task[0] >> task[1]' &&
	python3 -m py_compile out &&
	expect 0 mlv-train graph --argo &&
	prints 'dependencies: [s0-prepare]' &&
	expect 0 mlv-train graph --gitlab &&
	prints 'needs: [s0-prepare]' &&
	expect 0 mlv-train graph --github &&
	prints 'uses: actions/upload-artifact@v4'
X
check 'graph --github: an artifact begins at the top, and takes what a dot hides' <<'X'
	printf 'stages: {s: {cmd: x, outs: [deep/.a]}}\n' >deep.yaml &&
	expect 0 mlv-train graph -f deep.yaml --github &&
	prints '            mlv-top' &&
	prints '            deep/.a' &&
	prints 'include-hidden-files: true'
X
check 'graph --github, --gitlab of a pipeline in a folder: paths are those of the checkout' <<'X'
	mkdir below &&
	printf 'stages: {s: {cmd: x, outs: [o.txt]}}\n' >below/pipeline.yaml &&
	for form in github gitlab; do
		expect 0 mlv-train graph -f below/pipeline.yaml "--$form" && prints below/o.txt || return 1
	done
X
check 'graph --github, --gitlab: a name that is a pattern there is refused' <<'X'
	printf 'stages: {s: {cmd: x, outs: ["a*.txt"]}}\n' >star.yaml &&
	expect 3 mlv-train graph -f star.yaml --github &&
	says "GitHub cannot name the file 'a*.txt'" &&
	expect 3 mlv-train graph -f star.yaml --gitlab &&
	says "GitLab cannot name the file 'a*.txt'"
X
check 'graph --airflow, --argo, --github: what they would fill in is refused' <<'X'
	printf 'stages: {"${{x}}": {cmd: x, outs: [o]}}\n' >fill.yaml &&
	expect 3 mlv-train graph -f fill.yaml --airflow &&
	says "Airflow would fill in the '{{' of stage" &&
	expect 3 mlv-train graph -f fill.yaml --argo &&
	expect 3 mlv-train graph -f fill.yaml --github &&
	expect 0 mlv-train graph -f fill.yaml --gitlab
X

finish
