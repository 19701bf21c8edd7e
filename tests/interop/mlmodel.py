"""mlv-registry export mlmodel, loaded and served by stock MLflow.

MLFLOW_PYTHON names the interpreters of environments with mlflow, onnx and
onnxruntime (mlflow==3.4.0, whose server needs fastapi==0.116.1), separated by
colons.  Skipped without one.

RECORD names a folder: the folders that MLflow was shown to load go there, to
be frozen as tests/golden/mlmodel.
"""
import csv
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import tap

SESSION = r"""
import json, sys
import numpy as np, pandas as pd
import mlflow, onnx
from mlflow.models import validate_serving_input

folder, kind = sys.argv[1:]
model = mlflow.pyfunc.load_model(folder)
found = {"version": mlflow.__version__, "uuid": model.metadata.model_uuid, "time": model.metadata.utc_time_created,
         "metadata": model.metadata.metadata}
rows = list(__import__("csv").DictReader(open("ask.csv")))
def column(name):
    number = name != "city"
    return np.array([[float(r[name])] if number else [r[name]] for r in rows], np.float32 if number else object)
def plain(answer):
    return {k: np.asarray(v).tolist() for k, v in answer.items()}
names = ["age", "n"] if kind == "wide" else ["age", "city", "n"]
frame = pd.DataFrame({n: column(n).ravel() for n in names})
array = {n: column(n) for n in names}
if kind == "wide":
    array = np.hstack([array[n] for n in names])
found["array"] = plain(model.predict(array))
found["frame"] = plain(model.predict(frame))
onnx.checker.check_model(mlflow.onnx.load_model(folder))
lists = array.tolist() if kind == "wide" else {n: v.tolist() for n, v in array.items()}
forms = {"inputs": {"inputs": lists}, "dataframe_split": {"dataframe_split": json.loads(frame.to_json(orient="split"))},
         "dataframe_records": {"dataframe_records": json.loads(frame.to_json(orient="records"))}}
if kind == "wide":
    forms["instances"] = {"instances": lists}
else:
    forms["instances"] = {"instances": [{n: v[i] for n, v in lists.items()} for i in range(len(rows))]}
found["forms"] = {}
for name, body in forms.items():
    found["forms"][name] = plain(validate_serving_input(folder, json.dumps(body)))
example = model.input_example
found["example"] = plain(model.predict(example)) if example is not None else None
if example is not None:
    body = open(folder + "/serving_input_example.json").read()
    assert plain(validate_serving_input(folder, body)) == found["example"]
json.dump(found, sys.stdout)
"""

WIDE = r"""
import numpy as np, sys
from onnx import TensorProto, helper
x = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2])
y = helper.make_tensor_value_info("sum", TensorProto.FLOAT, [None, 1])
w = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [0.5, 2.0])
g = helper.make_graph([helper.make_node("MatMul", ["X", "w"], ["sum"])], "g", [x], [y], [w])
m = helper.make_model(g, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
open("wide.onnx", "wb").write(m.SerializeToString())
"""

record = os.environ.get("RECORD") and os.path.abspath(os.environ["RECORD"])
pythons = [p for p in os.environ.get("MLFLOW_PYTHON", "").split(":") if p]
os.chdir(tap.workspace())
TITLE = "a folder of export mlmodel is loaded and served by MLflow"
with open("rows.csv", "w") as f:
    f.write("age,city,n,y\n")
    f.writelines("%g,%s,%d,%s\n" % (i * 37 % 101 + 0.5, "uvw"[i % 3], i * 3 % 50, "yes" if i * 37 % 101 > 50 else "no")
                 for i in range(200))
with open("ask.csv", "w") as f:
    f.write("age,city,n\n1.5,u,3\n70.25,new,40\n33,w,7\n")
