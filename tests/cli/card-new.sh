#!/bin/sh
# Cards: of a plain file and of a version, what is stated, what is missing.
. "$(dirname "$0")/../lib.sh"

rows() {
	awk 'BEGIN {
		print "a,<b>x</b>,y"
		for (i = 1; i <= 400; i++) {
			a = (i * 37) % 101
			print a "," (i * 53) % 97 "," (a + i * 7919 % 40 > 70 ? "<script>alert(1)</script>" : "No")
		}
	}'
}
new() { mlv-card new "$@"; }

fresh file
cp "$TOP/tests/golden/models/churn-sklearn.onnx" m.onnx
check 'a file outside any repository' 'expect 0 mlv-card new m.onnx && prints "# Model card: m.onnx" && prints "Contract" && test ! -s err'
check 'it names the bytes it speaks of' 'prints "sha256:$(sha256sum m.onnx | cut -d" " -f1)"'
check 'what is missing is listed last' 'test "$(grep "^## " out | tail -n 1)" = "## What is missing" && sed -n "/^## What is missing/,\$p" out | grep -q "Lineage" && sed -n "/^## What is missing/,\$p" out | grep -q "License"'
check 'the same bytes twice' 'new m.onnx >1.md && new m.onnx >2.md && same 1.md 2.md && new --html m.onnx >1.html && new --html m.onnx >2.html && same 1.html 2.html'
check 'a page fetches nothing and has no script' 'grep -q "<html" 1.html && ! grep -qiE "<script|src=|href=.?http" 1.html'
check '-o does not replace the model' 'cp m.onnx keep.onnx && expect 2 mlv-card new m.onnx -o ./m.onnx && says "what is read" && cmp m.onnx keep.onnx'
check '-o writes what standard output would' 'expect 0 mlv-card new m.onnx -o c.md && test ! -s out && same c.md 1.md'

printf 'license: MIT <i>now</i>\nowner: Ann\n' >n.yaml
check 'notes are stated and no longer missing' 'expect 0 mlv-card new m.onnx --notes n.yaml && prints "**Owner:** Ann" && ! sed -n "/^## What is missing/,\$p" out | grep -q License'
check 'notes are no markup' 'expect 0 mlv-card new --html m.onnx --notes n.yaml && prints "MIT &lt;i&gt;now" && ! grep -q "<i>now" out'
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
check 'Markdown in the notes passes through, and ends with its field' 'expect 0 mlv-card new m.onnx -n md.yaml && sed -n "/^\*\*Limitations/,/^## /p" out | sed "/^## /d" | sed "\$d" >got && same want got && prints "## What is missing"'
check 'on a page its paragraphs, lists and marks are set' 'expect 0 mlv-card new --html m.onnx -n md.yaml && prints "<p>Use it for the <strong>retention</strong> call.</p><ul><li>not for pricing</li><li>nor <em>credit</em>, <code>x &lt; y</code></li></ul><p><strong>Scope</strong></p><p>one<br>" && prints "<pre># code, never ended"'
printf -- '---\nlicense: apache-2.0\ntags: [churn, tabular]\nlibrary_name: onnx\n---\n\n# Model card: m.onnx\n' >want
check 'what the Hub reads stands before all' 'expect 0 mlv-card new m.onnx -n md.yaml && head -n 7 out >got && same want got && expect 0 mlv-card new m.onnx && ! grep -qx -e --- out'
printf 'license: Ours alone\ntags: [1]\n' >bad.yaml
check 'a tag that is no text' 'expect 2 mlv-card new m.onnx -n bad.yaml && says "'"'tags' must be text or a list"'"'
printf 'licence: MIT\n' >bad.yaml
check 'an unknown field names the nearest' 'expect 2 mlv-card new m.onnx --notes bad.yaml -o bad.md && says "licence" && says "license" && test ! -e bad.md'
printf 'owner: [a, b]\n' >list.yaml
check 'a field that is no text' 'expect 2 mlv-card new m.onnx --notes list.yaml && says owner'
check 'notes that are not there' 'expect 3 mlv-card new m.onnx --notes nope.yaml && says nope.yaml'
echo '{' >bad.json
check 'an evaluation that is no JSON' 'expect 3 mlv-card new m.onnx --eval bad.json && says bad.json'

