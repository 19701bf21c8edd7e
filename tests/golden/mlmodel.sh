#!/bin/sh
# Folders of mlv-registry export mlmodel that MLflow 3.4.0 loaded, served and
# answered from as we do (tests/interop/mlmodel.py with RECORD), written again
# from their model file.
. "$(dirname "$0")/../lib.sh"
frozen=$TOP/tests/golden/mlmodel

# What depends on the repository: its run and when the version was added.
unowned() { grep -v -e '^utc_time_created: "20' -e '^  mlv\.run: ' -e '^  mlv\.manifest: ' "$1"; }

fresh repo
mlv-data init -q
for name in logistic wide; do
	mlv-registry add "$name" "$frozen/$name/model.onnx" >/dev/null
	check "export mlmodel of the $name model: the files that MLflow took" <<-'X'
		expect 0 mlv-registry export mlmodel "$name" "made-$name" &&
		(cd "made-$name" && ls) >files &&
		(cd "$frozen/$name" && ls) >want &&
		same want files &&
		unowned "$frozen/$name/MLmodel" >want &&
		unowned "made-$name/MLmodel" >got &&
		same want got &&
		for f in $(grep -v MLmodel files); do same "$frozen/$name/$f" "made-$name/$f" || return 1; done
	X
done
finish
