# tests/rollout.sh - what the tests of rollouts share, sourced behind
# tests/server.sh: four versions of a model, and units that ask for it.

# model:m takes x and z and says yes or no.  Its second version says the
# opposite of the first, the third is as good; the fourth takes x alone.
# late.csv has what is true, by unit.
three_versions() {
	fresh rollout
	mlv-data init -q >setup.out
	awk 'BEGIN {
		print "unit,x,z,y"
		for (i = 1; i <= 3000; i++) {
			x = i * 37 % 101 / 101; z = i * 53 % 97 / 97
			print "u" i "," x "," z "," (x + z > 1 ? "yes" : "no")
		}
	}' >rows.csv
	awk -F, -v OFS=, 'NR > 1 { $4 = $4 == "yes" ? "no" : "yes" } 1' rows.csv >wrong.csv
	cut -d, -f1,4 rows.csv >late.csv
	{
		model rows.csv -l logistic --drop unit
		model wrong.csv -l logistic --drop unit
		model rows.csv -l gbdt -s num_iterations=20 --drop unit
		model rows.csv -l logistic --drop unit,z
		mlv-registry set m@champion 1
		mlv-registry set m@candidate 2
		mlv-registry set m@other 4
	} >setup.out
}
model() {	# table, options of fit...; registers it
	table=$1
	shift
	mlv-train fit -q "$table" -t y -o m.onnx "$@" && mlv-registry add -q m m.onnx
}

# The units of these numbers, one request each in one connection; who answered
# them is in ./variants: variant, version, unit.
ask_units() {	# first, last
	awk -F, -v from="$1" -v to="$2" -v url="$url" 'NR > from && NR <= to + 1 {
		if (n++)
			print "next"
		print "url = " url "/invocations"
		print "header = \"X-Unit-Id: " $1 "\""
		print "header = \"Content-Type: application/json\""
		print "data = \"{\\\"dataframe_records\\\":[{\\\"x\\\":" $2 ",\\\"z\\\":" $3 "}]}\""
		print "output = answer"
		print "write-out = \"%header{x-mlv-variant} %header{x-mlv-version} " $1 "\\n\""
		print "silent"
	}' rows.csv >asked
	curl -K asked >variants
}
answered_by() { cut -d' ' -f1 variants | grep -c "$1"; }
# The server gives this share, so far as the log says.
share_is() {
	ask_units 2999 2999 && sleep 0.3 &&
	cat .mlv/requests/*.jsonl | tail -n 1 | grep -q "\"share\":$1,"
}
all_stable() {	# version: nobody else answers
	ask_units 1 100 &&
	test "$(cut -d' ' -f1,2 variants | sort -u)" = "stable $1"
}
policy() { cat >rollout.yaml; }
begin() { expect 0 mlv-serve rollout start m --policy rollout.yaml "model:m@$1"; }
state() { jq -r ".$1" .mlv/rollouts/m.json; }
state_is() { test "$(state "$1")" = "$2" || { echo "$1 is $(state "$1")"; return 1; }; }
alias_is() {	# version that is the champion
	test "$(mlv-registry show model:m@champion --json | jq .manifest.links[0].id)" = \
	    "$(mlv-registry show "model:m@$1" --json | jq .manifest.links[0].id)"
}
judged() { mlv-serve rollout judge m >judged.out 2>&1; test $? = "$1"; }