check 'no model' 'expect 2 mlv-card new && says "one model"'
check 'a file that is not there' 'expect 3 mlv-card new nope.onnx && says nope.onnx && test ! -s out'
check 'a file that is no model' 'expect 3 mlv-card new n.yaml && says n.yaml && test ! -s out'
check 'no repository' 'expect 3 mlv-card new model:churn && test "$(wc -l <err)" = 1'
check 'a full disk' 'mlv-card new m.onnx >/dev/full 2>err; test $? = 3'
check 'a folder that is not there' 'expect 3 mlv-card new m.onnx -o no/such/c.md && says no/such'

fresh names
rows >d.csv
mlv-train fit d.csv -t y -l gbdt -o m.onnx >/dev/null 2>&1
mlv-train eval m.onnx d.csv --json >eval.json 2>/dev/null
check 'an evaluation with its interval and curves' 'expect 0 mlv-card new m.onnx --eval eval.json && prints "| auc |" && prints " to " && prints "ROC" && prints "| mean score | share of positives | rows |"'
check 'an evaluation of another model is no evidence' 'expect 3 mlv-card new "$TOP/tests/golden/models/churn-sklearn.onnx" --eval eval.json && says "another model" && test ! -s out'
printf 'license: Our own\n' >lic.yaml
check 'an evaluation is the model-index of the front matter' 'expect 0 mlv-card new m.onnx --eval eval.json -n lic.yaml && prints "license: other" && prints "license_name: Our own" && prints "pipeline_tag: tabular-classification" && prints "            type: roc_auc" && prints "          name: d.csv"'
echo '[1]' >list.json
check 'an evaluation that is none' 'expect 3 mlv-card new m.onnx --eval list.json && says "no metrics" && test ! -s out'
check 'names of columns and classes are no markup' 'expect 0 mlv-card new --html m.onnx --eval eval.json && prints "<svg" && prints "&lt;script&gt;" && prints "&lt;b&gt;x" && ! grep -qE "<script|<b>x" out'
check 'nor in Markdown, outside its blocks of text' 'expect 0 mlv-card new m.onnx --eval eval.json && ! grep -v "^    " out | grep -qE "(^|[^\\\\])<(script|b>x)"'

fresh seen
awk 'BEGIN { print "n,c,y"; for (i = 0; i < 200; i++) print (i % 4 ? i : "") "," (i % 2 ? "a" : "b") "," (i > 99 ? "Yes" : "No") }' >m.csv
mlv-train fit m.csv -t y -l gbdt -o m.onnx >/dev/null 2>&1
check 'what training saw: range, shape, missing' 'expect 0 mlv-card new m.onnx && prints "| n | number | 1 to 199 |" && grep "^| n |" out | grep -q " 25.00 % |" && grep "^| c |" out | grep -q "| a, b | ██ | 0.00 % |"'

