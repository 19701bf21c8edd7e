"""serve_peers.py FOLDER: a model of 100 trees as each server takes it, bodies
of 1 and 100 rows in each server's own words, and the servers' own files.

serve_peers.py --probability NAME ANSWER: the probabilities in an answer.
serve_peers.py --port: a port nobody has."""
import json
import os
import socket
import sys
import warnings

FEATURES, TREES, SIZES = 12, 100, (1, 100)
FASTAPI = '''
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
        {"name": "label", "shape": [len(x)], "datatype": "INT64", "data": out[0].tolist()},
        {"name": "probabilities", "shape": list(out[1].shape), "datatype": "FP32", "data": out[1].ravel().tolist()}]}
listen = socket.create_server(("127.0.0.1", 0), backlog=511)
print("http://127.0.0.1:%d" % listen.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listen])
'''
BENTO = '''
import bentoml, numpy as np, onnxruntime as rt
@bentoml.service(workers=1)
class M:
    def __init__(self):
        o = rt.SessionOptions()
        o.intra_op_num_threads = 1
        self.s = rt.InferenceSession("m.onnx", o)
    @bentoml.api
    def infer(self, x: np.ndarray) -> dict:
        out = self.s.run(None, {"x": x.astype(np.float32)})
        return {"label": out[0].tolist(), "probabilities": out[1].tolist()}
'''


def body(name, x):
    rows = [[round(float(v), 6) for v in r] for r in x]
    if name == "mlflow":
        return {"inputs": rows}
    if name == "bentoml":
        return {"x": rows}
    return {"inputs": [{"name": "x", "shape": list(x.shape), "datatype": "FP32", "data": [v for r in rows for v in r]}]}


def probability(name, a):
    if name == "mlflow":
        return a["predictions"]
    if name == "mlserver":
        return a["outputs"][0]["data"]
    if name == "bentoml":
        return [p[1] for p in a["probabilities"]]
    return a["outputs"][1]["data"][1::2]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def make(d):
    warnings.filterwarnings("ignore")
    import numpy as np
    from lightgbm import LGBMClassifier
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType
    x = np.random.default_rng(1).normal(size=(20000, FEATURES)).astype(np.float32)
    m = LGBMClassifier(n_estimators=TREES, verbose=-1).fit(x, (x[:, 0] + x[:, 1] ** 2 > 0.5).astype(int))
    onx = convert_lightgbm(m, initial_types=[("x", FloatTensorType([None, FEATURES]))], target_opset=15, zipmap=False)
    with open(d + "/m.onnx", "wb") as f:
        f.write(onx.SerializeToString())
    m.booster_.save_model(d + "/m.txt")
    write(d + "/fastapi/app.py", FASTAPI)
    write(d + "/bentoml/service.py", BENTO)
    for peer in ("fastapi", "bentoml"):
        os.symlink("../m.onnx", d + "/%s/m.onnx" % peer)
    write(d + "/mlserver/model-settings.json", json.dumps({
        "name": "m", "implementation": "mlserver_lightgbm.LightGBMModel", "parameters": {"uri": "../m.txt"}}))
    write(d + "/mlserver/settings.json", json.dumps({
        "host": "127.0.0.1", "http_port": port(), "grpc_port": port(), "metrics_port": port(), "debug": False}))
    for name in ("echo", "mlv", "fastapi", "mlserver", "bentoml", "mlflow"):
        for n in SIZES:
            text = json.dumps(body(name, x[:n]))
            write("%s/%s/body%d" % (d, name, n), text)
            write("%s/%s/post%d.lua" % (d, name, n), LUA % text)


LUA = '''wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [==[%s]==]
function done(s, latency)
	io.write(string.format("figures %%d %%d %%d %%d %%d\\n", s.requests, s.duration, latency:percentile(50),
	    latency:percentile(99), s.errors.status + s.errors.connect + s.errors.read + s.errors.timeout))
end
'''


def port():
    s = socket.create_server(("127.0.0.1", 0))
    ports.append(s)     # so that none is given twice
    return s.getsockname()[1]


ports = []
if sys.argv[1] == "--port":
    print(port())
elif sys.argv[1] == "--probability":
    with open(sys.argv[3]) as f:
        print(*probability(sys.argv[2], json.load(f)))
else:
    make(sys.argv[1])
