#!/bin/sh
# OpenLineage events around every command that makes something.
. "$(dirname "$0")/../lib.sh"

fresh events
git init -q .
mlv-data init >log
awk 'BEGIN {
	print "id,x,y"
	for (i = 0; i < 400; i++)
		printf "k%d,%d,%s\n", i, i * 37 % 101, (i * 37 % 101 > 50 ? "yes" : "no")
}' >rows.csv
OPENLINEAGE__TRANSPORT__TYPE=file
OPENLINEAGE__TRANSPORT__LOG_FILE_PATH=$PWD/events
OPENLINEAGE_NAMESPACE=team
export OPENLINEAGE__TRANSPORT__TYPE OPENLINEAGE__TRANSPORT__LOG_FILE_PATH OPENLINEAGE_NAMESPACE
# The events of the last command, in ./out as one list.
told() { jq -s . events >out && rm events; }
check 'add: START, then COMPLETE of the same run, the file as output with schema, version and size' <<'X'
	mlv-data add rows.csv >log &&
	told &&
	holds '[.[].eventType] == ["START", "COMPLETE"] and .[0].run.runId == .[1].run.runId' &&
	holds '.[1].job | .namespace == "team" and .name == "mlv-data add"' &&
	holds ".[1].outputs[0] | .namespace == \"file\" and .name == \"$PWD/rows.csv\"" &&
	holds ".[1].outputs[0].facets.version.datasetVersion == \"sha256:$(sha256sum rows.csv | cut -c1-64)\"" &&
	holds '[.[1].outputs[0].facets.schema.fields[].name] == ["id", "x", "y"]' &&
	holds '.[1].outputs[0].outputFacets.outputStatistics | .rowCount == 400 and .size > 4000'
X
check 'split: each column of a part comes from the one of the whole' <<'X'
	mlv-data split data:rows train=70 test=30 >log &&
	told &&
	holds '[.[1].outputs[].name] == ["data:rows-train", "data:rows-test"]' &&
	holds '.[0].eventType == "START" and .[0].inputs == [.[1].inputs[0] | del(.inputFacets[])]' &&
	holds '.[0].inputs[0].facets.schema.fields | length == 3' &&
	holds '.[1].outputs[0].facets.columnLineage.fields.x.inputFields[0].field == "x"'
X
check 'fit: the target comes from the columns that were not dropped' <<'X'
	mlv-train fit data:rows-train -t y -d id -l logistic -o m.onnx >log &&
	told &&
	holds '.[1].inputs[0].name == "data:rows-train"' &&
	holds '[.[1].outputs[0].facets.columnLineage.fields.y.inputFields[].field] == ["x"]'
X
check 'profile: what it found of the columns is a facet of the data' <<'X'
	mlv-data profile data:rows -o profile:rows >log &&
	told &&
	holds '.[1].inputs[0].inputFacets.dataQualityMetrics | .rowCount == 400 and .columnMetrics.x.max == 100'
X
check 'check: each broken rule is an assertion that failed, exit 1 is a COMPLETE' <<'X'
	mlv-data schema rows.csv >schema.yaml &&
	sed '3s/[a-z]*$/perhaps/' rows.csv >broken.csv &&
	expect 1 mlv-data check --schema schema.yaml broken.csv &&
	told &&
	holds '.[1].eventType == "COMPLETE"' &&
	holds '.[1].inputs[0].inputFacets.dataQualityAssertions.assertions[0] | .column == "y" and .success == false'
X
check 'registry add, eval, card: told, too' <<'X'
	mlv-registry add m m.onnx >log &&
	mlv-train eval model:m data:rows-test >>log &&
	mlv-card new model:m -o card:m >>log &&
	told &&
	holds '[.[] | select(.eventType == "COMPLETE") | .outputs[0].name | .[:6]] == ["model:", "report", "card:m"]'
X
check 'a command that fails is a FAIL with its message; a run whose command fails, too' <<'X'
	expect 3 mlv-data add nope.csv &&
	told &&
	holds '.[1].eventType == "FAIL" and (.[1].run.facets.errorMessage.message | contains("nope.csv"))' &&
	expect 1 mlv-train run -- false &&
	told &&
	holds '.[1].eventType == "FAIL"'
