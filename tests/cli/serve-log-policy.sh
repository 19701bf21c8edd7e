#!/bin/sh
# mlv-serve http --log-policy: what of a request is logged, and for how long.
. "$(dirname "$0")/../server.sh"

fresh policy
cp "$churn" model.onnx
mlv-serve batch -i "$churn_rows" --keep-all --out-format jsonl model.onnx >kept.jsonl
cat kept.jsonl kept.jsonl kept.jsonl | jq -c 'del(.output_label) | {instances: [.]}' >bodies
jq -cs 'map(.instances[0]) | {instances: .}' bodies >together
printf 'a salt that nobody knows of\n' >salt
chmod 600 salt
ask_all() {	# a request for each line of bodies
	i=0
	while read -r body; do
		i=$((i + 1))
		answers 200 -H "$as_json" -H "X-Unit-Id: u$i" -d "$body" "$url/invocations" || return 1
	done <bodies
}
logged() { cat log/*.jsonl >lines; }

cat >masks.yaml <<'X'
columns:
  Contract: drop
  PaymentMethod: hash
  gender: {truncate: 2}
  tenure: {truncate: 2}
unit: hash
salt: salt
before_answer: true
X
start --name churn --log log --log-policy masks.yaml model.onnx
check 'columns are dropped, hashed and cut before anything is written' <<'X'
	answers 200 -H "$as_json" -H 'X-Unit-Id: somebody' -d "$(head -n 1 bodies)" "$url/invocations" &&
	logged &&
	row=$(head -n 1 bodies | jq -c '.instances[0]') &&
	test "$(jq -c '.inputs | has("Contract")' lines)" = false &&
	jq -e '.inputs.PaymentMethod | test("^[0-9a-f]{32}$")' lines &&
	test "$(jq -r .inputs.gender lines)" = "$(echo "$row" | jq -r '.gender[:2]')" &&
	test "$(jq .inputs.tenure lines)" = null &&
	jq -e '.unit | test("^[0-9a-f]{32}$")' lines &&
	! grep -q somebody lines &&
	test "$(jq -c '.masked.PaymentMethod' lines)" = '"hash"'
X
check 'a hash is the HMAC of the value with the salt' <<'X'
	value=$(head -n 1 bodies | jq -r '.instances[0].PaymentMethod') &&
	wanted=$(printf %s "$value" | openssl dgst -sha256 -hmac "$(cat salt)" | sed 's/.* //' | cut -c1-32) &&
	test "$(jq -r .inputs.PaymentMethod lines)" = "$wanted"
X
check 'with before_answer a line is there when its answer is, whatever kills the server' <<'X'
	answers 200 -H "$as_json" -d @together "$url/invocations" &&
	kill -9 "$server" &&
	logged &&
	test "$(jq -s '[.[].outputs | .[] | if type == "array" then length else 1 end] | max' lines)" = "$(wc -l <bodies)" &&
	test "$(jq -s '.[1].inputs | has("Contract")' lines)" = false &&
	test "$(jq -s '.[1].inputs.gender | map(length) | max' lines)" = 2
X
check 'a replay refuses rows whose columns are not what they were' <<'X'
	exits 1 mlv-serve replay --max-flips 0 model.onnx log >out 2>err &&
	grep -q "is not in the log (" out
X

rm -r log
echo 'sample: 0.5' >half.yaml
start --name churn --log log --log-policy half.yaml model.onnx
check 'a sample has whole units, each with the share that it stands for' <<'X'
	ask_all &&
	ask_all &&
	stop &&
	logged &&
	n=$(wc -l <lines) &&
	test "$n" -gt $(($(wc -l <bodies) / 2)) &&
	test "$n" -lt $(($(wc -l <bodies) * 3 / 2)) &&
	test "$(jq -r .unit lines | sort | uniq -c | awk '$1 != 2' | wc -l)" = 0 &&
	test "$(jq .sample lines | sort -u)" = 0.5
X
check 'another server samples the same units' <<'X'
	jq -r .unit lines | sort -u >first &&
	rm -r log &&
	start --name churn --canary model.onnx=50 --log log --log-policy half.yaml model.onnx &&
	ask_all &&
	stop &&
	logged &&
	jq -r .unit lines | sort -u >second &&
	same first second
X

fresh ends
cp "$churn" model.onnx
mlv-serve batch -i "$churn_rows" --keep-all --out-format jsonl model.onnx >kept.jsonl
jq -cs 'map(del(.output_label)) | {instances: [range(60) as $i | .[]]}' kept.jsonl >together
printf 'segment_bytes: 100000\nkeep_bytes: 1048576\n' >small.yaml
check 'segments that ended are packed, with the digest of what they hold in their name' <<'X'
	start --name churn --log log --log-policy small.yaml model.onnx &&
	for i in 1 2 3 4 5 6 7 8; do
		answers 200 -H "$as_json" -d @together "$url/invocations" &&
		sleep 0.3 ||
		break
	done &&
	stop &&
	packed=$(ls log/*.zst | head -n 1) &&
	digest=$(zstdcat "$packed" | sha256sum | cut -d' ' -f1) &&
	case $packed in *"$digest.jsonl.zst") : ;; *) false ;; esac
X
check 'a log whose segments are packed is read as the table it is' <<'X'
	rows=$(jq '.instances | length' together) &&
	expect 0 mlv-data cat log &&
	test "$(wc -l <out)" = $((8 * rows)) &&
	expect 0 mlv-serve replay model.onnx log &&
	expect 0 mlv-drift compare --only tenure "$churn_rows" log
X
check 'a packed segment that was damaged is refused by its name' <<'X'
	mkdir hurt &&
	cp "$packed" hurt &&
	printf x | dd of="hurt/$(basename "$packed")" bs=1 seek=100 conv=notrunc 2>dd.err &&
	expect 3 mlv-data cat hurt &&
	says "$digest"
X
printf 'id: drop\n' >quiet.yaml
start --name ridge --log quiet --log-policy quiet.yaml "$ridge"
check 'an id that is masked does not stand in for the unit in clear' <<'X'
	name=$(curl -s "$url/v2/models/ridge" | jq -r '.inputs[0].name') &&
	width=$(curl -s "$url/v2/models/ridge" | jq '.inputs[0].shape[-1]') &&
	jq -nc --arg name "$name" --argjson n "$width" '{id: "alice@example.com", inputs: [{name: $name,
	    shape: [1, $n], datatype: "FP32", data: [range($n)]}]}' >v2 &&
	answers 200 -H "$as_json" -d @v2 "$url/v2/models/ridge/infer" &&
	stop &&
	test "$(cat quiet/*.jsonl | wc -l)" = 1 &&
	! grep -r alice quiet
X
check 'a policy that makes no sense is refused with its line' <<'X'
	refuses() {
		printf "$1" >bad.yaml &&
		expect 3 mlv-serve http --port 0 --log log --log-policy bad.yaml model.onnx &&
		says "$2"
	} &&
	refuses 'sampel: 1' "did you mean 'sample'" &&
	refuses 'sample: 0' "line 1: 'sample'" &&
	refuses 'columns: {a: hide}' "'a' is drop, hash or" &&
	refuses 'columns: {a: hash}' "a hash needs 'salt'" &&
	refuses 'unit: {truncate: 3}' "'unit' is drop or hash" &&
	refuses 'keep_days: 0' "'keep_days' is a whole number" &&
	echo short >salt &&
	chmod 600 salt &&
	refuses 'unit: hash\nsalt: salt' 'is no salt' &&
	chmod 644 salt &&
	printf 'salt: salt' >bad.yaml &&
	expect 2 mlv-serve http --port 0 --log log --log-policy bad.yaml model.onnx &&
	says 'chmod 600' &&
	expect 2 mlv-serve http --port 0 --log-policy bad.yaml model.onnx
X
if [ "$(id -u)" = 0 ]; then
	check 'a salt that root gave to a group is read, as tokens and keys are' <<-'X'
		echo 'a salt that a group may read' >salt &&
		chmod 440 salt &&
		start --log log --log-policy bad.yaml model.onnx &&
		stop &&
		chmod 444 salt &&
		expect 2 mlv-serve http --port 0 --log log --log-policy bad.yaml model.onnx
	X
else
	skip 'a salt that root gave to a group' 'not root'
fi
finish
