#!/bin/sh
# mlv-train fit: every learner from a file to a model, the options, what is
# refused, and what a fit in a repository leaves behind as a run.
. "$(dirname "$0")/../lib.sh"

# y follows a, b and colour; id is a key
rows() {	# how many, first number
	awk -v n="$1" -v from="$2" 'BEGIN {
		split("red green blue", c, " ")
		print "id,a,b,colour,flag,y,z,kind"
		for (i = from; i < from + n; i++) {
			a = (i * 37) % 101; b = (i * 53) % 97; k = c[i % 3 + 1]
			s = a / 10 - b / 20 + (k == "red" ? 3 : 0) + (i * 7919 % 13) / 3
			printf("K%07d,%s,%s,%s,%s,%s,%.3f,%s\n", i * 104729 % 9999991,
			    i % 17 ? a : "", b, i % 23 ? k : "", i % 2 ? "true" : "false",
			    s > 7 ? "Yes" : "No", s, s > 9 ? "high" : s > 5 ? "mid" : "low")
		}
	}'
}
fit() { mlv-train fit train.csv --drop id "$@"; }

fresh fit
rows 600 1 >train.csv
rows 200 5000 >valid.csv

# --- each learner, from a file to a model
for l in logistic gbdt; do
	check "fit -l $l: two classes are told apart; the record is complete, the path its last field" <<-'X'
		expect 0 fit -t y -d z,kind -l $l --valid valid.csv -o $l.onnx &&
		id='sha256:[0-9a-f]{64}' &&
		grep -qE "^$l.onnx	$id	$l	binary	600	.*	auc=0\.[89].*	$l.onnx\$" out &&
		test ! -s err
	X
	check "fit -l $l: the id in the record is the SHA-256 of the model file" <<-'X'
		test "$(cut -f2 out)" = "sha256:$(sha256sum $l.onnx | cut -d' ' -f1)"
	X
	check "fit -l $l: --threads 1 and --threads 2 write the same bytes" <<-'X'
		expect 0 fit -t y -d z,kind -l $l --valid valid.csv --threads 1 -o one.onnx &&
		expect 0 fit -t y -d z,kind -l $l --valid valid.csv --threads 2 -o two.onnx &&
		same one.onnx two.onnx &&
		same one.onnx $l.onnx
	X
	check "fit -l $l: three classes make a multiclass model" <<-'X'
		expect 0 fit -t kind -d z,y -l $l -o kind.onnx &&
		prints multiclass
	X
done
for l in linear gbdt; do
	check "fit -l $l: a target of numbers makes a regression with its r2" <<-'X'
		expect 0 fit -t z -d y,kind -l $l --valid valid.csv -o z.onnx &&
		prints regression &&
		prints r2=0.
	X
done

# --- options that a fit takes
check 'fit -l linear: each of the four penalties fits' <<'X'
	for p in l1 l2 elasticnet none; do
		expect 0 fit -t z -d y,kind -l linear --set penalty=$p \
		    --set alpha=0.01 -o z.onnx || return 1
	done
X
check 'fit -l logistic: penalty=l1 fits' <<'X'
	expect 0 fit -t y -d z,kind -l logistic --set penalty=l1 --set C=0.1 -o l1.onnx
X
check 'fit: the model file holds golden rows, profile and positive class' <<'X'
	grep -qa mlv.golden gbdt.onnx &&
	grep -qa mlv.profile gbdt.onnx &&
	grep -qa mlv.positive gbdt.onnx
X
# The inputs of its golden rows, as lines of the table.
golden() {	# model file
	grep -aoE '\{"rows":\[\{"in":.*\}\]\}' "$1" >golden.json &&
		jq -r '.rows[].in | [.a, .b, .colour, .flag] | map(. // if . == false then . else "" end | tostring) | join(",")' \
			golden.json | sort -u
}
cut -d, -f2-5 train.csv | tail -n +2 | sort -u >real
check 'fit: no golden row is a training row, and they are several' <<'X'
	golden gbdt.onnx >drawn &&
	test "$(wc -l <drawn)" -gt 4 &&
	test -z "$(comm -12 drawn real)" &&
	golden logistic.onnx | same drawn -
