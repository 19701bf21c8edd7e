#!/bin/sh
# What LightGBM and scikit-learn answer for the rows they were trained on, or
# for those of ask.csv, frozen by tests/interop/gbdt.py, objectives.py and
# fit.py: models that mlv-train fits to the same rows, served, answer the same
# within 1e-6.
. "$(dirname "$0")/../lib.sh"

fit() {		# folder, case
	asked=$1/rows.csv
	[ -e "$1/ask.csv" ] && asked=$1/ask.csv
	# shellcheck disable=SC2046
	mlv-train fit "$1/rows.csv" -o m.onnx $(cat "$1/$2.args") >out 2>err &&
	    mlv-serve batch -o scored.csv m.onnx <"$asked" 2>err
}

# Columns of scored.csv beside those of the frozen file: the last one, or
# after the label as many as there are.
within() {	# folder, case
	paste -d , scored.csv "$1/$2.csv" | awk -F , '
	NR == 1 {
		for (i = 1; i <= NF; i++)
			theirs += $i ~ /^p[0-9]*$/
		next
	}
	{
		ours = NF - theirs
		for (i = 0; i < theirs; i++) {
			a = $(ours - i); b = $(NF - i)
			d = a > b ? a - b : b - a
			m = b < 0 ? -b : b
			if (m > size) size = m
			if (d > most) most = d
			n++
		}
	}
	END {
		# floats: to the largest answer, or to 1
		if (size > 1) most /= size
		printf "%d scores, largest difference %g\n", n, most
		exit !(n >= 400 && most <= 1e-6)
	}'
}

for a in "$TOP"/tests/golden/fits/*.args "$TOP"/tests/golden/objectives/*.args; do
	d=$(dirname "$a")
	n=$(basename "$a" .args)
	check "fit and batch, case $n: a model is fitted and answers" 'fit $d $n'
	check "batch, case $n: the scores are the peer's within 1e-6" 'within $d $n'
done
finish
