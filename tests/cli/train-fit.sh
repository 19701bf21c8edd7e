#!/bin/sh
# Fitting: every learner, from a file to a model, and what is refused.
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
for l in logistic gbdt; do
	check "$l tells two classes apart, its record name first and path last" \
		"expect 0 fit -t y -d z,kind -l $l --valid valid.csv -o $l.onnx && grep -qE '^$l.onnx	sha256:[0-9a-f]{64}	$l	binary	600	.*	auc=0\.[89].*	$l.onnx\$' out && test ! -s err"
	check "$l: the id is the file's" 'test "$(cut -f2 out)" = "sha256:$(sha256sum '$l'.onnx | cut -d" " -f1)"'
	check "$l: one thread and two give the same bytes" \
		"expect 0 fit -t y -d z,kind -l $l --valid valid.csv --threads 1 -o one.onnx && expect 0 fit -t y -d z,kind -l $l --valid valid.csv --threads 2 -o two.onnx && same one.onnx two.onnx && same one.onnx $l.onnx"
	check "$l tells three classes apart" "expect 0 fit -t kind -d z,y -l $l -o kind.onnx && prints multiclass"
done
for l in linear gbdt; do
	check "$l regresses" "expect 0 fit -t z -d y,kind -l $l --valid valid.csv -o z.onnx && prints regression && prints r2=0."
done
check 'linear with each penalty' \
	'for p in l1 l2 elasticnet none; do expect 0 fit -t z -d y,kind -l linear --set penalty=$p --set alpha=0.01 -o z.onnx || return 1; done'
check 'logistic with l1' 'expect 0 fit -t y -d z,kind -l logistic --set penalty=l1 --set C=0.1 -o l1.onnx'
check 'the model holds what is known of it' 'grep -qa mlv.golden gbdt.onnx && grep -qa mlv.profile gbdt.onnx && grep -qa mlv.positive gbdt.onnx'
check 'standard input' 'mlv-train fit - --drop id,z,kind -t y -l gbdt -o in.onnx <train.csv >out 2>err && expect 0 fit -t y -d z,kind -l gbdt -o file.onnx && same in.onnx file.onnx'
check 'JSON is one object' 'expect 0 fit -t y -d z,kind -l gbdt --valid valid.csv -o j.onnx --json && test "$(jq -r ".schema, .task" out | tr "\n" " ")" = "mlv.fit/1 binary " && jq -e ".metrics.auc.low < .metrics.auc.value" out >/dev/null'
check '--positive turns the probability around' 'expect 0 fit -t y -d z,kind -l logistic --positive No -o no.onnx'
check 'weights' 'expect 0 fit -t y -d z,kind -l gbdt --weight b -o w.onnx && ! cmp -s w.onnx file.onnx'
check 'a weight that is missing' 'expect 3 fit -t y -d z,kind -l gbdt --weight a -o w2.onnx && says "has no weight" && test ! -e w2.onnx'
check 'a target of numbers as classes' 'sed "s/Yes/1/; s/No/0/" train.csv >num.csv && expect 0 mlv-train fit num.csv -d id,z,kind -t y -l logistic -o n.onnx && prints binary'

