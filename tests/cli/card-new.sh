#!/bin/sh
# mlv-card new: the card of a plain file and of a registered version, with
# notes and evaluations, as Markdown, page and JSON.
. "$(dirname "$0")/../lib.sh"

rows() {	# names and classes that look like markup
	awk 'BEGIN {
		print "a,<b>x</b>,y"
		for (i = 1; i <= 400; i++) {
			a = (i * 37) % 101
			yes = a + i * 7919 % 40 > 70
			print a "," (i * 53) % 97 "," (yes ? "<script>alert(1)</script>" : "No")
		}
	}'
}
new() { mlv-card new "$@"; }
# The section of what is missing, of the card in ./out.
missing() { sed -n '/^## What is missing/,$p' out; }
# The lines of the card in ./out that are in no block of text.
prose() { grep -v '^    ' out; }

# --- the card of a file
fresh file
cp "$TOP/tests/golden/models/churn-sklearn.onnx" m.onnx
check 'card of a file outside any repository: heading and contract, no warning' <<'X'
	expect 0 mlv-card new m.onnx &&
	prints "# Model card: m.onnx" &&
	prints "Contract" &&
	test ! -s err
X
check 'card of a file: the SHA-256 of the model is told' <<'X'
	prints "sha256:$(sha256sum m.onnx | cut -d' ' -f1)"
X
check 'card of a file: what is missing is the last section, lineage and license in it' <<'X'
	test "$(grep "^## " out | tail -n 1)" = "## What is missing" &&
	missing | grep -q "Lineage" &&
	missing | grep -q "License"
X
check 'card twice: Markdown and HTML have the same bytes each time' <<'X'
	new m.onnx >1.md &&
	new m.onnx >2.md &&
	same 1.md 2.md &&
	new --html m.onnx >1.html &&
	new --html m.onnx >2.html &&
	same 1.html 2.html
X
check 'card --html: the page fetches nothing and has no script' <<'X'
	grep -q "<html" 1.html &&
	! grep -qiE "<script|src=|href=.?http" 1.html
X
check 'card -o: the model is not overwritten' <<'X'
	cp m.onnx keep.onnx &&
	expect 2 mlv-card new m.onnx -o ./m.onnx &&
	says "what is read" &&
	cmp m.onnx keep.onnx
X
check 'card -o: the file holds what standard output would' <<'X'
	expect 0 mlv-card new m.onnx -o c.md &&
	test ! -s out &&
	same c.md 1.md
X

# --- notes
printf 'license: MIT <i>now</i>\nowner: Ann\n' >n.yaml
check 'card --notes: the owner is told, and the license is no longer missing' <<'X'
	expect 0 mlv-card new m.onnx --notes n.yaml &&
	prints "**Owner:** Ann" &&
	! missing | grep -q License
X
check 'card --html --notes: tags in the notes are escaped' <<'X'
	expect 0 mlv-card new --html m.onnx --notes n.yaml &&
	prints "MIT &lt;i&gt;now" &&
	! grep -q "<i>now" out
