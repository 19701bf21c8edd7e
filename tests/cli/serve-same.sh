#!/bin/sh
# One row, one answer: batch, stream, v2 and /invocations give the same bits
# for the same rows, missing values and categories never seen included.
. "$(dirname "$0")/../server.sh"

# Requests and answers are cut and joined as text: a tool that reads numbers
# would round them.
# The predictions of an answer of /invocations, one a line.
predictions() { { cat; echo; } | sed 's/^{"predictions":\[//; s/\]}$//; s/},{/}\n{/g'; }
# The value of this member of each line.
member() { sed -n "s/.*\"$1\":\(\"[^\"]*\"\|[^,}]*\).*/\1/p"; }
joined() { paste -sd, "$@"; }

# ./rows.jsonl as a body of every form.
make_bodies() {	# columns as name:datatype
	printf '{"dataframe_records":[%s]}' "$(joined rows.jsonl)" >dataframe_records
	printf '{"instances":[%s]}' "$(joined rows.jsonl)" >instances
	n=$(wc -l <rows.jsonl)
	names=
	cp rows.jsonl values
	printf '{"inputs":{' >inputs
	printf '{"id":"same","inputs":[' >v2
	for c in "$@"; do
		name=${c%:*}
		column=$(member "$name" <rows.jsonl | joined)
		sed "s/\"$name\"://" values >values2 && mv values2 values
		printf '%s"%s":[%s]' "${names:+,}" "$name" "$column" >>inputs
		printf '%s{"name":"%s","shape":[%d,1],"datatype":"%s","data":[%s]}' \
		    "${names:+,}" "$name" "$n" "${c#*:}" "$column" >>v2
		names="$names${names:+,}\"$name\""
	done
	printf '}}' >>inputs
	printf ']}' >>v2
	printf '{"dataframe_split":{"columns":[%s],"data":[%s]}}' "$names" \
	    "$(sed 's/^{/[/; s/}$/]/' values | joined)" >dataframe_split
}

# The data of this output in ./tensors, which has a line an output.
tensor() {
	sed -n "s/^{\"name\":\"$1\".*\"data\":\[\(.*\)\]}.*/\1/p" tensors | head -n 1 | sed 's/\]}$//'
}

# Every front against ./rows.csv, ./rows.jsonl and ./batch.jsonl.
check_fronts() {	# what the model is called in titles, model, columns...
	what=$1 model=$2
	shift 2
	check "$what: batch gives equal bytes with one thread or two, from CSV or JSON Lines" <<-'X'
		for t in 1 2; do
			expect 0 mlv-serve batch -t $t "$model" --out-format jsonl <rows.csv &&
			same out batch.jsonl &&
			expect 0 mlv-serve batch -t $t "$model" <rows.jsonl &&
			same out batch.jsonl || return 1
		done
	X
	check "$what: batch row by row gives the bytes of batch" <<-'X'
		while read -r row; do
			echo "$row" | mlv-serve batch "$model" || return 1
		done <rows.jsonl >alone &&
		same alone batch.jsonl
	X
	check "$what: stream gives the bytes of batch" <<-'X'
		expect 0 mlv-serve stream "$model" <rows.jsonl &&
		same out batch.jsonl
	X
	start --name m "$model"
	make_bodies "$@"
	for form in dataframe_records instances dataframe_split inputs; do
		check "$what: /invocations with $form gives the bytes of batch" <<-'X'
			answers 200 "$url/invocations" -H "$as_json" --data-binary "@$form" &&
			predictions <body | same - batch.jsonl
		X
	done
	check "$what: /invocations with CSV gives the bytes of batch" <<-'X'
		answers 200 "$url/invocations" -H "$as_csv" --data-binary @rows.csv &&
		predictions <body | same - batch.jsonl
	X
	check "$what: /invocations gives the bytes of batch row by row" <<-'X'
		while read -r row; do
			echo "{\"instances\":[$row]}" >one &&
			answers 200 "$url/invocations" -H "$as_json" --data-binary @one &&
			predictions <body || return 1
		done <rows.jsonl >alone &&
		same alone batch.jsonl
	X
	answers 200 "$url/v2/models/m/infer" --data-binary @v2
	{ cat body; echo; } | sed 's/,{"name"/\n{"name"/g; s/\[{"name"/\n{"name"/' >tensors
	first=$(head -n 1 batch.jsonl | sed 's/^{"//; s/":.*//')
	check "$what: v2 gives the bytes of batch for its output $first" <<-'X'
		tensor "$first" >got &&
		member "$first" <batch.jsonl | joined >want &&
		same want got
	X
	# Columns "NAME.CLASS" of batch are one output of v2, if there are any.
	rest=$(head -n 1 batch.jsonl | grep -o '"[^"]*\.[^"]*":' | head -n 1 | sed 's/^"//; s/\..*//')
	[ -z "$rest" ] || check "$what: v2 gives the bytes of batch for its output $rest" <<-'X'
		sed "s/^{\"$first\":\(\"[^\"]*\"\|[^,]*\),//; s/\"$rest\.[^\"]*\"://g; s/}//" batch.jsonl |
		    joined >want &&
		tensor "$rest" >got &&
		same want got
	X
	check "$what: the server stops with exit 0" stop
}