X
check 'fit --golden-rows real: the golden rows are training rows' <<'X'
	expect 0 fit -t y -d z,kind -l gbdt --golden-rows real -o real.onnx &&
	golden real.onnx >drawn &&
	test "$(wc -l <drawn)" = 8 &&
	test -z "$(comm -23 drawn real)"
X
check 'fit of a table whose every combination was seen: no golden row is one of them' <<'X'
	awk 'BEGIN { print "c,y"; for (i = 0; i < 60; i++) print (i % 2 ? "u" : "v") "," (i % 3 ? "no" : "yes") }' >few.csv &&
	expect 0 mlv-train fit few.csv -t y -l logistic -o few.onnx &&
	grep -aoE '\{"rows":\[\{"in":.*\}\]\}' few.onnx >golden.json &&
	jq -e '.rows | length == 1 and .[0].in.c == null' golden.json
X
check 'fit --golden-rows: other words are refused' <<'X'
	expect 2 fit -t y -d z,kind -l gbdt --golden-rows some -o real.onnx &&
	says "profile"
X
check 'fit -: standard input gives the bytes that the file gives' <<'X'
	mlv-train fit - --drop id,z,kind -t y -l gbdt -o in.onnx <train.csv >out 2>err &&
	expect 0 fit -t y -d z,kind -l gbdt -o file.onnx &&
	same in.onnx file.onnx
X
check 'fit --json: one mlv.fit/1 object, its AUC above the low end of its interval' <<'X'
	expect 0 fit -t y -d z,kind -l gbdt --valid valid.csv -o j.onnx --json &&
	holds '.schema == "mlv.fit/1" and .task == "binary"' &&
	holds '.metrics.auc.low < .metrics.auc.value'
X
check 'fit --positive No: No is the positive class of the model' <<'X'
	expect 0 fit -t y -d z,kind -l logistic --positive No -o no.onnx &&
	expect 0 mlv-train eval --json no.onnx valid.csv &&
	holds '.positive == "No" and .metrics.auc.value > 0.8'
X
check 'fit --weight: weights change the model' <<'X'
	expect 0 fit -t y -d z,kind -l gbdt --weight b -o w.onnx &&
	! cmp -s w.onnx file.onnx
X
check 'fit --weight: a weight with missing values is refused, no model written' <<'X'
	expect 3 fit -t y -d z,kind -l gbdt --weight a -o w2.onnx &&
	says "has no weight" &&
	test ! -e w2.onnx
X
check 'fit --weight: a weight of words is refused as that' <<'X'
	expect 3 fit -t y -d z -l gbdt --weight kind -o w3.onnx &&
	says "the weight column 'kind' holds words, not numbers" &&
	test ! -e w3.onnx
X
cat >odd.awk <<'END'
BEGIN {
	print "x,\"say, what\",when,note,y"
	for (i = 0; i < 300; i++)
		printf "%d,row %d says,2026-01-%02d,note %d,%s\n", i, i, i % 28 + 1, i * 7, (i % 2 ? "yes" : "no")
}
END
awk -f odd.awk >odd.csv
check 'fit: all columns that cannot be used are told at once, with words to paste' <<'X'
	expect 3 mlv-train fit odd.csv -t y -l logistic -o odd.onnx &&
	says "column 'say, what' is free text" &&
	says "; column 'when' is a date-time" &&
	says "; all of them are left out with --drop '\"say, what\",when,note'" &&
	eval "expect 0 mlv-train fit odd.csv -t y -l logistic -o odd.onnx $(sed 's/.* with //' err)"
X
check 'fit -l logistic: a target of 0 and 1 is two classes' <<'X'
	sed "s/Yes/1/; s/No/0/" train.csv >num.csv &&
	expect 0 mlv-train fit num.csv -d id,z,kind -t y -l logistic -o n.onnx &&
	prints binary
X

# --- refused in one line, and no model or temporary file left behind
refused() {	# exit status, words, arguments...
	code=$1 words=$2
	shift 2
	rm -f bad.onnx
	expect "$code" mlv-train fit "$@" -o bad.onnx &&
	    says "$words" &&
	    test "$(wc -l <err)" = 1 &&
	    test ! -s out &&
	    test -z "$(ls | grep bad.onnx)"
}
check 'fit: a key column is refused by name, with --drop as the way out' <<'X'
	refused 3 "--drop id" train.csv -t y -l gbdt
