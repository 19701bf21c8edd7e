#!/bin/sh
# mlv-data lineage: what was made from what, over all kinds of names.
. "$(dirname "$0")/../lib.sh"

tab=$(printf '\t')
steps() { cut -f1,5,6 out | tr '\t' ' '; }
fresh lineage
git init -q .
mlv-data init >log
awk 'BEGIN {
	print "id,x,y"
	for (i = 0; i < 400; i++)
		printf "k%d,%d,%s\n", i, i * 37 % 101, (i * 37 % 101 > 50 ? "yes" : "no")
}' >rows.csv
mlv-data add rows.csv >>log
mlv-data split data:rows train=70 test=30 >>log
mlv-train fit data:rows-train -t y -d id -l logistic -o m.onnx >fit &&
	run=$(cut -f1 fit)
mlv-registry add m m.onnx >>log
mlv-registry set m@champion 1 >>log
mlv-train eval model:m data:rows-test >>log
mlv-card new model:m -o card:m >>log
mlv-data profile data:rows -o profile:rows >>log
check 'up: from a card to the model, its run, the split and the data' <<'X'
	expect 0 mlv-data lineage card:m &&
	steps >got &&
	cat >want <<-Y &&
		card:m@1 0 \\N
		model:m@1 1 model
		$run 2 output
		data:rows-train@1 3 input
		data:rows@1 4 data
	Y
	same want got
X
check 'down: from the data to all that rests on them' <<'X'
	expect 0 mlv-data lineage --down data:rows &&
	steps >got &&
	cat >want <<-Y &&
		data:rows@1 0 \\N
		data:rows-test@1 1 data
		report:eval-$(mlv-data show --json model:m | jq -r .manifest.links[0].id | cut -c8-23)@1 2 data
		data:rows-train@1 1 data
		$run 2 input
		model:m@1 3 output
		card:m@1 4 model
		report:eval-$(mlv-data show --json model:m | jq -r .manifest.links[0].id | cut -c8-23)@1 4 model
		profile:rows@1 1 data
	Y
	same want got
X
check 'an alias, a run, a file and an object are roots, too' <<'X'
	expect 0 mlv-data lineage model:m@champion &&
	steps | head -n 1 | grep -qx 'model:m@1 0 \\N' &&
	expect 0 mlv-data lineage "$run" --down &&
	steps | head -n 1 | grep -q "^$run 0" &&
	expect 0 mlv-data lineage m.onnx &&
	steps | head -n 1 | grep -qx 'model:m@1 0 \\N' &&
	expect 0 mlv-data lineage "sha256:$(sha256sum rows.csv | cut -c1-64)" &&
	test "$(steps)" = 'data:rows@1 0 \N'
X
check 'a file that only a run read is a node' <<'X'
	tail -n +2 rows.csv | sed '1i id,x,y' | head -n 300 >part.csv &&
	mlv-train fit part.csv -t y -d id -l logistic -o p.onnx >fit &&
	expect 0 mlv-data lineage p.onnx &&
	steps | cut -d ' ' -f 1,2 >got &&
	printf 'p.onnx 0\n%s 1\npart.csv 2\n' "$(cut -f1 fit)" >want &&
	same want got
X
check 'runs that made the same bytes are one of several, and so are versions that hold them' <<'X'
	mlv-train fit data:rows-train -t y -d id -l logistic -o m2.onnx >fit &&
	mlv-registry add other m2.onnx >log &&
	expect 0 mlv-data lineage model:m &&
	test "$(awk -F'\t' '$3 == "run" && $7 == "true"' out | wc -l)" = 2 &&
	expect 0 mlv-data lineage --down "$run" &&
	test "$(awk -F'\t' '$3 == "model" && $7 == "true"' out | wc -l)" = 2
X
check 'what was there before is told, and not walked again' <<'X'
	expect 0 mlv-data lineage model:m &&
	test "$(awk -F'\t' '$1 == "data:rows-train@1" { print $8 }' out | tr '\n' ' ')" = "false true " &&
	test "$(grep -c "^data:rows@1$tab" out)" = 1
X
check '--json: every edge joins two nodes of the list' <<'X'
	expect 0 mlv-data lineage --json --up --down model:m &&
	holds '.schema == "mlv.lineage/1" and .direction == "both"' &&
	holds '([.nodes[].id] | unique) as $n | all(.edges[]; (.from | IN($n[])) and (.to | IN($n[])))' &&
	holds '[.nodes[].kind] | unique == ["card", "data", "evaluation", "model", "run", "split"]'
