#!/bin/sh
# Files that change while they are read: what is parsed, hashed and recorded are the same bytes.
. "$(dirname "$0")/../lib.sh"

# --- cut while it is read: an error, not a signal
fresh cut
cat >rows.awk <<'X'
BEGIN {
	print "a,b,c,y"
	for (i = 0; i < 600000; i++)
		print i % 97 "," i % 13 ".5,k" i % 5 "," (i % 3 ? "yes" : "no")
}
X
awk -f rows.awk >whole.csv
head -n 2001 whole.csv >small.csv
mlv-train fit -q small.csv --target y --learner logistic -o m.onnx >/dev/null
mlv-data schema small.csv -o schema.json >/dev/null
mlv-data init >/dev/null
# Run a verb over x.csv, which is cut after a while; never a signal.
while_cut() {	# seconds, command...
	cp whole.csv x.csv
	pause=$1
	shift
	"$@" >out 2>err &
	verb=$!
	sleep "$pause"
	truncate -s 1000 x.csv
	wait $verb
	got=$?
	[ $got -eq 0 ] || [ $got -eq 1 ] || [ $got -eq 3 ] || { echo "exit $got: $*"; return 1; }
	[ $got -ne 3 ] || says x.csv
}
for pause in 0 0.01 0.03 0.1; do
	check "profile, check, split, eval, batch, fit, add: cut after $pause s, no signal" <<X
		while_cut $pause mlv-data profile x.csv &&
		while_cut $pause mlv-data check --schema schema.json x.csv &&
		while_cut $pause mlv-data split x.csv a=50 b=50 &&
		while_cut $pause mlv-train eval --no-importance m.onnx x.csv &&
		while_cut $pause mlv-serve batch m.onnx -i x.csv -o scored.csv &&
		while_cut $pause mlv-train fit x.csv --target y --learner logistic -o n.onnx &&
		while_cut $pause mlv-data add x.csv &&
		expect 0 mlv-data fsck
X
done

# --- rewritten while it is judged: the digest is that of the rows judged
fresh rewritten
awk 'BEGIN { print "u,y"; for (i = 0; i < 100000; i++) print i % 7 "," (i % 7 > 3 ? "yes" : "no ") }' >first.csv
sed '2~2s/yes/no /' first.csv >second.csv
head -n 3001 first.csv >small.csv
mlv-data init >/dev/null
mlv-train fit -q small.csv --target y --learner logistic -o m.onnx >/dev/null
accuracy_of() { mlv-train eval -q --json --no-importance m.onnx "$1" >out && jq '.metrics.accuracy.value' out; }
of_first=$(accuracy_of first.csv)
of_second=$(accuracy_of second.csv)
first_id=$(sha256sum <first.csv | cut -c1-64)
second_id=$(sha256sum <second.csv | cut -c1-64)
judge_while_rewritten() {	# seconds
	cp first.csv live.csv
	mlv-train eval -q --json --no-importance m.onnx live.csv >out 2>err &
	verb=$!
	sleep "$1"
	dd if=second.csv of=live.csv conv=notrunc status=none
	wait $verb || return 1
	accuracy=$(jq '.metrics.accuracy.value' out)
	if grep -q "$first_id" out; then [ "$accuracy" = "$of_first" ]
	elif grep -q "$second_id" out; then [ "$accuracy" = "$of_second" ]
	fi
}
for pause in 0.005 0.01 0.02 0.04 0.08 0.16; do
	check "eval: rewritten after $pause s, the metrics are those of the data it names" <<X
		test "$of_first" != "$of_second" &&
		judge_while_rewritten $pause
X
done
check 'fit: rewritten meanwhile, what is recorded is whole' <<'X'
	cp first.csv live.csv &&
	{ mlv-train fit -q live.csv --target y --learner logistic -o n.onnx >out 2>err & } &&
	sleep 0.03 &&
	dd if=second.csv of=live.csv conv=notrunc status=none &&
	wait $! &&
	expect 0 mlv-data fsck
X
finish