X
check 'fit -t: a target that does not exist is refused, the nearest column named' <<'X'
	refused 3 "colour" train.csv -t color -l gbdt
X
check 'fit -d: a column to drop that does not exist is refused by name' <<'X'
	refused 3 "nope" train.csv -t y -d nope -l gbdt
X
check 'fit: a target of one class is refused' <<'X'
	sed "s/Yes/No/" train.csv >one.csv &&
	refused 3 "one value only" one.csv -t y -d id,z,kind -l gbdt
X
check 'fit: a file of a header alone is refused for its lack of rows' <<'X'
	head -n 1 train.csv >none.csv &&
	refused 3 "no rows" none.csv -t y -l gbdt
X
check 'fit: an empty file is refused' <<'X'
	: >empty.csv &&
	refused 3 "empty.csv" empty.csv -t y -l gbdt
X
check 'fit: a file that does not exist is refused by name' <<'X'
	refused 3 "nope.csv" nope.csv -t y -l gbdt
X
check 'fit: a folder in place of the data is refused' <<'X'
	mkdir -p d &&
	refused 3 "d" d -t y -l gbdt
X
check 'fit -l: an unknown learner is refused, the nearest one named' <<'X'
	refused 2 "did you mean 'gbdt'" train.csv -t y -l gbt
X
check 'fit --set: an unknown parameter is refused, the nearest one named' <<'X'
	refused 2 "num_leaves" train.csv -t y -d id,z,kind -l gbdt --set num_leafs=3
X
check 'fit --set: a parameter value that is no number is refused' <<'X'
	refused 2 "C" train.csv -t y -d id,z,kind -l logistic --set C=abc
X
check 'fit --set: a parameter without = is refused' <<'X'
	refused 2 "NAME=VALUE" train.csv -t y -l gbdt --set num_leaves
X
check 'fit -l logistic: a target of numbers is refused' <<'X'
	refused 2 "logistic" train.csv -t z -d id,y,kind -l logistic
X
check 'fit --positive: a class that the target does not have is refused' <<'X'
	refused 2 "Maybe" train.csv -t y -d id,z,kind -l gbdt --positive Maybe
X
check 'fit --task: an unknown task is refused' <<'X'
	refused 2 "task" train.csv -t y --task three -l gbdt
X
check 'fit --valid: validation rows without a column of the training rows are refused' <<'X'
	cut -d, -f1-3,5- valid.csv >cut.csv &&
	refused 3 "colour" train.csv -t y -d id,z,kind -l gbdt --valid cut.csv
X
check 'fit --valid: validation rows with none of the classes of training are refused' <<'X'
	sed "s/Yes/Perhaps/; s/No/Never/" valid.csv >odd.csv &&
	refused 3 "of the classes of the training data" train.csv -t y -d id,z,kind -l gbdt --valid odd.csv
X
check 'fit: rows without a value of the target are refused, counted, with the flag' <<'X'
	sed "3s/,Yes,/,,/;3s/,No,/,,/" train.csv >gap.csv &&
	refused 3 "1 of 600 rows have no value of the target 'y': --drop-missing-target" \
	    gap.csv -t y -d id,z,kind -l gbdt
X
check 'fit --set: a parameter of another learner is refused, those of this one listed' <<'X'
	refused 2 "C, penalty" train.csv -t y -d id,z,kind -l logistic --set alpha=1 &&
	! grep -q "did you mean" err
X
check 'fit --set: a misspelt alias of a parameter is refused, the alias named' <<'X'
	refused 2 "n_estimators" train.csv -t y -d id,z,kind -l gbdt --set n_estimator=3
X
check 'fit --set subsample: without bagging_freq it is refused, with it rows are drawn' <<'X'
	refused 2 "bagging_freq=1" train.csv -t y -d id,z,kind -l gbdt --set subsample=0.5 &&
	expect 0 fit -t y -d z,kind -l gbdt --set subsample=0.5 --set bagging_freq=1 \
	    -o b.onnx &&
	! cmp -s b.onnx gbdt.onnx
X
check 'fit --set: a truth value is true, false, 1 or 0, and not yes' <<'X'
	refused 2 "true or false" train.csv -t y -d id,z,kind -l gbdt \
	    --set boost_from_average=yes &&
	expect 0 fit -t y -d z,kind -l gbdt --set boost_from_average=0 -o t0.onnx &&
	expect 0 fit -t y -d z,kind -l gbdt --set boost_from_average=false -o t1.onnx &&
	same t0.onnx t1.onnx