tap.run("mlv-data", "init")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(python, folder, body):
    """What `mlflow models serve` answers; None when it never came up."""
    port = free_port()
    p = subprocess.Popen([python, "-m", "mlflow", "models", "serve", "-m", folder, "--port", str(port), "--host",
                          "127.0.0.1", "--env-manager", "local"], stdout=open("serve.log", "w"),
                         stderr=subprocess.STDOUT, start_new_session=True,
                         env=dict(os.environ, PATH=os.path.dirname(python) + ":" + os.environ["PATH"]))
    try:
        for _ in range(600):
            try:
                c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                c.request("POST", "/invocations", body, {"Content-Type": "application/json"})
                return json.loads(c.getresponse().read())
            except OSError:
                time.sleep(0.1)
        return None
    finally:
        os.killpg(p.pid, signal.SIGTERM)
        p.wait()


def answers(name):
    """What our own engine says: by output, a list a row."""
    tap.run("mlv-serve", "batch", "model:" + name, "-i", "ask.csv", "-o", "answers.csv")
    with open("answers.csv") as f:
        return list(csv.DictReader(f))


def agrees(found, ours, kind):
    if kind == "wide":
        flat = [v if isinstance(v, float) else v[0] for v in found["sum"]]
        return len(flat) == len(ours) and all(abs(a - float(b["sum"])) < 1e-5 for a, b in zip(flat, ours))
    pairs = [v if isinstance(v, list) else [v] for v in found["probabilities"]]
    return [v for v in found["label"]] == [r["label"] for r in ours] and all(
        abs(p[1] - float(r["probabilities.yes"])) < 1e-6 for p, r in zip(pairs, ours))


for python in pythons:
    if subprocess.run([python, "-c", "import mlflow, onnx, onnxruntime"], capture_output=True).returncode:
        tap.skip(TITLE, "no mlflow with onnx and onnxruntime in " + python)
        continue
    with open("wide.py", "w") as f:
        f.write(WIDE)
    subprocess.run([python, "wide.py"], check=True)
    for learner in ("logistic", "gbdt"):
        tap.run("mlv-train", "fit", "rows.csv", "-t", "y", "-l", learner, "-o", learner + ".onnx")
        tap.run("mlv-registry", "add", learner, learner + ".onnx")
    tap.run("mlv-registry", "add", "--columns", "age,n", "wide", "wide.onnx")
    for kind in ("logistic", "gbdt", "wide"):
        folder = os.path.join(os.getcwd(), "out-" + kind)
        shutil.rmtree(folder, ignore_errors=True)
        tap.run("mlv-registry", "export", "mlmodel", kind, folder)
        r = subprocess.run([python, "-c", SESSION, folder, kind], capture_output=True, text=True)
        if not tap.ok(r.returncode == 0, "%s: loaded, asked in every form" % kind, r.stderr[-1500:] if r.returncode else ""):
            continue
        found = json.loads(r.stdout)
        ours = answers(kind)
        for way in ("array", "frame"):
            tap.ok(agrees(found[way], ours, kind), "%s: MLflow %s's answers to the %s are ours" %
                   (kind, found["version"], way))
        bad = [n for n, a in found["forms"].items() if not agrees(a, ours, kind)]
        tap.ok(not bad and len(found["forms"]) == 4, "%s: so they are to the four forms of a request" % kind, bad)
        tap.ok(found["metadata"]["mlv.name"] == "model:%s@1" % kind and found["uuid"] == found["metadata"]["mlv.content"][7:39]
               and found["time"].startswith("20"), "%s: MLflow reads where it is from" % kind, found["metadata"])
        tap.ok((found["example"] is not None) == (kind != "wide"), "%s: golden rows are its example" % kind)
        if record:
            to = os.path.join(record, kind)
            shutil.rmtree(to, ignore_errors=True)
            shutil.copytree(folder, to)
    body = json.dumps({"inputs": {"age": [[1.5]], "city": [["u"]], "n": [[3]]}})
    served = serve(python, os.path.join(os.getcwd(), "out-gbdt"), body)
    tap.ok(served and served["predictions"]["label"] == [answers("gbdt")[0]["label"]],
           "mlflow models serve answers over HTTP what we do", served)
if not pythons:
    tap.skip(TITLE, "MLFLOW_PYTHON names no interpreter")
tap.done()
