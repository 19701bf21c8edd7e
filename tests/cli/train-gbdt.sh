#!/bin/sh
# mlv-train fit -l gbdt: objectives, metrics, weights of classes and monotone
# constraints, and what is refused of them.  That they are LightGBM's is held
# by tests/golden/fits.sh.
. "$(dirname "$0")/../lib.sh"

fresh gbdt
awk 'BEGIN {
	print "a,b,word,n,y"
	for (i = 0; i < 400; i++) {
		a = (i * 37) % 101; b = (i * 53) % 97
		n = int(a / 20 + (i * 29) % 7 / 3)
		print a "," b "," (i % 3 ? "p" : "q") "," n "," (a + (i * 29) % 61 > 120 ? "yes" : "no")
	}
}' >rows.csv
refuse() {	# status, text, arguments...
	want=$1 text=$2
	shift 2
	expect "$want" mlv-train fit rows.csv -l gbdt -o bad.onnx "$@" &&
	says "$text" &&
	test ! -e bad.onnx
}

for o in regression_l1 huber quantile poisson tweedie; do
	check "fit -s objective=$o: a number is learned, and the run's loss has its name" <<-X
		expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=$o -o o.onnx --json &&
		holds '.task == "regression" and (keys | any(startswith("train.")))' &&
		expect 0 mlv-train eval o.onnx rows.csv --json &&
		holds '.metrics.mae.value < 2'
	X
done
check 'eval: a model of a quantile has its pinball loss, which the evidence says the quantile of' <<'X'
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=quantile -s alpha=0.75 -o o.onnx &&
	expect 0 mlv-train eval o.onnx rows.csv --json &&
	holds '.alpha == 0.75 and .metrics.pinball.value > 0 and .metrics.pinball.low < .metrics.pinball.high'
X
check 'eval: a model of counts has a Poisson deviance, and none of a target below 0, with a warning' <<'X'
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=poisson -o o.onnx &&
	expect 0 mlv-train eval o.onnx rows.csv &&
	prints poisson_deviance &&
	test ! -s err &&
	sed '3s/[0-9]*,\([a-z]*\)$/-1,\1/' rows.csv >below.csv &&
	expect 0 mlv-train eval o.onnx below.csv &&
	says "there is no poisson_deviance" &&
	! prints poisson_deviance
X
check 'eval: a model of squared errors has no other loss' <<'X'
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -o o.onnx &&
	expect 0 mlv-train eval o.onnx rows.csv &&
	test "$(cut -f1 out | tr "\n" " ")" = "rmse mae r2 median_ae "
X
check 'fit -s objective: other names mean the same model' <<'X'
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=mae -o one.onnx &&
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=regression_l1 -o two.onnx &&
	same one.onnx two.onnx
X
check 'fit -s objective=poisson: a target of 0 and 1 is then a number' <<'X'
	sed '1!s/yes$/1/; 1!s/no$/0/' rows.csv >ones.csv &&
	expect 0 mlv-train fit ones.csv -t y -d n -l gbdt -s objective=poisson -o o.onnx &&
	prints regression
X
check 'fit -s objective=poisson: --threads 1 and 2 write the same bytes' <<'X'
	for o in poisson quantile; do
		expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=$o --threads 1 -o one.onnx &&
		expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s objective=$o --threads 2 -o two.onnx &&
		same one.onnx two.onnx || return 1
	done
X
check 'fit -s objective=poisson: a target below 0 is refused by its row' <<'X'
	sed '3s/[0-9]*,\([a-z]*\)$/-1,\1/' rows.csv >below.csv &&
	expect 3 mlv-train fit below.csv -t n -d y -l gbdt -s objective=poisson -o bad.onnx &&
	says "row 2 of the target 'n' is -1"
X
check 'fit -s objective: one of another task, or unknown, is refused' <<'X'
	refuse 2 "the objective binary is for a binary target" -t n -d y --task regression -s objective=binary &&
	refuse 2 "objective is auto, binary" -t n -d y -s objective=hinge
X
check 'fit -s metric: validation rows are watched by it under its name' <<'X'
	expect 0 mlv-train fit rows.csv -t y -d n -l gbdt --valid rows.csv -s metric=auc -o m.onnx &&
	mlv-data init >/dev/null &&
	expect 0 mlv-train fit rows.csv -t y -d n -l gbdt --valid rows.csv -s metric=auc -o m.onnx --json &&
	run=$(jq -r .name out) &&
	expect 0 mlv-train show "$run" --json &&
	grep -q '"valid.auc"' out
X
check 'fit -s metric: without --valid, or of another task, it is refused' <<'X'
	refuse 2 "give --valid" -t y -d n -s metric=auc &&
	refuse 2 "metric auc is not for a regression" -t n -d y --valid rows.csv -s metric=auc
X
check 'fit -s class_weight: balanced weighs as the weights it stands for' <<'X'
	yes=$(grep -c 'yes$' rows.csv) &&
	no=$(grep -c 'no$' rows.csv) &&
	w=$(awk "BEGIN { printf \"no:%.17g,yes:%.17g\", 400 / 2 / $no, 400 / 2 / $yes }") &&
	for l in gbdt logistic; do
		expect 0 mlv-train fit rows.csv -t y -d n -l $l -s class_weight=balanced -o one.onnx &&
		expect 0 mlv-train fit rows.csv -t y -d n -l $l -s class_weight="$w" -o two.onnx &&
		expect 0 mlv-train fit rows.csv -t y -d n -l $l -o three.onnx &&
		same one.onnx two.onnx &&
		! cmp -s one.onnx three.onnx || return 1
	done