# --- a scikit-learn export
fresh sklearn
awk -F, -v OFS=, 'NR <= 40 { print $6, $19, $20, $16, $9, $18, $2 }' "$churn_rows" >rows.csv
cat >>rows.csv <<'R'
,,,,,,
1,,,Two year,,,Male
,29.85,1e-7,never seen,DSL,Mailed check,
12,1e22,123456789.123456789,1.0,true,NA,"null"
-0.0,0.1,.5,"a,b","  DSL ",Ünïcode,Female
R
mlv-serve batch -i rows.csv --keep-all --out-format jsonl "$churn" >kept.jsonl
sed 's/,"output_label".*/}/' kept.jsonl >rows.jsonl
mlv-serve batch -i rows.csv --out-format jsonl "$churn" >batch.jsonl
check 'scikit-learn: all rows are there, and are not all answered alike' <<'X'
	test "$(wc -l <rows.jsonl)" = $(($(wc -l <rows.csv) - 1)) &&
	test "$(wc -l <batch.jsonl)" = "$(wc -l <rows.jsonl)" &&
	test "$(sort -u batch.jsonl | wc -l)" -gt 15
X
check_fronts scikit-learn "$churn" tenure:FP32 MonthlyCharges:FP32 TotalCharges:FP32 \
    Contract:BYTES InternetService:BYTES PaymentMethod:BYTES gender:BYTES

# --- models of mlv-train fit
# Categories that look like numbers, and a category that was missing in
# training: "1", "1.0" and "1.00" are three texts.
awk 'BEGIN {
	split("1 1.0 1.00 x", code, " ")
	print "amount,code,plan,left"
	for (i = 0; i < 400; i++) {
		k = i % 4 + 1; a = (i * 7919) % 1000 / 8
		printf "%s,%s,%s,%s\n", i % 11 ? a : "", code[k], i % 13 ? (i % 3 ? "basic" : "plus") : "", \
		    (k * 37 + i * 13) % 100 < k * 22 ? "yes" : "no"
	}
}' >"$HOME_DIR/train.csv"
cat >"$HOME_DIR/rows.csv" <<'R'
amount,code,plan
10.5,1,basic
10.5,1.0,basic
10.5,1.00,basic
10.5,x,basic
10.5,true,basic
,1,
10.5,,plus
1e3,never,"never, ever"
-7.25,1e0,basic
R
for learner in logistic gbdt; do
	fresh "$learner"
	cp ../train.csv ../rows.csv .
	check "$learner: a model is trained on categories that look like numbers" <<-'X'
		expect 0 mlv-train fit train.csv --target left --learner $learner -o model.onnx
	X
	mlv-serve batch -i rows.csv --keep-all --out-format jsonl model.onnx >kept.jsonl
	sed 's/,"label".*/}/' kept.jsonl >rows.jsonl
	mlv-serve batch -i rows.csv --out-format jsonl model.onnx >batch.jsonl
	check "$learner: categories that look like numbers are told apart" <<-'X'
		test "$(wc -l <batch.jsonl)" = 9 &&
		test "$(head -n 4 batch.jsonl | sort -u | wc -l)" -ge 3 &&
		grep -q '"code":1.0,' rows.jsonl
	X
	check_fronts $learner model.onnx amount:FP32 code:BYTES plan:BYTES
done
finish
