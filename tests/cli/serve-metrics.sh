#!/bin/sh
# What Prometheus reads: well formed, no series twice, by the names of other
# servers, and what came in compared with the training rows.
. "$(dirname "$0")/../server.sh"

well_formed() { ask "$url/metrics" >metrics && awk -f "$TOP/tests/metrics.awk" metrics; }

# --- the check itself
check 'the check of the format accepts what is well formed' <<'X'
	printf '# HELP a b\n# TYPE a counter\na{x="1",y="\\""} 1\na{x="2"} 2e-05\n' |
	    awk -f "$TOP/tests/metrics.awk"
X
faulty() {	# text, what is said of it
	printf "$1" | awk -f "$TOP/tests/metrics.awk" >faults && return 1
	grep -qF "$2" faults
}
check 'the check of the format finds each kind of fault' <<'X'
	faulty '# HELP a b\n# TYPE a counter\na{x="1"} 1\na{x="1"} 2\n' 'a series twice' &&
	faulty '# HELP a b\n# TYPE a counter\n# HELP a b\n' 'a second HELP' &&
	faulty '# TYPE a counter\na 1\n' 'no HELP in front' &&
	faulty 'a 1\n' 'no TYPE in front' &&
	faulty '# HELP a b\n# TYPE a gauge\na 1\n# HELP c d\n# TYPE c gauge\nc 1\na{x="1"} 1\n' 'stand together' &&
	faulty '# HELP a b\n# TYPE a gauge\na{x=1} 1\n' 'not well formed' &&
	faulty '# HELP a b\n# TYPE a gauge\na one\n' 'no value' &&
	faulty '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\n' 'do not rise'
X

# --- a model with the profile of its training rows
fresh trained
awk 'BEGIN {
	print "age,plan,bought"
	for (i = 0; i < 200; i++)
		print 20 + i % 50 "," (i % 3 ? "basic" : "gold") "," (i % 50 > 20 ? "yes" : "no")
}' >rows.csv
mlv-train fit -t bought -l gbdt -o model.onnx rows.csv >/dev/null 2>fit.err
start --metrics tfs,mlserver,kserve --name shop model.onnx
rows='{"dataframe_split":{"columns":["age","plan"],"data":[[30,"basic"],[19,"gold"],[null,"none"],[99,"basic"]]}}'
check 'a model of ours answers' 'answers 200 -H "$as_json" -d "$rows" "$url/invocations"'
check 'the metrics are well formed, and no series comes twice' 'well_formed'
check 'missing values are counted by feature' <<'X'
	metric_is 'mlv_feature_missing_total{model="shop",feature="age"}' 1 &&
	metric_is 'mlv_feature_missing_total{model="shop",feature="plan"}' 0
X
check 'numbers beyond those of the training rows are counted by feature' <<'X'
	metric_is 'mlv_feature_out_of_range_total{model="shop",feature="age"}' 2
X
check 'categories that the training rows did not have are counted by feature' <<'X'
	metric_is 'mlv_feature_unseen_total{model="shop",feature="plan"}' 1
X
check "Triton's names are there" <<'X'
	metric_is 'nv_inference_request_success{model="shop",version="1"}' 1 &&
	metric_is 'nv_inference_count{model="shop",version="1"}' 4 &&
	metric_is 'nv_inference_exec_count{model="shop",version="1"}' 1 &&
	metric_is 'nv_inference_pending_request_count{model="shop",version="1"}' 0 &&
	metric_is 'nv_inference_request_failure{model="shop",version="1",reason="OTHER"}' 0
X
check 'the phases of a request add up to its duration' <<'X'
	ask "$url/metrics" | awk '
	    /^nv_inference_request_duration_us/ { whole = $2 }
	    /^nv_inference_(queue|compute_[a-z]*)_duration_us/ { sum += $2 }
	    END { exit !(whole > 0 && whole - sum < 0.01 && sum - whole < 0.01) }'
X
check 'those of TensorFlow Serving, MLServer and KServe are there when they are asked for' <<'X'
	metric_is ':tensorflow:serving:request_count{model_name="shop",status="OK"}' 1 &&
	metric_is ':tensorflow:serving:request_latency_count{model_name="shop",API="predict",entrypoint="REST"}' 1 &&
	metric_is 'model_infer_request_success_total{model="shop",version="1"}' 1 &&
	metric_is 'model_infer_request_duration_count{model="shop",version="1"}' 1 &&
	metric_is 'request_predict_seconds_count{model_name="shop"}' 1
X
check 'they are at the path of TensorFlow Serving, too' <<'X'
	answers 200 "$url/monitoring/prometheus/metrics" &&
	grep -q "^mlv_ready 1" body
X
check 'the processor time of a prediction can be told' <<'X'
	metric_is 'mlv_sampled_cpu_rows_total{model="shop",version="1",variant="stable"}' 4 &&
	metric mlv_sampled_cpu_seconds_total >cpu &&
	awk '{ exit !($1 > 0 && $1 < 1) }' cpu
X
check 'a request that is refused is a failure, and the metrics stay well formed' <<'X'
	answers 400 -H "$as_json" -d '{"instances":[[1]]}' "$url/invocations" &&
	metric_is 'nv_inference_request_failure{model="shop",version="1",reason="OTHER"}' 1 &&
	metric_is 'model_infer_request_failure_total{model="shop",version="1"}' 1 &&
	well_formed
X
stop

# --- several variants and labels
cp "$ridge" one.onnx
cp "$elastic_net" two.onnx
cat >models.yaml <<'Y'
models:
  "a\"b\\": {model: one.onnx, canary: two.onnx, percent: 50, labels: {old: two.onnx, older: two.onnx}}
  two: {model: two.onnx}
Y
start --models models.yaml
check 'with variants, labels and odd names no series comes twice either' <<'X'
	until_true answers 200 "$url/readyz" &&
	answers 200 -H "$as_json" -d '{"instances":[[1,2,3,4,5,6]]}' "$url/v1/models/two:predict" &&
	well_formed &&
	grep -q "^mlv_model_info{model=\"a..b..\",label=\"older\"" metrics
X
check 'names that nobody asked for are not there' <<'X'
	! grep -q "^model_infer\|^:tensorflow\|^request_predict" metrics
X
stop
start --cost-per-hour 3.6 one.onnx
check 'what the server has cost is told, and its energy where the kernel tells it' <<'X'
	until_true eval 'metric mlv_cost_total | grep -q "[1-9]"' &&
	metric mlv_cost_total >sooner &&
	metric mlv_cost_total >later &&
	test "$(cat sooner later | sort -g | sed -n 2p)" = "$(cat later)" &&
	well_formed &&
	if cat /sys/class/powercap/intel-rapl:0/energy_uj >seen 2>&1; then
		grep -q '^mlv_energy_joules_total [0-9]' metrics
	else
		exits 1 grep mlv_energy_joules_total metrics
	fi
X
stop
check 'a cost that is no number of money is refused' <<'X'
	expect 2 mlv-serve http --cost-per-hour inf one.onnx &&
	says '--cost-per-hour' &&
	expect 2 mlv-serve http --cost-per-hour -1 one.onnx
X
start one.onnx
check 'a cost that nobody knows is not there' <<'X'
	answers 200 "$url/metrics" &&
	exits 1 grep mlv_cost body
X
stop
check 'names of metrics that nobody has are refused' <<'X'
	expect 2 mlv-serve http --metrics seldon one.onnx &&
	says "triton, tfs, mlserver and kserve"
X
finish
