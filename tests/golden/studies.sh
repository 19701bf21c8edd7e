#!/bin/sh
# Studies of released formats, ours and Optuna's: each opens for ever, and is
# what it was; and it can be gone on with.
. "$(dirname "$0")/../lib.sh"

fresh studies
for journal in "$TOP"/tests/golden/studies/*.journal; do
	name=$(basename "$journal" .journal)
	frozen=${journal%.journal}.json
	study=$(head -n 1 "$journal" | jq -r .study_name)
	cp "$journal" j
	check "the study of $name is read as it was frozen" <<-'X'
		expect 0 mlv-train search show "$study" --journal j --json &&
		same out "$frozen"
	X
	check "the study of $name is gone on with" <<-'X'
		n=$(mlv-train search show "$study" --journal j | wc -l) &&
		echo "lr: {type: float, low: 0.001, high: 0.3, log: true}" >space.yaml &&
		case $name in optuna*) mlv-train search new "$study" -d maximize --space space.yaml --journal j ;; esac &&
		expect 0 mlv-train search ask "$study" --journal j --json &&
		holds ".number <= $n"
	X
done
finish