X
check 'fit --set: two aliases of one parameter are refused' <<'X'
	refused 2 "num_iterations and n_estimators are the same parameter" train.csv \
	    -t y -d id,z,kind -l gbdt -s num_iterations=50 -s n_estimators=20 &&
	refused 2 "eta and shrinkage_rate" train.csv -t y -d id,z,kind -l gbdt \
	    -s eta=1 -s num_leaves=3 -s shrinkage_rate=1
X
check 'fit: a target that is also dropped is refused' <<'X'
	refused 2 "both the target and dropped" train.csv -t y -d id,y,z,kind -l gbdt
X
check 'fit --set: a value out of range is refused, the range told' <<'X'
	refused 2 "takes numbers above 0" train.csv -t y -d id,z,kind -l logistic -s C=0 &&
	refused 2 "takes numbers above 0, up to 1e+100" train.csv -t y -d id,z,kind -l logistic -s C=1e308 &&
	refused 2 "takes whole numbers 1 to 1e+06" train.csv -t y -d id,z,kind \
	    -l logistic -s max_iter=0 &&
	refused 2 "takes 0 to 1" train.csv -t y -d id,z,kind -l logistic -s l1_ratio=2 &&
	refused 2 "takes numbers from 0" train.csv -t z -d id,y,kind -l linear -s alpha=-1
X
check 'fit --set max_iter: a fraction in place of a whole number is refused' <<'X'
	refused 2 "max_iter" train.csv -t y -d id,z,kind -l logistic --set max_iter=2.5
X
check 'fit --positive: a target of numbers or of three classes is refused' <<'X'
	refused 2 "two classes" train.csv -t z -d id,y,kind -l gbdt --positive 1 &&
	refused 2 "two classes" train.csv -t kind -d id,y,z -l gbdt --positive low
X
check 'fit --weight: a weight that is the target is refused' <<'X'
	refused 2 "both the target and the weight" train.csv -t z -d id,y,kind -l gbdt \
	    --weight z
X
check 'fit --weight: weights that are all 0 are refused' <<'X'
	sed 's/$/,0/; 1s/,0$/,w/' train.csv >zero.csv &&
	for l in logistic gbdt; do
		refused 3 "every weight" zero.csv -t y -d id,z,kind -l $l --weight w || return 1
	done
X
check 'fit --numeric: a column of names is refused' <<'X'
	refused 3 "--numeric" train.csv -t y -d id,z,kind -l gbdt --numeric colour
X
check 'fit: a column named by both --numeric and --categorical is refused' <<'X'
	refused 2 "both" train.csv -t y -d id,z,kind -l gbdt --numeric a --categorical a
X
check 'fit -l linear: a target of date-times is refused, and taken with --numeric' <<'X'
	printf "a,t\n1,2026-01-01\n2,2026-01-02\n3,2026-01-04\n" >when.csv &&
	refused 3 "--numeric t" when.csv -t t -l linear &&
	expect 0 mlv-train fit when.csv -t t -l linear --numeric t -o t.onnx
X
check 'fit --valid: validation rows of one class give log loss and no AUC, with a warning' <<'X'
	{ head -n 1 valid.csv; grep ,No, valid.csv; } >vone.csv &&
	expect 0 fit -t y -d z,kind -l gbdt --valid vone.csv -o v.onnx --json &&
	says "only one class" &&
	holds '.metrics.logloss.value > 0 and (.metrics | has("auc") | not)'
X
check 'fit -l linear: a target value beyond float is refused by its row' <<'X'
	printf "a,y\n1,1\n2,5\n3,1e39\n" >far.csv &&
	refused 3 "row 3" far.csv -t y -l linear
X
check 'fit: rows with no value in any column are refused' <<'X'
	printf "e,y\n,p\n,q\n" >void.csv &&
	refused 3 "no column has a value" void.csv -t y -l logistic --categorical e
X
check 'fit: a column named as an output of the model is refused, with --drop as the way out' <<'X'
	sed "1s/a,b/label,prediction/" train.csv >named.csv &&
	refused 3 "--drop label" named.csv -t y -d id,z,kind -l gbdt &&
	refused 3 "--drop prediction" named.csv -t z -d id,y,kind -l linear