# refused, and nothing left behind
refused() {	# exit status, words, arguments...
	code=$1 words=$2
	shift 2
	rm -f bad.onnx
	expect "$code" mlv-train fit "$@" -o bad.onnx && says "$words" && test "$(wc -l <err)" = 1 &&
	    test ! -s out && test -z "$(ls | grep bad.onnx)"
}
check 'a key is refused by name, with the way out' 'refused 3 "--drop id" train.csv -t y -l gbdt'
check 'no such target names the nearest' 'refused 3 "colour" train.csv -t color -l gbdt'
check 'no such column to drop' 'refused 3 "nope" train.csv -t y -d nope -l gbdt'
check 'one class' 'sed "s/Yes/No/" train.csv >one.csv && refused 3 "one value only" one.csv -t y -d id,z,kind -l gbdt'
check 'no rows' 'head -n 1 train.csv >none.csv && refused 3 "no rows" none.csv -t y -l gbdt'
check 'an empty file' ': >empty.csv && refused 3 "empty.csv" empty.csv -t y -l gbdt'
check 'a file that is not there' 'refused 3 "nope.csv" nope.csv -t y -l gbdt'
check 'a folder' 'mkdir -p d && refused 3 "d" d -t y -l gbdt'
check 'an unknown learner' 'refused 2 "did you mean '\''gbdt'\''" train.csv -t y -l gbt'
check 'an unknown parameter names the nearest' 'refused 2 "num_leaves" train.csv -t y -d id,z,kind -l gbdt --set num_leafs=3'
check 'a bad value' 'refused 2 "C" train.csv -t y -d id,z,kind -l logistic --set C=abc'
check 'a parameter without =' 'refused 2 "NAME=VALUE" train.csv -t y -l gbdt --set num_leaves'
check 'logistic is not for numbers' 'refused 2 "logistic" train.csv -t z -d id,y,kind -l logistic'
check 'a class that is not there' 'refused 2 "Maybe" train.csv -t y -d id,z,kind -l gbdt --positive Maybe'
check 'a bad task' 'refused 2 "task" train.csv -t y --task three -l gbdt'
check 'validation rows with other columns' 'cut -d, -f1-3,5- valid.csv >cut.csv && refused 3 "colour" train.csv -t y -d id,z,kind -l gbdt --valid cut.csv'
check 'validation rows with an unknown class' 'sed "s/Yes/Perhaps/" valid.csv >odd.csv && refused 3 "none of the classes" train.csv -t y -d id,z,kind -l gbdt --valid odd.csv'
check 'a target that is missing' 'sed "3s/,Yes,/,,/;3s/,No,/,,/" train.csv >gap.csv && refused 3 "row 2 has no value of the target" gap.csv -t y -d id,z,kind -l gbdt'
check 'a parameter of another learner' 'refused 2 "C, penalty" train.csv -t y -d id,z,kind -l logistic --set alpha=1 && ! grep -q "did you mean" err'
check 'an alias misspelt' 'refused 2 "n_estimators" train.csv -t y -d id,z,kind -l gbdt --set n_estimator=3'
check 'a share of the rows is drawn, or the way is told' 'refused 2 "bagging_freq=1" train.csv -t y -d id,z,kind -l gbdt --set subsample=0.5 && expect 0 fit -t y -d z,kind -l gbdt --set subsample=0.5 --set bagging_freq=1 -o b.onnx && ! cmp -s b.onnx gbdt.onnx'
check 'truth is true or 1' 'refused 2 "true or false" train.csv -t y -d id,z,kind -l gbdt --set boost_from_average=yes && expect 0 fit -t y -d z,kind -l gbdt --set boost_from_average=0 -o t0.onnx && expect 0 fit -t y -d z,kind -l gbdt --set boost_from_average=false -o t1.onnx && same t0.onnx t1.onnx'
check 'one parameter has one value' 'refused 2 "num_iterations and n_estimators are the same parameter" train.csv -t y -d id,z,kind -l gbdt -s num_iterations=50 -s n_estimators=20 && refused 2 "eta and shrinkage_rate" train.csv -t y -d id,z,kind -l gbdt -s eta=1 -s num_leaves=3 -s shrinkage_rate=1'
check 'the target is not dropped' 'refused 2 "both the target and dropped" train.csv -t y -d id,y,z,kind -l gbdt'
check 'a value that is out of range is told the range' 'refused 2 "takes numbers above 0" train.csv -t y -d id,z,kind -l logistic -s C=0 && refused 2 "takes whole numbers 1 to 1e+06" train.csv -t y -d id,z,kind -l logistic -s max_iter=0 && refused 2 "takes 0 to 1" train.csv -t y -d id,z,kind -l logistic -s l1_ratio=2 && refused 2 "takes numbers from 0" train.csv -t z -d id,y,kind -l linear -s alpha=-1'
check 'a whole number is one' 'refused 2 "max_iter" train.csv -t y -d id,z,kind -l logistic --set max_iter=2.5'
check 'a positive class of numbers or of many' 'refused 2 "two classes" train.csv -t z -d id,y,kind -l gbdt --positive 1 && refused 2 "two classes" train.csv -t kind -d id,y,z -l gbdt --positive low'
check 'the target is no weight' 'refused 2 "both the target and the weight" train.csv -t z -d id,y,kind -l gbdt --weight z'
check 'no row counts' 'sed "s/\$/,0/; 1s/,0\$/,w/" train.csv >zero.csv && for l in logistic gbdt; do refused 3 "every weight" zero.csv -t y -d id,z,kind -l $l --weight w || return 1; done'
check 'names are no numbers' 'refused 3 "--numeric" train.csv -t y -d id,z,kind -l gbdt --numeric colour'
check 'a number or a category, not both' 'refused 2 "both" train.csv -t y -d id,z,kind -l gbdt --numeric a --categorical a'
check 'a date-time is no number by itself' 'printf "a,t\n1,2026-01-01\n2,2026-01-02\n3,2026-01-04\n" >when.csv && refused 3 "--numeric t" when.csv -t t -l linear && expect 0 mlv-train fit when.csv -t t -l linear --numeric t -o t.onnx'
check 'validation rows of one class are judged by what they allow' '{ head -n 1 valid.csv; grep ,No, valid.csv; } >vone.csv && expect 0 fit -t y -d z,kind -l gbdt --valid vone.csv -o v.onnx --json && says "only one class" && jq -e ".metrics.logloss.value > 0 and (.metrics | has(\"auc\") | not)" out >/dev/null'
check 'a target beyond float' 'printf "a,y\n1,1\n2,5\n3,1e39\n" >far.csv && refused 3 "row 3" far.csv -t y -l linear'
check 'no value at all' 'printf "e,y\n,p\n,q\n" >void.csv && refused 3 "no column has a value" void.csv -t y -l logistic --categorical e'
check 'a column called as an output' 'sed "1s/a,b/label,prediction/" train.csv >named.csv && refused 3 "--drop label" named.csv -t y -d id,z,kind -l gbdt && refused 3 "--drop prediction" named.csv -t z -d id,y,kind -l linear'
check 'no target, no learner, no file to make' \
	'expect 2 mlv-train fit train.csv -l gbdt -o x && expect 2 mlv-train fit train.csv -t y -o x && expect 2 mlv-train fit train.csv -t y -l gbdt'
