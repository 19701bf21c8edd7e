#!/bin/sh
# One row by HTTP at 16 connections, a 60-tree model: a bare libmicrohttpd
# echo, mlv-serve, and FastAPI with onnxruntime.  All three run, one is asked
# at a time, in turn, with the load generator on the same machine.  Requests a
# second, medians of 5 runs of 2 s.
set -eu
python=${PYTHON:-build/venv/bin/python}
case $python in /*) ;; *) python=$PWD/$python ;; esac
build=${BUILD:-build}
command -v wrk >/dev/null 2>&1 || { echo "bench: error: wrk is not installed; 'make bench' installs it" >&2; exit 1; }
work=$(mktemp -d)
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null || :; done; rm -rf "$work"' EXIT
"$python" - "$work" <<'P'
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy as np
from lightgbm import LGBMClassifier
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
w = sys.argv[1]
rng = np.random.default_rng(1)
X = rng.normal(size=(20000, 12)).astype(np.float32)
m = LGBMClassifier(n_estimators=60, verbose=-1).fit(X, (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int))
onx = convert_lightgbm(m, initial_types=[("x", FloatTensorType([None, 12]))], target_opset=15, zipmap=False)
open(w + "/m.onnx", "wb").write(onx.SerializeToString())
body = json.dumps({"inputs": [{"name": "x", "shape": [1, 12], "datatype": "FP32", "data": [round(float(v), 6) for v in X[0]]}]})
open(w + "/body", "w").write(body)
open(w + "/post.lua", "w").write('wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\nwrk.body=[==[%s]==]\n' % body)
P
cat >"$work/app.py" <<'P'
import socket
import numpy as np, onnxruntime as rt, uvicorn
from fastapi import FastAPI, Request
o = rt.SessionOptions()
o.intra_op_num_threads = 1
s = rt.InferenceSession("m.onnx", o)
app = FastAPI()
@app.post("/v2/models/m/infer")
async def infer(r: Request):
    t = (await r.json())["inputs"][0]
    x = np.array(t["data"], dtype=np.float32).reshape(t["shape"])
    out = s.run(None, {t["name"]: x})
    return {"model_name": "m", "model_version": "1", "outputs": [
        {"name": "label", "shape": [1], "datatype": "INT64", "data": out[0].tolist()},
        {"name": "probabilities", "shape": list(out[1].shape), "datatype": "FP32", "data": out[1].ravel().tolist()}]}
listen = socket.create_server(("127.0.0.1", 0), backlog=511)
print("http://127.0.0.1:%d" % listen.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listen])
P
"$build/tools/echo_http" >"$work/echo.url" &
pids="$pids $!"
"$build/bin/mlv-serve" http --port 0 --name m "$work/m.onnx" >"$work/mlv.url" &
pids="$pids $!"
(cd "$work" && exec "$python" app.py) >"$work/fastapi.url" &
pids="$pids $!"
for n in echo mlv fastapi; do
	k=0
	until [ -s "$work/$n.url" ] && curl -sf -o "$work/$n.answer" -d "@$work/body" "$(cut -f1 "$work/$n.url")/v2/models/m/infer"; do
		k=$((k + 1))
		[ $k -lt 200 ] || { echo "bench: error: $n does not answer" >&2; exit 1; }
		sleep 0.1
	done
done
"$python" - "$work" <<'P'
import json, sys
a, b = (json.load(open(sys.argv[1] + "/%s.answer" % n))["outputs"] for n in ("mlv", "fastapi"))
far = max(abs(x - y) for x, y in zip(a[1]["data"], b[1]["data"]))
assert a[0]["data"] == b[0]["data"] and far < 1e-6, (a, b)
P
load() { wrk -t1 -c16 "-d$2s" -s "$work/post.lua" "$(cut -f1 "$work/$1.url")/v2/models/m/infer"; }
for k in 0 1 2 3 4 5; do	# the first warms up
	for n in echo mlv fastapi; do
		load $n $((k ? 2 : 1)) >"$work/wrk"
		! grep -q 'Non-2xx' "$work/wrk" || { echo "bench: error: $n: $(cat "$work/wrk")" >&2; exit 1; }
		[ $k = 0 ] || awk '/^Requests\/sec/ { print $2 }' "$work/wrk" >>"$work/$n"
	done
done
middle() { sort -n "$work/$1" | sed -n 3p; }
awk -v e="$(middle echo)" -v m="$(middle mlv)" -v f="$(middle fastapi)" 'BEGIN {
	printf "echo (libmicrohttpd) %.0f req/s, mlv-serve %.0f, FastAPI + onnxruntime %.0f\n", e, m, f
	printf "mlv-serve: %.2f of the echo, %.1f times FastAPI + onnxruntime\n", m / e, m / f }'