X
check 'fit: a command without target, learner or output is refused' <<'X'
	expect 2 mlv-train fit train.csv -l gbdt -o x &&
	expect 2 mlv-train fit train.csv -t y -o x &&
	expect 2 mlv-train fit train.csv -t y -l gbdt
X

# --- where the model and the record go
check 'fit -o: a folder that does not exist is refused by its path' <<'X'
	expect 3 fit -t y -d z,kind -l gbdt -o no/where.onnx &&
	says "no/where.onnx"
X
check 'fit -o /dev/full: a device is refused and still there' <<'X'
	expect 2 fit -t y -d z,kind -l gbdt -o /dev/full &&
	test -c /dev/full
X
check 'fit -o -: standard output as the model file is refused, since it carries the record' <<'X'
	expect 2 fit -t y -d z,kind -l gbdt -o - &&
	says "carries the record" &&
	expect 2 fit -t y -d z,kind -l gbdt -o /dev/stdout &&
	test ! -s out
X
check 'fit -o: the training and the validation file are not overwritten' <<'X'
	cp train.csv t2.csv &&
	expect 2 mlv-train fit t2.csv -t y -d z,kind -l gbdt -o ./t2.csv &&
	says "what is read" &&
	expect 2 mlv-train fit train.csv --valid t2.csv -t y -d z,kind -l gbdt -o t2.csv &&
	same train.csv t2.csv
X
check 'fit: a record that cannot be written after the model is exit 5, and the model is there' <<'X'
	exits 5 fit -t y -d z,kind -l gbdt -o full.onnx >/dev/full 2>err &&
	test -s full.onnx
X
check 'fit: SIGTERM while rows are read leaves no file behind' <<'X'
	rm -rf pipe stop &&
	mkdir stop &&
	mkfifo pipe &&
	{ mlv-train fit - -t y -l gbdt -o stop/m.onnx <pipe >out 2>err & } &&
	pid=$! &&
	exec 7>pipe &&
	head -n 300 train.csv >&7 &&
	sleep 0.3 &&
	kill $pid &&
	! wait $pid &&
	exec 7>&- &&
	test -z "$(ls -A stop)"
X
check 'fit -o: a model that was there before stands when fitting fails' <<'X'
	cp gbdt.onnx old.onnx &&
	expect 3 mlv-train fit train.csv -t y -l gbdt -o old.onnx &&
	same old.onnx gbdt.onnx
X

# --- a fit in a repository is a run
fresh repo
rows 600 1 >train.csv
rows 200 5000 >valid.csv
mlv-data init >/dev/null
mlv-data add train.csv valid.csv >/dev/null 2>&1
check 'fit in a repository: the record begins with a run and an id' <<'X'
	expect 0 mlv-train fit data:train --valid data:valid -d id,z,kind -t y -l gbdt \
	    --set num_leaves=7 -n first -o m.onnx &&
	grep -qE "^run:[0-9a-z-]+	sha256:" out
X
cp out record
check 'show of a fit: the run has its parameters, metrics by iteration, data and output' <<'X'
	expect 0 mlv-train show --json first &&
	holds '.params.num_leaves == 7 and .metrics.auc > 0.8
	    and (.history["train.logloss"] | length > 5)' &&
	expect 0 mlv-train show first &&
	prints data:train@1 &&
	prints m.onnx
X
check "fit with early stopping: the run's metrics are those of the kept iteration, not of the last" <<'X'
	expect 0 mlv-train fit data:train --valid data:valid -d id,z,kind -t y -l gbdt \
	    --set learning_rate=0.3 --set early_stopping_round=5 -n early -o early.onnx &&
	kept=$(cut -f6 out) &&
	loss=$(cut -f7 out) &&
	test "$kept" -gt 0 &&
	expect 0 mlv-train show --json early &&
	holds "$kept"' as $at | .metrics as $m | .history as $h
	    | $m["train.logloss"] == $h["train.logloss"][$at - 1].value
	    and $m["valid.binary_logloss"] == $h["valid.binary_logloss"][$at - 1].value
	    and ($h["train.logloss"] | length) == $at + 5' &&
	value=$(jq '.metrics["train.logloss"]' out) &&
	test "$loss" = "train.logloss=$(printf %.6g "$value")"