check 'a folder that is not there' 'expect 3 fit -t y -d z,kind -l gbdt -o no/where.onnx && says "no/where.onnx"'
check 'a device is not replaced' 'expect 2 fit -t y -d z,kind -l gbdt -o /dev/full && test -c /dev/full'
check 'standard output holds the record' 'expect 2 fit -t y -d z,kind -l gbdt -o - && says "carries the record" && expect 2 fit -t y -d z,kind -l gbdt -o /dev/stdout && test ! -s out'
check 'the model does not replace what is read' 'cp train.csv t2.csv && expect 2 mlv-train fit t2.csv -t y -d z,kind -l gbdt -o ./t2.csv && says "what is read" && expect 2 mlv-train fit train.csv --valid t2.csv -t y -d z,kind -l gbdt -o t2.csv && same train.csv t2.csv'
check 'a record that cannot be written after the model is 5' 'fit -t y -d z,kind -l gbdt -o full.onnx >/dev/full 2>err; test $? = 5 && test -s full.onnx'
check 'a fit that is stopped leaves nothing behind' 'rm -rf pipe stop && mkdir stop && mkfifo pipe && { mlv-train fit - -t y -l gbdt -o stop/m.onnx <pipe >out 2>err & } && pid=$! && exec 7>pipe && head -n 300 train.csv >&7 && sleep 0.3 && kill $pid && ! wait $pid && exec 7>&- && test -z "$(ls -A stop)"'
check 'an old model stands when fitting fails' 'cp gbdt.onnx old.onnx && expect 3 mlv-train fit train.csv -t y -l gbdt -o old.onnx && same old.onnx gbdt.onnx'

fresh repo
rows 600 1 >train.csv
rows 200 5000 >valid.csv
mlv-data init >/dev/null
mlv-data add train.csv valid.csv >/dev/null 2>&1
check 'in a repository a fit is a run' \
	'expect 0 mlv-train fit data:train --valid data:valid -d id,z,kind -t y -l gbdt --set num_leaves=7 -n first -o m.onnx && grep -qE "^run:[0-9a-z-]+	sha256:" out'
