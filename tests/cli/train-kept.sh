#!/bin/sh
# mlv-train fit: rows that are ready are kept below .mlv/cache/matrix for the
# next fit, which makes the same model of them; what is damaged there, or old,
# or too much, does no harm.
. "$(dirname "$0")/../lib.sh"

fresh kept
mlv-data init -q >/dev/null
rows() {	# seed
	awk -v s="$1" 'BEGIN {
		print "a,b,kind,who,y"
		for (i = 0; i < 400; i++) {
			a = (i * 37 + s) % 101; b = (i * 53 + s) % 97
			print (i % 41 ? a : "") "," b "," (i % 3 ? "red" : "blue") ",w" i % 7 "," \
			    (a + (i * 29) % 31 > 70 ? "yes" : "no")
		}
	}'
}
rows 1 >rows.csv
rows 5 >valid.csv
fit() { mlv-train fit rows.csv -t y -l gbdt -s num_iterations=5 -o m.onnx --json "$@"; }
fresh_fit() { MLV_CACHE_BYTES=0 fit "$@"; }
entries() { ls .mlv/cache/matrix | grep -cv lock; }
entry() { echo .mlv/cache/matrix/"$(ls .mlv/cache/matrix | grep -v lock)"; }
forget() { rm -rf .mlv/cache/matrix; }
was_used() { test "$(find "$(entry)" -newermt 2020-01-01)"; }
long_ago() { chmod u+w "$(entry)" && touch -d 2001-01-01 "$(entry)"; }
results() { jq -S 'del(.name, .path)' "${1:-out}"; }

check 'fit: the second one takes the rows as the first left them, and makes the same model' <<'X'
	expect 0 fresh_fit -v valid.csv &&
	results >want && mv m.onnx want.onnx &&
	test ! -e .mlv/cache/matrix &&
	expect 0 fit -v valid.csv && results >first && same want first && same want.onnx m.onnx &&
	test "$(entries)" = 1 && long_ago &&
	expect 0 fit -v valid.csv && results >second && same want second && same want.onnx m.onnx &&
	test "$(entries)" = 1 && was_used
X
check 'fit: other parameters of the learner take the same rows, other bins or columns do not' <<'X'
	forget &&
	expect 0 fit && expect 0 fit -s learning_rate=0.3 -s num_leaves=7 && test "$(entries)" = 1 &&
	expect 0 fit -s max_bin=15 && test "$(entries)" = 2 &&
	expect 0 fit -d who && test "$(entries)" = 3 &&
	expect 0 fit --categorical b && test "$(entries)" = 4 &&
	expect 0 fit --na red && test "$(entries)" = 5 &&
	expect 0 mlv-train fit rows.csv -t y -l logistic -o m.onnx && test "$(entries)" = 5
X
check 'fit: a file that changed is read again, and one of the same content is not' <<'X'
	forget &&
	cp rows.csv other.csv && expect 0 fit && mv m.onnx want.onnx &&
	expect 0 mlv-train fit other.csv -t y -l gbdt -s num_iterations=5 -o m.onnx &&
	same want.onnx m.onnx && test "$(entries)" = 1 &&
	rows 9 >other.csv &&
	expect 0 mlv-train fit other.csv -t y -l gbdt -s num_iterations=5 -o m.onnx &&
	! cmp -s want.onnx m.onnx && test "$(entries)" = 2
X
check 'fit: a run of kept rows names its data and what the model came of' <<'X'
	forget && expect 0 fit -v valid.csv && jq -r .name out >one &&
	expect 0 fit -v valid.csv && jq -r .name out >two &&
	mlv-train show --json "$(cat one)" | jq -S '[.inputs, .params]' >a &&
	mlv-train show --json "$(cat two)" | jq -S '[.inputs, .params]' >b && same a b
X
check 'fit: of a version that is a folder, the file in it is asked for' <<'X'
	mkdir -p many && cp "$(ls ./*.csv | head -n 1)" many/a.csv &&
	mlv-data add -q many >/dev/null &&
	expect 2 mlv-train fit data:many -t y -l gbdt -o many.onnx &&
	says "many"