X
cat >md.yaml <<'W'
license: Apache-2.0
tags: [churn, tabular]
limitations: |
  Use it for the **retention** call.

  - not for pricing
  - nor *credit*, `x < y`

  # Scope
  one
  two
  ```
  # code, never ended
W
cat >want <<'W'
**Limitations**

Use it for the **retention** call.

- not for pricing
- nor *credit*, `x < y`

#### Scope
one
two
```
# code, never ended
```

W
check 'card --notes: Markdown passes through, and ends with its field' <<'X'
	expect 0 mlv-card new m.onnx -n md.yaml &&
	sed -n "/^\*\*Limitations/,/^## /p" out | sed "/^## /d" | sed '$d' >got &&
	same want got &&
	prints "## What is missing"
X
check 'card --html --notes: paragraphs, lists and marks of Markdown are set' <<'X'
	expect 0 mlv-card new --html m.onnx -n md.yaml &&
	paragraph='<p>Use it for the <strong>retention</strong> call.</p>' &&
	list='<li>not for pricing</li><li>nor <em>credit</em>, <code>x &lt; y</code></li>' &&
	prints "$paragraph<ul>$list</ul><p><strong>Scope</strong></p><p>one<br>" &&
	prints "<pre># code, never ended"
X
cat >want <<'W'
---
license: apache-2.0
tags: [churn, tabular]
library_name: onnx
---

# Model card: m.onnx
W
check 'card --notes: license and tags are the front matter that the Hub reads, and none without' <<'X'
	expect 0 mlv-card new m.onnx -n md.yaml &&
	head -n 7 out >got &&
	same want got &&
	expect 0 mlv-card new m.onnx &&
	! grep -qx -e --- out
X
printf 'license: Ours alone\ntags: [1]\n' >bad.yaml
check 'card --notes: a tag that is no text is refused' <<'X'
	expect 2 mlv-card new m.onnx -n bad.yaml &&
	says "'tags' must be text or a list"
X
printf 'licence: MIT\n' >bad.yaml
check 'card --notes: an unknown field is refused, the nearest one named' <<'X'
	expect 2 mlv-card new m.onnx --notes bad.yaml -o bad.md &&
	says "bad.yaml: line 1: no card has a field 'licence'" &&
	says "license" &&
	test ! -e bad.md
X
printf 'owner: [a, b]\n' >list.yaml
check 'card --notes: a field that is a list is refused' <<'X'
	expect 2 mlv-card new m.onnx --notes list.yaml &&
	says owner
X
check 'card --notes: a file that does not exist is refused by name' <<'X'
	expect 3 mlv-card new m.onnx --notes nope.yaml &&
	says nope.yaml
X
echo '{' >bad.json
check 'card --eval: a file that is no JSON is refused by name' <<'X'
	expect 3 mlv-card new m.onnx --eval bad.json &&
	says bad.json
X

# --- refused
check 'card without a model is a usage error' <<'X'
	expect 2 mlv-card new &&
	says "one model"
X
check 'card of a file that does not exist is refused by name' <<'X'
	expect 3 mlv-card new nope.onnx &&
	says nope.onnx &&
	test ! -s out
X
check 'card of a file that is no model is refused by name' <<'X'
	expect 3 mlv-card new n.yaml &&
	says n.yaml &&
	test ! -s out
X
check 'card of a registered model outside a repository is refused in one line' <<'X'
	expect 3 mlv-card new model:churn &&
	test "$(wc -l <err)" = 1
X
check 'card to a full disk is exit 3' 'exits 3 mlv-card new m.onnx >/dev/full 2>err'
check 'card -o: a folder that does not exist is refused by its path' <<'X'
	expect 3 mlv-card new m.onnx -o no/such/c.md &&
	says no/such
X

# --- an evaluation, and names that look like markup
fresh names
rows >d.csv
mlv-train fit d.csv -t y -l gbdt -o m.onnx >/dev/null 2>&1
mlv-train eval m.onnx d.csv --json >eval.json 2>/dev/null
check 'card --eval: metrics with intervals, ROC curve and reliability are told' <<'X'
	expect 0 mlv-card new m.onnx --eval eval.json &&
	prints "| auc |" &&
	prints " to " &&
	prints "ROC" &&
	prints "| mean score | share of positives | rows |"
X
check 'card --eval: an evaluation of another model is refused' <<'X'
	expect 3 mlv-card new "$TOP/tests/golden/models/churn-sklearn.onnx" --eval eval.json &&
	says "another model" &&
	test ! -s out
X
printf 'license: Our own\n' >lic.yaml
check 'card --eval: the evaluation is the model-index of the front matter' <<'X'
	expect 0 mlv-card new m.onnx --eval eval.json -n lic.yaml &&
	prints "license: other" &&
	prints "license_name: Our own" &&
	prints "pipeline_tag: tabular-classification" &&
	prints "            type: roc_auc" &&
	prints "          name: d.csv"
X
echo '[1]' >list.json
check 'card --eval: a JSON file without metrics is refused' <<'X'
	expect 3 mlv-card new m.onnx --eval list.json &&
	says "no metrics" &&
	test ! -s out
X
check 'card --html: names of columns and classes are escaped' <<'X'
	expect 0 mlv-card new --html m.onnx --eval eval.json &&
	prints "<svg" &&
	prints "&lt;script&gt;" &&
	prints "&lt;b&gt;x" &&
	! grep -qE "<script|<b>x" out
X
check 'card in Markdown: names of columns and classes are escaped outside blocks of text' <<'X'
	expect 0 mlv-card new m.onnx --eval eval.json &&
	! prose | grep -qE '(^|[^\\])<(script|b>x)'
X

# --- what training saw of each input
fresh seen
awk 'BEGIN {
	print "n,c,y"
	for (i = 0; i < 200; i++)
		print (i % 4 ? i : "") "," (i % 2 ? "a" : "b") "," (i > 99 ? "Yes" : "No")
}' >m.csv
mlv-train fit m.csv -t y -l gbdt -o m.onnx >/dev/null 2>&1
check 'card: each input has its range or values, its shape and its share of missing values' <<'X'
	expect 0 mlv-card new m.onnx &&
	prints "| n | number | 1 to 199 |" &&
	grep "^| n |" out | grep -q " 25.00 % |" &&
	grep "^| c |" out | grep -q "| a, b | ██ | 0.00 % |"
X

# --- the card of a registered version
fresh repo
rows >d.csv
mlv-data init >/dev/null && mlv-data add d.csv >/dev/null 2>&1
mlv-train fit data:d -t y -l gbdt -o m.onnx >/dev/null 2>&1
mlv-registry add churn m.onnx >reg.log 2>&1
mlv-train eval --label test m.onnx data:d >/dev/null 2>&1
check 'card of a version: lineage, data, run and evaluation are told' <<'X'
	expect 0 mlv-card new model:churn &&
	prints "## Lineage" &&
	prints "data:d@1" &&
	prints "| auc |" &&
	prints "run:"
X
check 'card of a version: rows, thresholds, reliability and importance of the evaluation are told' <<'X'
	prints "| score from | negative rows | positive rows | true positive rate |" &&
	prints "| 0.0 |" &&
	prints "| 1.000 | 1.000 |" &&
	prints "Reliability" &&
	prints "| true class |" &&
	prints "**Rows:** 400" &&
	prints "Importance of the inputs"
X
check 'card of a version: a training metric is told by its name with first, best and last value' <<'X'
	grep -q "^| train.logloss | [0-9]* | 0\.[0-9]* | \([0-9.]*\) | [0-9]* | \1 | " out
X
check 'card of a version: no line outside blocks of text has more than 40 marks of a picture' <<'X'
	# in this locale a mark is 3 bytes
	! prose | grep -qE "([▁▂▃▄▅▆▇█]{121})"
X
check 'card of a version: lineage is indented with a mark and not with spaces' <<'X'
	grep -q "^| ↳ [a-z]* |" out &&
	! grep -q "^|   *[a-z]* |" out
X
check 'card of a version: the headline stands above all sections' <<'X'
	sed -n "1,/^## /p" out | grep -q "Area under the ROC curve"
X
check 'card --html of a version: seven pictures and their lists are drawn' <<'X'
	expect 0 mlv-card new --html model:churn &&
	test "$(grep -c "<svg" out)" = 7 &&
	test "$(grep -c "<dl>" out)" -gt 2
X
mlv-train eval --label test --threshold 0.3 m.onnx data:d >/dev/null 2>&1
check 'card of a version evaluated twice on the same data: the newest evaluation alone is told' <<'X'
	expect 0 mlv-card new model:churn &&
	test "$(grep -c "^### On" out)" = 1
X
mlv-train eval --label other m.onnx data:d >/dev/null 2>&1
printf 'rules:\n  - name: any\n    expr: size > 1\n' >gates.yaml
mlv-registry set churn@champion 1 --gate gates.yaml >/dev/null 2>&1
check 'card of an alias: its move and gate are told, and --json has the history' <<'X'
	expect 0 mlv-card new model:churn@champion &&
	sed -n '/^## Promotion/,$p' out |
	    grep -q "| champion | move | 1 | .* gate sha256:.* passed |" &&
	expect 0 mlv-card new --json model:churn &&
	holds '[.history[].op] == ["add", "move"]'
X
check 'card of a version with evaluations of two labels: both are told' <<'X'
	expect 0 mlv-card new model:churn &&
	test "$(grep -c "^### On" out)" = 2
X
check 'card of a file that a run made: run, data, parameters and time are told' <<'X'
	expect 0 mlv-card new m.onnx &&
	prints "data:d@1" &&
	prints "**Run:** run:" &&
	prints "## Lineage" &&
	prints "| learner | gbdt |" &&
	prints "**Wall time:**"
X
cp "$TOP/tests/golden/models/churn-sklearn.onnx" other.onnx
check 'card of a file that no run made: no lineage and no run are told' <<'X'
	expect 0 mlv-card new other.onnx &&
	! prints "## Lineage" &&
	! prints "**Run:**"
X
mlv-train fit data:d -t a -l linear -o r.onnx >/dev/null 2>&1
mlv-train eval r.onnx data:d >/dev/null 2>&1
check 'card --html of a regression: errors are told, and no shares' <<'X'
	expect 0 mlv-card new --html r.onnx &&
	prints "Root mean squared error" &&
	prints "the mean truth by mean answer" &&
	! prints "Metrics with their"
X
check 'card of a model that does not exist is refused by name' <<'X'
	expect 3 mlv-card new model:nope &&
	says nope &&
	test ! -s out
X
check 'card of an alias that does not exist is refused by name' <<'X'
	expect 3 mlv-card new model:churn@nope &&
	says nope &&
	test ! -s out
X
check 'card --json: one mlv.card/1 object, each field evidence, stated or missing' <<'X'
	printf 'owner: Ann\n' >who.yaml &&
	expect 0 mlv-card new --json -n who.yaml model:churn@1 &&
	test "$(wc -l <out)" = 1 &&
	holds '.schema == "mlv.card/1"
	    and (.fields | map(select(.field == "Owner")) == [{
	        section: "Model details", field: "Owner", status: "stated", value: "Ann"
	    }])
	    and ([.fields[].status] | unique == ["evidence", "missing", "stated"])
	    and (.inputs | length > 0)
	    and (.lineage | map(.relation) | index("run") != null)'
X
check 'card --json: evaluations are there with their ids' <<'X'
	holds '.evaluations[0].id[:7] == "sha256:"
	    and .evaluations[0].evaluation.metrics.auc.value > 0.5'
X
check 'card --json --html is a usage error' 'expect 2 mlv-card new --json --html model:churn@1'
check 'card --json --notes: a field left empty is missing' <<'X'
	printf 'owner: Ann\nlicense:\nusers: ""\n' >who.yaml &&
	expect 0 mlv-card new --json -n who.yaml model:churn@1 &&
	holds '.fields
	    | map(select(.field == "License" or .field == "Intended users") | .status)
	    == ["missing", "missing"]'
X
evil="a b$(printf '\r')# \$(touch x)'.onnx"
cp "$TOP/tests/golden/models/churn-sklearn.onnx" "$evil"
cat >want <<'W'
    mlv-serve batch 'a b # $(touch x)'\''.onnx' < new.csv > scored.csv
W
check 'card of a file with a hostile name: the command is quoted and stays one line' <<'X'
	expect 0 mlv-card new "$evil" &&
	grep -F "    mlv-serve batch" out >got &&
	same got want &&
	! grep -q "$(printf "\r")" out
X
# --- names
fresh names
mlv-data init -q
rows >d.csv
mlv-train fit d.csv -t y -l logistic -o m.onnx >/dev/null 2>&1
mlv-registry add -q churn m.onnx >/dev/null
mlv-registry set -q churn@champion 1 >/dev/null
check 'card of a name without "model:": that of the model, a file comes first' <<'X'
	expect 0 mlv-card new model:churn@champion &&
	cp out want &&
	expect 0 mlv-card new churn@champion &&
	same want out &&
	expect 3 mlv-card new nothing &&
	says "there is no model:nothing"
X
check 'card -o card:NAME: the next version, its document comes back, the model is linked' <<'X'
	expect 0 mlv-card new churn@champion -o card:churn &&
	printf "card:churn@1\tsha256:%s\n" "$(sha256sum <want | cut -d" " -f1)" >added &&
	same added out &&
	expect 0 mlv-data cat card:churn &&
	same want out &&
	expect 0 mlv-data show card:churn --json &&
	holds '.manifest.links | map(.rel) == ["content", "model"]' &&
	expect 0 mlv-card new --html churn -o card:churn &&
	prints "card:churn@2" &&
	expect 0 mlv-data fsck
X
check 'card -o card:NAME@3: a usage error, nothing is kept' <<'X'
	expect 2 mlv-card new churn -o card:churn@3 &&
	says "the version is the next one" &&
	expect 3 mlv-data cat card:churn@3
X

# --- which data is which, which class is scored, what cannot be read
fresh rels
mlv-data init -q
rows >d.csv
mlv-data add -q d.csv >/dev/null
mlv-data split data:d train=60 valid=20 test=20 >/dev/null 2>&1
mlv-train fit data:d-train --valid data:d-valid -t y -l gbdt -o m.onnx >/dev/null 2>&1
mlv-registry add -q churn m.onnx >/dev/null
mlv-train eval m.onnx data:d-test --positive '<script>alert(1)</script>' --no-importance >/dev/null 2>&1
said() { sed -n "s/^\*\*$1:\*\* //p;s/^- \*\*$1:\*\* //p" out; }
check 'card of a fit: training data and validation data are told apart by their links' <<'X'
	expect 0 mlv-card new model:churn &&
	said "Training data" | grep -q "^data:d-train@1, sha256:" &&
	said "Validation data" | grep -q "^data:d-valid@1, sha256:"
X
check 'card: the id beside data is what sha256sum prints for its file' <<'X'
	mlv-data cat data:d-train | sha256sum | cut -d" " -f1 >sum &&
	grep -q "data:d-train@1, sha256:$(cat sum)" out &&
	grep "^| [^|]* | data:d-train@1 |" out | grep -q "sha256:$(cat sum)"
X
check 'card of what another command made: what it read is not called training data' <<'X'
	{ cat m.onnx; printf "\252\001\003abc"; } >made.bytes &&
	mlv-train run -d data:d-test -d data:d-train -o other.onnx -- cp made.bytes other.onnx >run.out 2>&1 &&
	mlv-registry add -q other other.onnx >add.out 2>&1 &&
	expect 0 mlv-card new model:other &&
	test -z "$(said "Training data")" &&
	test "$(said "Data read" | cut -d, -f1 | tr "\n" " ")" = "data:d-test@1 data:d-train@1 " &&
	sed -n "/^## What is missing/,\$p" out | grep -q "Training data"
X
check 'card: what a command says it learned from is training data, and evidence on it is train' <<'X'
	{ cat m.onnx; printf "\252\001\003abd"; } >made.bytes &&
	mlv-train run -d train=data:d-train -d valid=data:d-valid -d made.bytes -o roles.onnx -- \
	    cp made.bytes roles.onnx >run.out 2>&1 &&
	mlv-registry add -q roles roles.onnx >add.out 2>&1 &&
	expect 0 mlv-card new model:roles &&
	said "Training data" | grep -q "^data:d-train@1" &&
	said "Validation data" | grep -q "^data:d-valid@1" &&
	said "Data read" | grep -q "^made.bytes" &&
	mlv-train eval roles.onnx data:d-train --no-importance --json | jq -e '.label == "train"' &&
	mlv-train eval roles.onnx data:d-valid --no-importance --json | jq -e '.label == "valid"' &&
	mlv-train eval roles.onnx data:d-test --no-importance --json | jq -e '.label == "test"' &&
	mlv-train runs --input data:d-train@1 | grep -q "$(cut -f1 run.out | tail -n 1)"
X
check 'card: the class that an evaluation looked for is named, and its threshold' <<'X'
	mlv-train eval m.onnx data:d-test --no-importance >eval.out 2>&1 &&
	expect 0 mlv-card new model:churn &&
	test "$(said "Scored class" | sort | uniq | wc -l)" = 2 &&
	said Threshold | grep -q "^0.5" &&
	sed -n "1,/^## /p" out | grep -q "Scored for the class"
X
check 'card beside a manifest that cannot be read: no card, and the object is named' <<'X'
	id=$(mlv-data show data:d-train | sed -n "s/^manifest	sha256://p") &&
	test -n "$id" &&
	object=.mlv/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-) &&
	chmod u+w "$object" &&
	printf X | dd of="$object" bs=1 seek=20 conv=notrunc 2>/dev/null &&
	expect 3 mlv-card new --html -o c.html model:churn &&
	test ! -e c.html &&
	says "$id"
X

finish