X
check 'wrong words are no run, and what makes nothing tells nothing' <<'X'
	expect 2 mlv-data add --nope &&
	expect 0 mlv-data ls &&
	expect 0 mlv-data cat data:rows &&
	test ! -e events
X
check 'OPENLINEAGE_DISABLED: nothing is told' <<'X'
	expect 0 env OPENLINEAGE_DISABLED=true mlv-data add rows.csv &&
	test ! -e events
X
check 'a configuration file of OpenLineage says where' <<'X'
	printf 'transport:\n  type: file\n  log_file_path: other\n  append: true\n' >ol.yml &&
	(
		unset OPENLINEAGE__TRANSPORT__TYPE OPENLINEAGE__TRANSPORT__LOG_FILE_PATH
		OPENLINEAGE_CONFIG=ol.yml mlv-data add rows.csv >log
	) &&
	test "$(wc -l <other)" = 2
X

# --- an endpoint
unset OPENLINEAGE__TRANSPORT__TYPE OPENLINEAGE__TRANSPORT__LOG_FILE_PATH
if command -v python3 >/dev/null; then
	cat >server.py <<-'X'
		import http.server
		class Handler(http.server.BaseHTTPRequestHandler):
		    def do_POST(self):
		        body = self.rfile.read(int(self.headers["Content-Length"]))
		        with open("posted", "ab") as f:
		            f.write(body + b"\n")
		        with open("heads", "a") as f:
		            f.write("%s %s %s\n" % (self.path, self.headers["Content-Type"], self.headers["Authorization"]))
		        self.send_response(500 if self.path.startswith("/no") else 201)
		        self.end_headers()
		    def log_message(self, *a):
		        pass
		s = http.server.HTTPServer(("127.0.0.1", 0), Handler)
		print(s.server_port, flush=True)
		s.serve_forever()
	X
	background python3 server.py
	until_true test -s server.out
	url=http://127.0.0.1:$(cat server.out)
	check 'an endpoint gets each event in a POST, with the key' <<-'X'
		OPENLINEAGE_URL=$url/ OPENLINEAGE_API_KEY='s3"cret' expect 0 mlv-data add rows.csv &&
		test ! -s err &&
		test "$(sort -u heads)" = '/api/v1/lineage application/json Bearer s3"cret' &&
		cp posted out &&
		test "$(jq -r .eventType out | tr '\n' ' ')" = "START COMPLETE "
	X
	check 'the past is posted, too' <<-'X'
		rm posted &&
		expect 0 mlv-data lineage --openlineage "$url" model:m &&
		test "$(jq -s 'length > 3' posted)" = true
	X
	check 'an endpoint that says no, or nobody there: the command goes on, and a warning tells' <<-'X'
		OPENLINEAGE_URL=$url OPENLINEAGE_ENDPOINT=no expect 0 mlv-data add rows.csv &&
		says "warning: an OpenLineage event was not delivered: '$url' did not take it" &&
		OPENLINEAGE_URL=http://127.0.0.1:9 expect 0 mlv-data add rows.csv &&
		says "'http://127.0.0.1:9' did not take it: "
	X
else
	skip 'an endpoint gets each event' 'no python3'
fi
check 'a place that cannot be written, a transport nobody knows, no file: a warning, and exit 0' <<'X'
	export OPENLINEAGE__TRANSPORT__TYPE=file &&
	OPENLINEAGE__TRANSPORT__LOG_FILE_PATH=nowhere/x expect 0 mlv-data add rows.csv &&
	says "warning: an OpenLineage event was not delivered: cannot open 'nowhere/x'" &&
	OPENLINEAGE__TRANSPORT__LOG_FILE_PATH= expect 0 mlv-data add rows.csv &&
	says "log_file_path is not set" &&
	OPENLINEAGE__TRANSPORT__TYPE=kafka expect 0 mlv-data add rows.csv &&
	says "'kafka' is none of http, file and console" &&
	OPENLINEAGE_CONFIG=nope.yml expect 0 mlv-data add rows.csv &&
	says "nope.yml"
X
finish