X
check '--dot: a graph, with what is one of several dashed' <<'X'
	expect 0 mlv-data lineage --dot model:m &&
	test "$(head -n 1 out)" = "digraph lineage {" &&
	test "$(tail -n 1 out)" = "}" &&
	test "$(grep -c 'output.*dashed' out)" = 2
X
check 'a verdict rests on its policy, the candidate and the evaluation' <<'X'
	printf 'rules:\n  - name: good\n    expr: test.accuracy > 0.1\n' >policy.yaml &&
	mlv-registry set --gate policy.yaml m@staging 1 >log &&
	gate=$(mlv-data lineage --down model:m | awk -F'\t' '$3 == "verdict" { v = $1 } END { print v }') &&
	expect 0 mlv-data lineage "$gate" &&
	test "$(awk -F'\t' '$5 == 1 { print $6 }' out | sort -u | tr '\n' ' ')" = "candidate evidence policy "
X
check 'a request log that was added comes from the model that served' <<'X'
	id=$(sha256sum m.onnx | cut -c1-64) &&
	printf '{"time":"2026-01-01T00:00:00Z","id":"r","model":"m","version":"1","digest":"sha256:%s",' "$id" >r.jsonl &&
	printf '"variant":"stable","inputs":{"x":1},"outputs":{"label":"no"}}\n' >>r.jsonl &&
	mlv-data add r.jsonl >log &&
	expect 0 mlv-data lineage data:r &&
	test "$(awk -F'\t' '$5 == 1 && $6 == "served" { print $1 }' out | sort | tr '\n' ' ')" = "model:m@1 model:other@1 " &&
	grep -q "^data:r@1${tab}[^$tab]*${tab}requests" out
X

check '--openlineage: a START and a COMPLETE for each run, a job event for the rest' <<'X'
	expect 0 mlv-data lineage --openlineage past.jsonl data:rows --down &&
	test ! -s out &&
	cp past.jsonl out &&
	runs=$(mlv-data lineage --json data:rows --down | jq '[.nodes[] | select(.kind == "run")] | length') &&
	test "$(jq -s '[.[] | select(.eventType == "START")] | length' out)" = "$runs" &&
	test "$(jq -s '[.[] | select(.eventType == "COMPLETE")] | length' out)" = "$runs" &&
	jq -s -e 'any(.[]; .schemaURL | endswith("JobEvent"))' out >jq.out
X

check 'a version that was removed is none of the graph, and the graph is there' <<'X'
	echo 1,2 >gone.csv &&
	mlv-data add gone.csv >log &&
	echo 3,4 >gone.csv &&
	mlv-data add gone.csv >>log &&
	mlv-data rm data:gone@1 >>log &&
	expect 0 mlv-data lineage data:gone &&
	test "$(cut -f1 out)" = data:gone@2
X

# --- bad input
check 'no name, two names, both forms at once, standard input: exit 2' <<'X'
	expect 2 mlv-data lineage &&
	says "takes one name" &&
	expect 2 mlv-data lineage data:rows model:m &&
	expect 2 mlv-data lineage --dot --json data:rows &&
	expect 2 mlv-data lineage --dot --openlineage x data:rows &&
	says "exclude each other" &&
	expect 2 mlv-data lineage -
X
check 'a name, a version, a file that is not there; a file of no version: exit 3' <<'X'
	expect 3 mlv-data lineage data:nope &&
	expect 3 mlv-data lineage data:rows@9 &&
	expect 3 mlv-data lineage nope.csv &&
	says "nope.csv" &&
	echo else >else.txt &&
	expect 3 mlv-data lineage data:rows --openlineage nowhere/x &&
	says "'nowhere/x'" &&
	expect 3 mlv-data lineage else.txt &&
	says "no version of this repository is, used or made 'else.txt'" &&
	test ! -s out
X
check 'outside a repository: exit 3, mlv-data init named' <<'X'
	mkdir -p "$HOME_DIR/plain" &&
	cd "$HOME_DIR/plain" &&
	expect 3 mlv-data lineage data:rows &&
	says "mlv-data init" &&
	cd "$HOME_DIR/lineage"
X
check 'a damaged manifest is told: exit 3' <<'X'
	id=$(mlv-data show --json profile:rows | jq -r .id | cut -c8-) &&
	f=.mlv/objects/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-) &&
	chmod u+w "$f" &&
	printf XX | dd of="$f" bs=1 seek=20 conv=notrunc 2>dd.err &&
	expect 3 mlv-data lineage data:rows &&
	says "profile:rows@1"
X
finish
