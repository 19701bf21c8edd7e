#!/bin/sh
# mlv-data push and pull of one name: the names that it leads to come along, so
# that a colleague's tools answer as the own ones do.
. "$(dirname "$0")/../lib.sh"

share=$HOME_DIR/share
mkdir "$share"

# ada: data in parts, a model fitted, registered, judged, promoted, documented.
fresh ada
mlv-data init >log
mlv-data remote add origin "$share" >log
awk 'BEGIN {
	print "spend,visits,churned"
	for (i = 1; i <= 400; i++) {
		s = i * 37 % 101
		v = i * 7 % 13
		print s "," v "," (s + v * 3 + i * 11 % 17 > 70 ? "yes" : "no")
	}
}' >t.csv
printf 'a,b\n1,2\n' >other.csv
mlv-data add t.csv other.csv >log
mlv-data split data:t train=70 test=30 >log
run=$(mlv-train fit -t churned -l logistic -o m.onnx data:t-train 2>log | cut -f1)
mlv-registry add churn m.onnx >log
mlv-train eval model:churn data:t-test >log
printf 'policy:\n  alias: champion\nrules:\n  - metric: auc\n    min: 0.6\n' >p.yaml
mlv-registry set churn@champion 1 >log 2>&1
mlv-card new -o card:churn model:churn >log
mlv-data profile -o profile:t data:t >log
names() { (cd .mlv/refs 2>/dev/null && find . -type f ! -name '*@*' | cut -c3- | sort | tr '\n' ' '); }

check 'push of a model brings its run, its data, the report and the card about it, nothing else' <<'X'
	expect 0 mlv-data push --json model:churn &&
	jq -r "select(.state).name" out | sed "s/@.*//" | sort -u >got &&
	grep -qx "$run" got &&
	grep -q "^report:eval-" got &&
	for n in model:churn card:churn data:t data:t-train data:t-test; do grep -qx $n got || return 1; done &&
	test "$(grep -c "other\|profile" got)" = 0
X
fresh bob
mlv-data init >log
mlv-data remote add origin "$share" >log
check 'pull of a model brings the same names, and its alias' <<'X'
	expect 0 mlv-data pull --json model:churn &&
	jq -r "select(.state).name" out | sed "s/@.*//" | sort -u >want &&
	same want ../ada/got &&
	prints "model:churn@champion" &&
	expect 0 mlv-data fsck --strong
X
check 'after that pull mlv-train show tells the run as its own repository does' <<'X'
	expect 0 mlv-train show --json "$run" &&
	(cd ../ada && mlv-train show --json "$run") >want &&
	same out want
X
check '... mlv-registry show and verify the model' <<'X'
	expect 0 mlv-registry show churn@champion &&
	(cd ../ada && mlv-registry show churn@champion) >want &&
	same out want &&
	expect 0 mlv-registry verify
X
check '... mlv-card the same numbers, mlv-data cat the card that was written' <<'X'
	expect 0 mlv-card new model:churn &&
	(cd ../ada && mlv-card new model:churn) >want &&
	grep "auc" want >a && grep "auc" out >b && test -s a && same a b &&
	expect 0 mlv-data cat card:churn &&
	(cd ../ada && mlv-data cat card:churn) | cmp - out
X
check '... mlv-data lineage the same tree, a gate the same evidence' <<'X'
	expect 0 mlv-data lineage model:churn@champion &&
	(cd ../ada && mlv-data lineage model:churn@champion) >want &&
	same out want
X
fresh carol
mlv-data init >log
mlv-data remote add origin "$share" >log
check 'pull --alone: the name alone; pull without it then completes what is missing' <<'X'
	expect 0 mlv-data pull --alone model:churn &&
	test "$(names)" = "model/churn " &&
	expect 0 mlv-data pull model:churn &&
	prints "$run" &&
	prints report:eval-
X
check 'fetch of a model tells the names that would come, and moves none' <<'X'
	fresh dora && mlv-data init >log && mlv-data remote add origin "$share" >log &&
	expect 0 mlv-data fetch model:churn &&
	prints "$run" &&
	prints card:churn &&
	test -z "$(names)" &&
	expect 0 mlv-data pull --json model:churn &&
	jq -se ".[-1].objects == 0" out
X
check 'pull of a run brings what it read; of a card, a profile, a part what they are of' <<'X'
	fresh emil && mlv-data init >log && mlv-data remote add origin "$share" >log &&
	(cd ../ada && mlv-data push profile:t) >log &&
	expect 0 mlv-data pull profile:t && test "$(names)" = "data/t profile/t " &&
	expect 0 mlv-data pull "$run" && prints "data:t-train@1" &&
	expect 0 mlv-data pull card:churn && prints "model:churn@1"
X
cd ../bob || exit 1
check 'a report that was made later comes with the next pull of the model' <<'X'
	(cd ../ada && mlv-train eval model:churn data:t && mlv-data push model:churn) >log &&
	expect 0 mlv-data pull model:churn &&
	prints report:eval- &&
	(cd ../ada && mlv-card new model:churn | grep auc) >want &&
	mlv-card new model:churn | grep auc >got &&
	same got want
X
check 'data that grew on both sides is refused by name, the model is pushed' <<'X'
	(cd ../ada && echo "1,2,no" >>t.csv && mlv-data add t.csv && mlv-data push data:t) >log &&
	printf "spend,visits,churned\n3,4,yes\n" >t.csv &&
	mlv-data add t.csv >log &&
	mlv-registry set churn@staging 1 >log 2>&1 &&
	expect 1 mlv-data push --json model:churn &&
	jq -se "map(select(.name == \"data:t@2\")) | .[0].state == \"refused\"" out &&
	jq -se "map(select(.name == \"model:churn@staging\")) | .[0].state == \"pushed\"" out
X
check '... pull of the model renumbers the data and says so' <<'X'
	expect 0 mlv-data pull model:churn &&
	prints "renumbered" &&
	expect 0 mlv-data fsck --strong &&
	expect 0 mlv-data push model:churn
X
finish