X
check 'show, runs, compare, registry ls: each tells the metric of the kept iteration' <<'X'
	expect 0 mlv-train show early &&
	prints "metrics.train.logloss	$value" &&
	expect 0 mlv-train runs -n 1 -c metrics.train.logloss &&
	prints "	$value" &&
	expect 0 mlv-train compare early first &&
	prints "metrics.train.logloss	$value" &&
	mlv-registry add early early.onnx >/dev/null &&
	expect 0 mlv-registry ls &&
	prints "train.logloss=$value"
X
check 'fit -l gbdt: the run has every parameter that counts, as a number' <<'X'
	expect 0 mlv-train show --json first &&
	holds '.params | .learning_rate == 0.1 and .num_iterations == 100
	    and .early_stopping_round == 50 and .boost_from_average == true
	    and .seed == 0 and .num_leaves == 7 and (has("C") | not)' &&
	expect 0 mlv-train runs -w "params.learning_rate = 0.1" -c name &&
	prints first &&
	expect 0 mlv-train compare first early &&
	prints "params.learning_rate	0.1	0.3" &&
	! grep "^params" out | grep -qF '\N'
X
check 'fit -s with aliases: the run has each parameter by its own name' <<'X'
	expect 0 mlv-train fit data:train -d id,z,kind -t y -l gbdt -s n_estimators=9 \
	    -s eta=0.2 --seed 5 -n alias -o a.onnx &&
	expect 0 mlv-train show --json alias &&
	holds '.params | .num_iterations == 9 and .learning_rate == 0.2
	    and .seed == 5 and .early_stopping_round == 0
	    and (has("n_estimators") | not)'
X
check 'fit -l logistic and linear: the run has the parameters that its penalty uses' <<'X'
	expect 0 mlv-train fit data:train -d id,z,kind -t y -l logistic -n log -o l.onnx &&
	expect 0 mlv-train show --json log &&
	holds '.params | .C == 1 and .penalty == "l2" and .max_iter == 100
	    and .tol == 1e-6 and (has("l1_ratio") | not)' &&
	expect 0 mlv-train fit data:train -d id,y,kind -t z -l linear -n lin -o l.onnx &&
	expect 0 mlv-train show --json lin &&
	holds '.params | .penalty == "none" and (has("alpha") | not)'
X
check 'runs --where: a fit is found by its metric and its name' <<'X'
	expect 0 mlv-train runs --where 'metrics.auc > 0.8 and name = "first"' &&
	test "$(wc -l <out)" = 1
X
check 'registry add --stdin: the record of a fit registers its model' <<'X'
	mlv-registry add churn --stdin <record >out 2>err &&
	prints model:churn@1
X
check 'fit in a repository: the model has the bytes of a fit outside of one' <<'X'
	cp train.csv valid.csv "$HOME_DIR" &&
	(
		cd "$HOME_DIR" &&
		mlv-train fit train.csv --valid valid.csv -d id,z,kind -t y -l gbdt \
		    --set num_leaves=7 -o out.onnx >/dev/null
	) &&
	same m.onnx "$HOME_DIR/out.onnx"
X
check 'fit: what is refused before fitting begins leaves no run' <<'X'
	expect 3 mlv-train fit data:train -t y -l gbdt -o bad.onnx &&
	expect 0 mlv-train runs &&
	test "$(wc -l <out)" = 5
X
check 'fit in a changed git tree: the run has machine, commit, difference, cost and source of energy' <<'X'
	git init -q . &&
	echo one >code.py &&
	git add code.py &&
	git commit -qm one &&
	echo two >code.py &&
	expect 0 mlv-train fit data:train -d id,z,kind -t y -l logistic -n traced -o t.onnx &&
	expect 0 mlv-train show --json traced &&
	holds '.facts | .machine.cpus > 0 and .git.dirty and (.git.commit | length == 40)' &&
	holds '.facts.usage | .max_rss_bytes > 1000000 and .energy_j >= 0
	    and (.energy_from | test("^(rapl|estimate)$"))' &&
	diff=$(mlv-train show traced | grep -o "sha256:[0-9a-f]*.*diff" | cut -c1-71) &&
	mlv-data cat "$diff" | grep -q "^+two"
