#!/bin/sh
# mlv-registry export mlmodel: a version as a folder that MLflow loads; that
# MLflow does is tests/interop/mlmodel.py's business.
. "$(dirname "$0")/../lib.sh"

fresh export
mlv-data init -q
frozen=$TOP/tests/golden/mlmodel
mlv-registry add -q m "$frozen/logistic/model.onnx" >/dev/null
mlv-registry add -q m "$frozen/wide/model.onnx" >/dev/null
mlv-registry set -q m@champion 1 >/dev/null
echo words >words.txt
mlv-registry add -q words words.txt >/dev/null

check 'export mlmodel of an alias: model.onnx is the version byte for byte, one record' <<'X'
	expect 0 mlv-registry export mlmodel m@champion made &&
	prints "model:m@1	mlmodel	sha256:$(sha256sum <made/model.onnx | cut -d" " -f1)	7" &&
	same "$frozen/logistic/model.onnx" made/model.onnx
X
check 'export mlmodel: bytes is the size of all files, examples the rows in input_example.json' <<'X'
	expect 0 mlv-registry export mlmodel --json m@1 counted &&
	holds ".bytes == $(cat counted/* | wc -c) and .files == $(ls counted | wc -l)" &&
	holds ".examples == $(jq '.[] | length' counted/input_example.json | sort -u)"
X
check 'export mlmodel twice: the same bytes, the time too' <<'X'
	expect 0 mlv-registry export mlmodel m@1 again &&
	diff -r made again &&
	added=$(mlv-registry log m@1 | cut -f5 | tr T " " | tr -d Z) &&
	grep -q "^utc_time_created: \"$added\"" again/MLmodel
X
check 'export mlmodel: MLmodel says which version, and its uuid is of the content' <<'X'
	expect 0 mlv-registry show m@1 &&
	grep -q "^  mlv.name: \"model:m@1\"" made/MLmodel &&
	grep -q "^  mlv.manifest: \"$(sed -n 's/^manifest	//p' out)\"" made/MLmodel &&
	grep -q "^model_uuid: $(sha256sum <made/model.onnx | cut -c1-32)$" made/MLmodel
X
check 'export mlmodel of a model without golden rows: no example is told of' <<'X'
	expect 0 mlv-registry export mlmodel --json m@2 wide &&
	holds '.examples == 0' &&
	test ! -e wide/input_example.json &&
	! grep example wide/MLmodel
X
check 'export mlmodel into an empty folder: it becomes the model' <<'X'
	mkdir empty &&
	expect 0 mlv-registry export mlmodel m@1 empty/ &&
	diff -r made empty
X
check 'export mlmodel into a folder with something in it: refused, nothing changes' <<'X'
	mkdir full &&
	touch full/.hidden &&
	expect 3 mlv-registry export mlmodel m@1 full &&
	says "'full' is there already and not an empty folder" &&
	test "$(ls -A full)" = .hidden
X
check 'export mlmodel over a file: refused' <<'X'
	expect 3 mlv-registry export mlmodel m@1 words.txt &&
	says "'words.txt' is there already" &&
	test "$(cat words.txt)" = words
X
check 'export mlmodel into a folder that is not there: one line, nothing is left' <<'X'
	expect 3 mlv-registry export mlmodel m@1 none/below &&
	says none/below &&
	test ! -e none
X
check 'export mlmodel into the repository itself: refused' <<'X'
	expect 2 mlv-registry export mlmodel m@1 .mlv/out &&
	test ! -e .mlv/out
X
check 'export mlmodel of what is no ONNX file: refused by name, nothing is left' <<'X'
	expect 3 mlv-registry export mlmodel words out &&
	says model:words@1 &&
	test ! -d out
X
check 'export mlmodel of a version that is not there, or with a word less: refused' <<'X'
	expect 3 mlv-registry export mlmodel m@9 nine &&
	says "no version 9" &&
	expect 2 mlv-registry export mlmodel m@1
X
check 'nothing temporary is left beside the folders' 'test -z "$(ls -A | grep "[.]tmp$")"'
finish
