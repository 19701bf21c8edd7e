#!/bin/sh
# Foreign models and the answers onnxruntime was seen to agree with (labels
# equal, scores within 1e-6; tests/interop/onnx_ml.py): the same bits today.
. "$(dirname "$0")/../lib.sh"

for d in "$TOP"/tests/golden/onnx/*/; do
	n=$(basename "$d")
	check "model $n: the answers have the frozen bits" <<-'X'
		"$BUILD/tools/onnx_run" "$d/model.onnx" "$d/input_0.pb" >out 2>err &&
		same out "$d/expected.txt"
	X
done
finish