cp out record
check 'the run knows parameters, metrics by iteration and data' \
	'expect 0 mlv-train show --json first && jq -e ".params.num_leaves == 7 and .metrics.auc > 0.8 and (.history[\"train.logloss\"] | length > 5)" out >/dev/null && expect 0 mlv-train show first && prints data:train@1 && prints m.onnx'
check 'a metric of the run is that of the model kept, not of the last step' \
	'expect 0 mlv-train fit data:train --valid data:valid -d id,z,kind -t y -l gbdt --set learning_rate=0.3 --set early_stopping_round=5 -n early -o early.onnx && kept=$(cut -f6 out) && loss=$(cut -f7 out) && test "$kept" -gt 0 &&
	expect 0 mlv-train show --json early && jq -e --argjson at "$kept" ".metrics[\"train.logloss\"] == .history[\"train.logloss\"][\$at - 1].value and .metrics[\"valid.binary_logloss\"] == .history[\"valid.binary_logloss\"][\$at - 1].value and (.history[\"train.logloss\"] | length) == \$at + 5" out >/dev/null &&
	value=$(jq ".metrics[\"train.logloss\"]" out) && test "$loss" = "train.logloss=$(printf %.6g "$value")" && expect 0 mlv-train show early && prints "metrics.train.logloss	$value" && expect 0 mlv-train runs -n 1 -c metrics.train.logloss && prints "	$value" && expect 0 mlv-train compare early first && prints "metrics.train.logloss	$value" && mlv-registry add early early.onnx >/dev/null && expect 0 mlv-registry ls && prints "train.logloss=$value"'
check 'every parameter that counts is in the run, as a number' \
	'expect 0 mlv-train show --json first && jq -e ".params | .learning_rate == 0.1 and .num_iterations == 100 and .early_stopping_round == 50 and .boost_from_average == true and .seed == 0 and .num_leaves == 7 and (has(\"C\") | not)" out >/dev/null && expect 0 mlv-train runs -w "params.learning_rate = 0.1" -c name && prints first && expect 0 mlv-train compare first early && prints "params.learning_rate	0.1	0.3" && ! grep "^params" out | grep -qF "\\N"'
check 'by its own name, whichever was given' \
	'expect 0 mlv-train fit data:train -d id,z,kind -t y -l gbdt -s n_estimators=9 -s eta=0.2 --seed 5 -n alias -o a.onnx && expect 0 mlv-train show --json alias && jq -e ".params | .num_iterations == 9 and .learning_rate == 0.2 and .seed == 5 and .early_stopping_round == 0 and (has(\"n_estimators\") | not)" out >/dev/null'
check 'of a linear learner those its penalty uses' \
	'expect 0 mlv-train fit data:train -d id,z,kind -t y -l logistic -n log -o l.onnx && expect 0 mlv-train show --json log && jq -e ".params | .C == 1 and .penalty == \"l2\" and .max_iter == 100 and .tol == 1e-6 and (has(\"l1_ratio\") | not)" out >/dev/null && expect 0 mlv-train fit data:train -d id,y,kind -t z -l linear -n lin -o l.onnx && expect 0 mlv-train show --json lin && jq -e ".params | .penalty == \"none\" and (has(\"alpha\") | not)" out >/dev/null'
check 'runs finds it by its metric' 'expect 0 mlv-train runs --where "metrics.auc > 0.8 and name = \"first\"" && test "$(wc -l <out)" = 1'
check 'the record feeds the registry' 'mlv-registry add churn --stdin <record >out 2>err && prints model:churn@1'
check 'the same bytes as outside' 'cp train.csv valid.csv "$HOME_DIR" && (cd "$HOME_DIR" && mlv-train fit train.csv --valid valid.csv -d id,z,kind -t y -l gbdt --set num_leaves=7 -o out.onnx >/dev/null) && same m.onnx "$HOME_DIR/out.onnx"'
check 'what fails before it begins leaves no run' 'expect 3 mlv-train fit data:train -t y -l gbdt -o bad.onnx && expect 0 mlv-train runs && test "$(wc -l <out)" = 5'
check 'a run in a changed git tree keeps the machine, the commit with the difference to it, and the cost with where its energy is from' \
	'git init -q . && echo one >code.py && git add code.py && git commit -qm one && echo two >code.py && expect 0 mlv-train fit data:train -d id,z,kind -t y -l logistic -n traced -o t.onnx && expect 0 mlv-train show --json traced && jq -e ".facts | (.machine.cpus > 0) and .git.dirty and (.git.commit | length == 40) and .usage.max_rss_bytes > 1000000 and .usage.energy_j >= 0 and (.usage.energy_from | test(\"^(rapl|estimate)$\"))" out >/dev/null && diff=$(mlv-train show traced | grep -o "sha256:[0-9a-f]*.*diff" | cut -c1-71) && mlv-data cat "$diff" | grep -q "^+two"'