X
check 'fit -s class_weight: an unknown class, or a target of numbers, is refused' <<'X'
	refuse 2 "class_weight is balanced, or CLASS:WEIGHT" -t y -d n -s class_weight=maybe:2 &&
	refuse 2 "class_weight is for classes" -t n -d y -s class_weight=balanced
X
check 'fit -s monotone_constraints: by name or in order, and answers only rise' <<'X'
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s monotone_constraints=a:1 -o one.onnx &&
	expect 0 mlv-train fit rows.csv -t n -d y -l gbdt -s monotone_constraints=1,0,0 -o two.onnx &&
	same one.onnx two.onnx &&
	awk 'BEGIN { print "a,b,word"; for (i = -5; i < 110; i++) print i ",40,p" }' >rise.csv &&
	expect 0 mlv-serve batch one.onnx <rise.csv &&
	awk 'NR > 2 && $1 + 0 < last { bad = 1 } { last = $1 + 0 } END { exit bad }' out
X
check 'fit -s monotone_constraints: too few, a category, a median are refused' <<'X'
	refuse 2 "for each of the 3 columns" -t n -d y -s monotone_constraints=1,0 &&
	refuse 2 "'word' is a category" -t n -d y -s monotone_constraints=word:1 &&
	refuse 2 "monotone_constraints do not hold" -t n -d y -s objective=mae -s monotone_constraints=a:1
X

check 'fit -s use_quantized_grad=true: the same bytes of model on 1, 2 and 3 threads, bagged or not' <<'X'
	awk 'BEGIN {
		print "a,b,c,y"
		for (i = 0; i < 20000; i++)
			print (i * 7919) % 1009 "," (i * 104729) % 997 "," i % 2 "," ((i * 7919) % 1009 + (i * 31) % 700 > 900)
	}' >many.csv &&
	for more in seed=1 bagging_fraction=0.5 feature_fraction=0.5 split_fraction=0.3; do
		for t in 1 2 3; do
			expect 0 mlv-train fit many.csv -t y -l gbdt -s use_quantized_grad=true -s bagging_freq=1 \
			    -s $more --threads $t -o t$t.onnx || return 1
		done
		same t1.onnx t2.onnx &&
		same t1.onnx t3.onnx || return 1
	done
X
check 'fit -s use_quantized_grad=true: answers are those of doubles within a hundredth, by AUC' <<'X'
	auc() {
		mlv-train fit many.csv -t y -l gbdt -o q.onnx "$@" >log &&
		mlv-train eval q.onnx many.csv -t y --json --no-record >judged &&
		jq .metrics.auc.value judged
	} &&
	auc -s use_quantized_grad=true >whole &&
	auc -s use_quantized_grad=false >doubles &&
	paste whole doubles | awk '{ d = $1 - $2; if (d < 0) d = -d; exit !($1 > .9 && d < .01) }'
X
check 'fit -s split_fraction=0.2: splits by a fifth of the rows, other trees, answers as good' <<'X'
	auc -s use_quantized_grad=true -s split_fraction=0.2 >drawn &&
	cp q.onnx drawn.onnx &&
	auc -s use_quantized_grad=true -s split_fraction=1 >whole &&
	! cmp -s q.onnx drawn.onnx &&
	paste drawn whole | awk '{ d = $1 - $2; if (d < 0) d = -d; exit !($1 > .9 && d < .02) }'
X
check 'fit -s split_fraction=0.01: leaf values are means of all rows, not of the few that were drawn' <<'X'
	awk 'BEGIN { print "a,z"; for (i = 0; i < 20000; i++) print i % 3 * 2.5 "," i % 3 + i % 7 }' >steps.csv &&
	expect 0 mlv-train fit steps.csv -t z --task regression -l gbdt -s use_quantized_grad=true -s num_iterations=1 \
	    -s learning_rate=1 -s split_fraction=0.01 -o few.onnx &&
	awk -F , 'NR > 1 { s[$1] += $2; n[$1]++ } END { for (a in s) print a, s[a] / n[a] }' steps.csv | sort >means &&
	printf 'a\n0\n2.5\n5\n' >three.csv &&
	expect 0 mlv-serve batch few.onnx <three.csv &&
	awk 'NR > 1' out | paste -d ' ' means - >both &&
	awk '{ d = $2 - $3; if (d < 0) d = -d; bad += d > .001 } END { exit bad || NR != 3 }' both
X
check 'fit -s split_fraction: floats are not drawn from' <<'X'
	refuse 2 "use_quantized_grad=true" -t y -d n -s split_fraction=0.5
X
check 'fit -s use_quantized_grad=true: of gradients that differ by ten orders it takes doubles' <<'X'
	awk -F , -v OFS=, 'NR == 1 { print "a,b,z"; next }
	    { print $1, $2, (NR == 77 ? 1e12 : $1 / 7) }' many.csv >outlier.csv &&
	for how in true false; do
		expect 0 mlv-train fit outlier.csv -t z --task regression -l gbdt -s num_iterations=1 \
		    -s use_quantized_grad=$how -o $how.onnx || return 1
	done &&
	mlv-serve batch -i outlier.csv -o true.csv true.onnx &&
	mlv-serve batch -i outlier.csv -o false.csv false.onnx &&
	same true.csv false.csv
X
check 'fit -s use_quantized_grad=true: several classes and missing values' <<'X'
	awk -F , -v OFS=, 'NR == 1 { print "a,b,k"; next }
	    { print ($1 % 5 ? $1 : ""), $2, ($1 > 600 ? "high" : $2 > 500 ? "mid" : "low") }' many.csv >classes.csv &&
	expect 0 mlv-train fit classes.csv -t k -l gbdt -s use_quantized_grad=true -o k.onnx &&
	expect 0 mlv-train eval k.onnx classes.csv -t k --json --no-record &&
	holds '.metrics.accuracy.value > 0.85'
X
finish