fresh repo
rows >d.csv
mlv-data init >/dev/null && mlv-data add d.csv >/dev/null 2>&1
mlv-train fit data:d -t y -l gbdt -o m.onnx >/dev/null 2>&1
mlv-registry add churn m.onnx >reg.log 2>&1
mlv-train eval --label test m.onnx data:d >/dev/null 2>&1
check 'a version brings its evaluation and lineage' 'expect 0 mlv-card new model:churn && prints "## Lineage" && prints "data:d@1" && prints "| auc |" && prints "run:"'
check 'a recorded evaluation brings its rows, thresholds, reliability and importance' 'prints "| score from | negative rows | positive rows | true positive rate |" && prints "| 0.0 |" && prints "| 1.000 | 1.000 |" && prints "Reliability" && prints "| true class |" && prints "**Rows:** 400" && prints "Importance of the inputs"'
check 'what it learned: each metric by its name, first, best and last' 'grep -q "^| train.logloss | [0-9]* | 0\.[0-9]* | \([0-9.]*\) | [0-9]* | \1 | " out'
check 'no line of text holds more than 40 marks of a picture' '! grep -v "^    " out | grep -qE "([▁▂▃▄▅▆▇█]{121})"'
check 'lineage is set in by what a table keeps' 'grep -q "^| ↳ [a-z]* |" out && ! grep -q "^|   *[a-z]* |" out'
check 'the headline stands above all sections' 'sed -n "1,/^## /p" out | grep -q "Area under the ROC curve"'
check 'the page draws them all' 'expect 0 mlv-card new --html model:churn && test "$(grep -c "<svg" out)" = 7 && test "$(grep -c "<dl>" out)" -gt 2'
mlv-train eval --label test --threshold 0.3 m.onnx data:d >/dev/null 2>&1
check 'judged again on the same data: the newest alone is shown' 'expect 0 mlv-card new model:churn && test "$(grep -c "^### On" out)" = 1'
mlv-train eval --label other m.onnx data:d >/dev/null 2>&1
printf 'rules:\n  - name: any\n    expr: test.auc > 0.1\n' >gates.yaml
mlv-registry set churn@champion 1 --gate gates.yaml >/dev/null 2>&1
check 'who let it answer, and by which gate' 'expect 0 mlv-card new model:churn@champion && sed -n "/^## Promotion/,\$p" out | grep -q "| champion | move | 1 | .* gate sha256:.* passed |" && expect 0 mlv-card new --json model:churn && jq -e "[.history[].op] == [\"add\", \"move\"]" out >/dev/null'
check 'another label is another question' 'expect 0 mlv-card new model:churn && test "$(grep -c "^### On" out)" = 2'
check 'a file that a run put out has its lineage, too' 'expect 0 mlv-card new m.onnx && prints "data:d@1" && prints "**Run:** run:" && prints "## Lineage" && prints "| learner | gbdt |" && prints "**Wall time:**"'
cp "$TOP/tests/golden/models/churn-sklearn.onnx" other.onnx
check 'one that no run made has none' 'expect 0 mlv-card new other.onnx && ! prints "## Lineage" && ! prints "**Run:**"'
mlv-train fit data:d -t a -l linear -o r.onnx >/dev/null 2>&1 && mlv-train eval r.onnx data:d >/dev/null 2>&1
check 'a regression: its errors are no shares' 'expect 0 mlv-card new --html r.onnx && prints "Root mean squared error" && prints "the mean truth by mean answer" && ! prints "Metrics with their"'
check 'an unknown model' 'expect 3 mlv-card new model:nope && says nope && test ! -s out'
check 'an unknown alias' 'expect 3 mlv-card new model:churn@nope && says nope && test ! -s out'
check 'as data: what is evidence, stated and missing' 'printf "owner: Ann\\n" >who.yaml && expect 0 mlv-card new --json -n who.yaml model:churn@1 && test "$(wc -l <out)" = 1 && jq -e ".schema == \"mlv.card/1\" and (.fields | map(select(.field == \"Owner\")) == [{section: \"Model details\", field: \"Owner\", status: \"stated\", value: \"Ann\"}]) and ([.fields[].status] | unique == [\"evidence\", \"missing\", \"stated\"]) and (.inputs | length > 0) and (.lineage | map(.relation) | index(\"run\") != null)" out >/dev/null'
check 'with its evaluations, by their objects' 'jq -e ".evaluations[0].id[:7] == \"sha256:\" and .evaluations[0].evaluation.metrics.auc.value > 0.5" out >/dev/null'
check 'one form at a time' 'expect 2 mlv-card new --json --html model:churn@1'
check 'a template that is not filled in yet' 'printf "owner: Ann\nlicense:\nusers: \"\"\n" >who.yaml && expect 0 mlv-card new --json -n who.yaml model:churn@1 && jq -e ".fields | map(select(.field == \"License\" or .field == \"Intended users\") | .status) == [\"missing\", \"missing\"]" out >/dev/null'
evil="a b$(printf '\r')# \$(touch x)'.onnx"
cp "$TOP/tests/golden/models/churn-sklearn.onnx" "$evil"
cat >want <<'W'
    mlv-serve batch 'a b # $(touch x)'\''.onnx' < new.csv > scored.csv
W
check 'a hostile file name leaves neither its block nor its quotes' 'expect 0 mlv-card new "$evil" && grep -F "    mlv-serve batch" out >got && same got want && ! grep -q "$(printf "\r")" out'
finish
