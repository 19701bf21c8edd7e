#!/bin/sh
# Files of the store that lost a bit or their tail (a sample of the places;
# FAULT_ALL=1: each byte): fsck finds it, or nobody is told anything untrue.
. "$(dirname "$0")/harness"

# A repository with a version, a model behind an alias, a run and its metrics, a
# folder and a file in parts.
make_full_base() {
	make_base
	mkdir -p many/sub
	seq 1 40 >many/1
	seq 2 50 >many/sub/2
	{ echo n; seq 1 200000; } >big.csv
	mlv-data add -q many big.csv >/dev/null
	rm -r many big.csv
	mlv-registry set -q churn@champion 1 >/dev/null
	echo 'model two' >m.onnx
	mlv-registry add -q --any-format churn m.onnx >/dev/null
	mlv-registry set -q churn@champion 2 >/dev/null
	printf 'loss=3\nloss=2.5\n' | mlv-train log -q -n words >/dev/null
	mlv-data profile -q churn.csv -o profile:churn >/dev/null
	mlv-data fsck --strong >/dev/null
	cd ..
}
# What a user asks, one command a line.
cat >asked <<'Q'
mlv-registry verify
mlv-registry ls churn
mlv-registry log
mlv-registry show churn@1
mlv-data ls --all
mlv-data log data:churn
mlv-data cat data:churn
mlv-data cat model:churn@champion
mlv-data show profile:churn
mlv-data cat data:many:1 data:many:sub/2
mlv-data diff data:many data:many
mlv-data cat data:big
mlv-train runs
Q
cp asked "$HOME_DIR/questions"

# Writes the answer to question N into answer.N, and its exit status after it.
ask_all() {	# folder of answers
	n=0
	while read -r question; do
		n=$((n + 1))
		(cd base && $question) >"$1/answer.$n" 2>"$1/words.$n" </dev/null
		echo $? >"$1/status.$n"
	done <"$HOME_DIR/questions"
}
# Bit 0 to 6 of the byte at OFFSET, another one for the next byte.
flip_bit() {	# file, offset
	byte=$(od -An -tu1 -j "$2" -N1 "$1")
	octal=$(printf '%03o' $((byte ^ (1 << ($2 % 7)))))
	printf "\\$octal" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
cut_tail() { truncate -s "$2" "$1"; }

# Prints what is wrong: a crash, or an answer that differs at exit 0 while
# fsck says that the store is whole.
judge_damage() {	# where
	(cd base && mlv-data fsck --strong) >fsck.out 2>&1
	found=$?
	[ $found -le 3 ] || echo "$1: fsck: exit $found"
	ask_all now
	for status in now/status.*; do
		n=${status##*.}
		code=$(cat "$status")
		[ "$code" -le 5 ] || echo "$1: $(sed -n "${n}p" "$HOME_DIR/questions"): exit $code"
		[ "$code" -ne 0 ] || cmp -s "now/answer.$n" "good/answer.$n" || [ $found -ne 0 ] ||
		    echo "$1: $(sed -n "${n}p" "$HOME_DIR/questions"): another answer, and fsck finds nothing"
	done
}

# About FAULT_POINTS/8 places of a file, evenly spread.
places() {	# file
	size=$(wc -c <"$1")
	most=$((${FAULT_POINTS:-16} / 8 + 1))
	[ -z "${FAULT_ALL:-}" ] || most=$size
	awk -v size="$size" -v most="$most" 'BEGIN {
		step = size > most ? size / most : 1
		for (i = 0; i < size; i += step) print int(i)
	}'
}
damage_everywhere() {	# title, flip_bit or cut_tail
	title=$1 damage=$2
	: >wrong
	: >places
	find base/.mlv base/*.mlv base/.gitignore -type f ! -path '*/locks/*' | sort >files
	while read -r file; do
		cp -p "$file" saved
		for place in $(places "$file"); do
			echo "$file $place" >>places
			chmod u+w "$file"
			$damage "$file" "$place"
			touch -r saved "$file"
			judge_damage "$file at $place" >>wrong
			cp -p saved "$file"
		done
	done <files
	echo "# $title: $(wc -l <places) places in $(wc -l <files) files"
	check "$title: fsck finds it, or every answer is as before" <<-'Q'
		head -n 20 wrong &&
		test ! -s wrong &&
		test "$(wc -l <places)" -gt 40
	Q
	check "$title: restored, the repository is whole and answers as before" <<-'Q'
		(cd base && expect 0 mlv-data fsck --strong) &&
		ask_all now &&
		diff -r good now
	Q
}

fresh area
make_full_base
mkdir good now
ask_all good
check 'every question is answered by the undamaged repository' <<'Q'
	test "$(cat good/status.* | sort -u)" = 0
Q
damage_everywhere 'a bit that flipped' flip_bit
damage_everywhere 'a file that was cut' cut_tail
finish