X
check 'fit: what is refused once the run has begun is a failed run that says why' <<'X'
	expect 2 mlv-train fit data:train -d id,z,kind -t y -l gbdt --set nope=1 -o bad.onnx &&
	test ! -e bad.onnx &&
	expect 0 mlv-train runs &&
	prints failed &&
	lost=$(grep failed out | cut -f1) &&
	expect 0 mlv-train show "$lost" &&
	prints "params.nope	1" &&
	prints "error	the learner has no parameter 'nope'"
X
check 'fsck after the fits: the repository is whole' 'expect 0 mlv-data fsck'

# --- columns named as values inside the graph
sed '1s/a,b,colour,flag/features,numbers,code_2,yes/' train.csv >inner.csv
sed '1s/a,b,colour,flag/scaled,hot_2,onehot_2_,scores/' train.csv >inner2.csv
for l in logistic gbdt; do
	check "fit -l $l: columns named as values inside the graph change no score" <<-'X'
		mlv-train fit train.csv -d id,z,kind -t y -l $l -o n.onnx >out &&
		mlv-serve batch n.onnx <train.csv >scores &&
		for i in inner inner2; do
			expect 0 mlv-train fit $i.csv -d id,z,kind -t y -l $l -o i.onnx &&
			mlv-serve batch i.onnx <$i.csv >out &&
			same out scores || return 1
		done
	X
done
check 'fit of three classes or of numbers: columns named as values inside the graph are taken' <<'X'
	for i in inner inner2; do
		expect 0 mlv-train fit $i.csv -d id,z,y -t kind -l gbdt -o i.onnx &&
		expect 0 mlv-train fit $i.csv -d id,kind,y -t z -l linear -o i.onnx || return 1
	done
X

# --- columns that are hard to fit
# two that say the same, one of one value, one tiny, one huge
awk 'BEGIN {
	srand(3)
	print "a,twin,const,tiny,huge,z,y"
	for (i = 0; i < 300; i++) {
		a = rand(); t = rand(); h = rand()
		printf("%.6f,%.6f,0.1,%.6fe-40,%.6fe37,%.4f,%s\n", a, 2 * a - 1, t, h,
		    a + t + h, a + t + h + rand() > 2 ? "p" : "n")
	}
}' >scales.csv
check 'fit without penalty: columns of any scale, constant or linearly dependent are fitted' <<'X'
	expect 0 mlv-train fit scales.csv -t z -d y -l linear -o s.onnx &&
	expect 0 mlv-train eval s.onnx scales.csv --task regression &&
	grep -qE "^r2	(1|0.99999)" out &&
	expect 0 mlv-train fit scales.csv -t y -d z -l logistic --set penalty=none -o s.onnx
X
check 'batch: a column of one value in training counts for nothing when it has another' <<'X'
	mlv-serve batch s.onnx <scales.csv >one &&
	sed '2,$s/,0.1,/,7,/' scales.csv | mlv-serve batch s.onnx >other &&
	same one other
X
check 'fit -l logistic: a strong l1 penalty on several classes leaves one answer for all rows' <<'X'
	cd ../fit &&
	expect 0 fit -t kind -d y,z -l logistic --set penalty=l1 --set C=0.00001 -o l1.onnx &&
	mlv-serve batch l1.onnx <train.csv >out &&
	test "$(sort -u out | wc -l)" = 2
X
cd ../repo || exit 1

# --- too little to tell rows apart: the mean, the shares of the classes
printf 'a,y\n,1\n,2\n,3\n' >blank.csv
printf 'a,y\n1,p\n2,q\n3,p\n' >few.csv
check 'fit -l gbdt: rows that allow no cut give the mean, with a warning' <<'X'
	expect 0 mlv-train fit blank.csv -t y -l gbdt -o c.onnx &&
	says "no cut was worth making" &&
	mlv-serve batch c.onnx <blank.csv >out &&
	test "$(sort -u out)" = "$(printf "2\nprediction")"
X
check 'fit -l gbdt: three rows of two classes give the shares of the classes' <<'X'
	expect 0 mlv-train fit few.csv -t y -l gbdt -o c.onnx &&
	mlv-serve batch c.onnx <few.csv >out &&
	prints "p,0.6666667,0.3333333"
X
finish