check 'what fails later is a failed run' 'expect 2 mlv-train fit data:train -d id,z,kind -t y -l gbdt --set nope=1 -o bad.onnx && test ! -e bad.onnx && expect 0 mlv-train runs && prints failed && lost=$(grep failed out | cut -f1) && expect 0 mlv-train show "$lost" && prints "params.nope	1" && prints "error	the learner has no parameter '"'nope'"'"'
check 'the repository is whole' 'expect 0 mlv-data fsck'

# columns may be called as values inside the graph are
sed '1s/a,b,colour,flag/features,numbers,code_2,yes/' train.csv >inner.csv
sed '1s/a,b,colour,flag/scaled,hot_2,onehot_2_,scores/' train.csv >inner2.csv
for l in logistic gbdt; do
	check "$l: names inside the graph give way to the columns'" \
		"mlv-train fit train.csv -d id,z,kind -t y -l $l -o n.onnx >out && mlv-serve batch n.onnx <train.csv >scores && for i in inner inner2; do expect 0 mlv-train fit \$i.csv -d id,z,kind -t y -l $l -o i.onnx && mlv-serve batch i.onnx <\$i.csv >out && same out scores || return 1; done"
done
check 'so with three classes and with numbers' 'for i in inner inner2; do expect 0 mlv-train fit $i.csv -d id,z,y -t kind -l gbdt -o i.onnx && expect 0 mlv-train fit $i.csv -d id,kind,y -t z -l linear -o i.onnx || return 1; done'

# columns that say the same, of one value, tiny or huge
awk 'BEGIN { srand(3); print "a,twin,const,tiny,huge,z,y"; for (i = 0; i < 300; i++) { a = rand(); t = rand(); h = rand()
	printf("%.6f,%.6f,0.1,%.6fe-40,%.6fe37,%.4f,%s\n", a, 2 * a - 1, t, h, a + t + h, a + t + h + rand() > 2 ? "p" : "n") } }' >scales.csv
check 'columns without penalty, of any scale, two of them the same' 'expect 0 mlv-train fit scales.csv -t z -d y -l linear -o s.onnx && expect 0 mlv-train eval s.onnx scales.csv --task regression && grep -qE "^r2	(1|0.99999)" out && expect 0 mlv-train fit scales.csv -t y -d z -l logistic --set penalty=none -o s.onnx'
check 'a column that had one value counts for nothing when it has another' 'mlv-serve batch s.onnx <scales.csv >one && sed "2,\$s/,0.1,/,7,/" scales.csv | mlv-serve batch s.onnx >other && same one other'
check 'several classes with l1: a strong one leaves the shares' 'cd ../fit && expect 0 fit -t kind -d y,z -l logistic --set penalty=l1 --set C=0.00001 -o l1.onnx && mlv-serve batch l1.onnx <train.csv >out && test "$(sort -u out | wc -l)" = 2'
cd ../repo || exit 1

# too little to tell anything apart: the mean, the shares of the classes
printf 'a,y\n,1\n,2\n,3\n' >blank.csv
printf 'a,y\n1,p\n2,q\n3,p\n' >few.csv
check 'boosted trees of nothing say the mean, with a warning' 'expect 0 mlv-train fit blank.csv -t y -l gbdt -o c.onnx && says "no cut was worth making" && mlv-serve batch c.onnx <blank.csv >out && test "$(sort -u out)" = "$(printf "2\nprediction")"'
check 'of classes their shares' 'expect 0 mlv-train fit few.csv -t y -l gbdt -o c.onnx && mlv-serve batch c.onnx <few.csv >out && prints "p,0.6666667,0.3333333"'
finish