X
check 'fit --cv: folds are kept, too, and judge the same' <<'X'
	forget &&
	expect 0 fresh_fit --cv 3 --by who && results >want && mv m.onnx want.onnx &&
	expect 0 fit --cv 3 --by who && results >first && same want first &&
	test "$(entries)" = 4 &&
	expect 0 fit --cv 3 --by who && results >second && same want second && same want.onnx m.onnx &&
	test "$(entries)" = 4
X
check 'fit: warnings of rows left out and of whole numbers rounded are said of kept rows, too' <<'X'
	forget &&
	{ rows 1; echo '1,1,red,w1,'; } >gap.csv &&
	expect 0 mlv-train fit gap.csv -t y -l gbdt -o m.onnx --drop-missing-target && cp err one &&
	says 'gap.csv: 1 of 401 rows have no value' &&
	expect 0 mlv-train fit gap.csv -t y -l gbdt -o m.onnx --drop-missing-target && same one err
X
check 'fit: a kept file that is damaged, cut or of another kind is made again' <<'X'
	forget && expect 0 fit && mv m.onnx want.onnx && cp "$(entry)" good &&
	for how in flip cut empty other; do
		chmod u+w "$(entry)" &&
		case $how in
		flip)	printf X | dd of="$(entry)" bs=1 seek=9000 conv=notrunc 2>/dev/null ;;
		cut)	truncate -s 5000 "$(entry)" ;;
		empty)	: >"$(entry)" ;;
		other)	cp rows.csv "$(entry)" ;;
		esac &&
		expect 0 fit && same want.onnx m.onnx && same good "$(entry)" && test ! -s err || return 1
	done
X
check 'fit: a link where the kept file should be is replaced, not followed' <<'X'
	forget && expect 0 fit && mv m.onnx want.onnx && e=$(entry) && mv "$e" elsewhere && cp elsewhere before &&
	ln -s "$PWD/elsewhere" "$e" &&
	expect 0 fit && same want.onnx m.onnx && test ! -L "$e" && same elsewhere before
X
check 'fit: eight at once make one file and one model' <<'X'
	forget && failed=0 &&
	for i in 1 2 3 4 5 6 7 8; do
		mlv-train fit rows.csv -t y -l gbdt -s num_iterations=5 -o m$i.onnx -q >/dev/null & p="${p-} $!"
	done &&
	for i in $p; do wait "$i" || failed=1; done &&
	test $failed = 0 && test "$(entries)" = 1 &&
	for i in 2 3 4 5 6 7 8; do same m1.onnx m$i.onnx || return 1; done
X
check 'MLV_CACHE_BYTES: the file not used for longest goes, one that is too large is not kept' <<'X'
	forget && expect 0 fit && size=$(stat -c %s "$(entry)") && long_ago && old=$(entry) &&
	expect 0 env MLV_CACHE_BYTES=$((size + size / 2)) mlv-train fit rows.csv -t y -l gbdt -d who \
	    -o m.onnx && test "$(entries)" = 1 && test ! -e "$old" &&
	forget && expect 0 env MLV_CACHE_BYTES=1000 mlv-train fit rows.csv -t y -l gbdt -o m.onnx &&
	test ! -s err && test "$(entries)" = 0 &&
	expect 2 env MLV_CACHE_BYTES=much mlv-train fit rows.csv -t y -l gbdt -o m.onnx &&
	says 'MLV_CACHE_BYTES is a number of bytes'
X
check 'mlv-data gc: kept rows that nobody used for as long as --grace says are removed' <<'X'
	forget && expect 0 fit && expect 0 mlv-data gc --keep all --json && holds '.cached == 0' &&
	test "$(entries)" = 1 && long_ago &&
	expect 0 mlv-data gc --keep all --json --dry-run && holds '.cached > 1000' &&
	test "$(entries)" = 1 &&
	expect 0 mlv-data gc --keep all --json && holds '.cached > 1000' && test "$(entries)" = 0
X

finish
