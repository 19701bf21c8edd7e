"""mlv-serve http under unmodified clients: tritonclient[http] with tensors as
bytes and as JSON, KServe's REST client in both versions, MLflow's client of
scoring servers; and mlv-serve grpc in front of it under tritonclient[grpc] and
KServe's client of gRPC.

SERVING_PYTHON names the interpreters of environments that hold one or more of
them (tritonclient[http,grpc]==2.73.0, kserve==0.21.0, mlflow-skinny==3.17.2, pandas, scipy),
separated by colons: they do not fit beside the other peers.  Each client that
no environment has is skipped by its name.
"""
import csv
import json
import os
import subprocess
import tempfile

import tap

BIN = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "bin"))
MODELS = os.path.abspath("tests/golden/models")
COMMON = r"""
import json, sys
import numpy as np
url, rows, scores = sys.argv[1], json.load(open(sys.argv[2])), json.load(open(sys.argv[3]))
host = url[len("http://"):]
grpc_host = sys.argv[4][len("http://"):]
names = list(rows)
n = len(rows[names[0]])
numeric = {k: not isinstance(rows[k][0], str) for k in names}
labels = [s["output_label"] for s in scores]
yes = np.array([s["output_probability.Yes"] for s in scores], dtype=np.float32)
found = {}
def attempt(key, work):
    try:
        found[key] = True if work() else "another answer"
    except Exception as e:
        found[key] = "%s: %s" % (type(e).__name__, e)
"""
TRITON = COMMON + r"""
import tritonclient.http as http
client = http.InferenceServerClient(url=host)
meta = client.get_model_metadata("churn")
kinds = {i["name"]: i["datatype"] for i in meta["inputs"]}
def inputs(binary):
    made = []
    for k in names:
        t = http.InferInput(k, [n, 1], kinds[k])
        a = np.array(rows[k], dtype=np.float32 if numeric[k] else np.object_).reshape(n, 1)
        t.set_data_from_numpy(a.astype(np.int64) if kinds[k] == "INT64" else a, binary_data=binary)
        made.append(t)
    return made
def right(result):
    got = [v.decode() if isinstance(v, bytes) else v for v in result.as_numpy("output_label").ravel()]
    return got == labels and np.array_equal(result.as_numpy("output_probability")[:, 1], yes)
def outputs(binary):
    return [http.InferRequestedOutput(o, binary_data=binary) for o in ("output_label", "output_probability")]
def refused(work, words):
    try:
        work()
    except http.InferenceServerException as e:
        return words in str(e)
    return False
attempt("health", lambda: client.is_server_live() and client.is_server_ready()
    and client.is_model_ready("churn") and client.is_model_ready("churn", "1"))
attempt("metadata", lambda: "binary_tensor_data" in client.get_server_metadata()["extensions"]
    and meta["versions"] == ["1"])
attempt("bytes", lambda: right(client.infer("churn", inputs(True))))
attempt("bytes out", lambda: right(client.infer("churn", inputs(True), outputs=outputs(True), request_id="r")))
attempt("json", lambda: right(client.infer("churn", inputs(False), outputs=outputs(False))))
attempt("version", lambda: right(client.infer("churn", inputs(True), model_version="1")))
attempt("index", lambda: client.get_model_repository_index()[0]["state"] == "READY")
attempt("timeout", lambda: right(client.infer("churn", inputs(True), timeout=10000000))
    and refused(lambda: client.infer("churn", inputs(True), timeout=1), "deadline"))
attempt("refusal", lambda: refused(lambda: client.infer("other", inputs(True)), "not served here"))
print(json.dumps(found))
"""
KSERVE = COMMON + r"""
import asyncio
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceRESTClient, RESTConfig
def request(binary):
    made = []
    for k in names:
        t = InferInput(name=k, shape=[n, 1], datatype="FP32" if numeric[k] else "BYTES")
        a = np.array(rows[k], dtype=np.float32 if numeric[k] else np.object_).reshape(n, 1)
        t.set_data_from_numpy(a, binary_data=binary)
        made.append(t)
    return InferRequest(model_name="churn", infer_inputs=made)
async def ask():
    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    async def health():
        return (await v2.is_server_live(url) and await v2.is_server_ready(url)
            and await v2.is_model_ready(url, "churn") and await v1.is_model_ready(url, "churn"))
    async def infer(binary):
        r = await v2.infer(url, request(binary), model_name="churn")
        by = {o.name: o.as_numpy() for o in r.outputs}
        return (np.array_equal(by["output_probability"].reshape(n, -1)[:, 1].astype(np.float32), yes))
    async def predict():
        r = await v1.infer(url, {"instances": [{k: rows[k][i] for k in names} for i in range(n)]},
            model_name="churn")
        return [p["output_label"] for p in r["predictions"]] == labels
    for key, work in (("health", health()), ("json", infer(False)), ("bytes", infer(True)),
            ("v1", predict())):
        try:
            found[key] = True if await work else "another answer"
        except Exception as e:
            found[key] = "%s: %s" % (type(e).__name__, e)
asyncio.run(ask())
print(json.dumps(found))
"""
TRITON_GRPC = COMMON + r"""
import tritonclient.grpc as grpc
client = grpc.InferenceServerClient(url=grpc_host)
meta = client.get_model_metadata("churn")
kinds = {i.name: i.datatype for i in meta.inputs}
def inputs():
    made = []
    for k in names:
        t = grpc.InferInput(k, [n, 1], kinds[k])
        a = np.array(rows[k], dtype=np.float32 if numeric[k] else np.object_).reshape(n, 1)
        t.set_data_from_numpy(a.astype(np.int64) if kinds[k] == "INT64" else a)
        made.append(t)
    return made
def right(result):
    got = [v.decode() if isinstance(v, bytes) else v for v in result.as_numpy("output_label").ravel()]
    return got == labels and np.array_equal(result.as_numpy("output_probability")[:, 1], yes)
def refused(work, words):
    try:
        work()
    except grpc.InferenceServerException as e:
        return words in str(e)
    return False
def later():
    import queue
    answers = queue.Queue()
    client.async_infer("churn", inputs(), lambda result, error: answers.put(error or result))
    return right(answers.get(timeout=20))
outputs = [grpc.InferRequestedOutput(o) for o in ("output_label", "output_probability")]
attempt("health", lambda: client.is_server_live() and client.is_server_ready()
    and client.is_model_ready("churn") and client.is_model_ready("churn", "1")
    and not client.is_model_ready("other"))
attempt("metadata", lambda: "binary_tensor_data" in client.get_server_metadata().extensions
    and list(meta.versions) == ["1"])
attempt("infer", lambda: right(client.infer("churn", inputs(), outputs=outputs, request_id="r"))
    and client.infer("churn", inputs(), request_id="r").get_response().id == "r")
attempt("gzip", lambda: right(client.infer("churn", inputs(), compression_algorithm="gzip")))
attempt("version", lambda: right(client.infer("churn", inputs(), model_version="1")))
attempt("async", later)
attempt("index", lambda: client.get_model_repository_index().models[0].state == "READY")
attempt("timeout", lambda: right(client.infer("churn", inputs(), client_timeout=20))
    and refused(lambda: client.infer("churn", inputs(), client_timeout=-1), "DEADLINE_EXCEEDED"))
attempt("refusal", lambda: refused(lambda: client.infer("other", inputs()), "NOT_FOUND"))
print(json.dumps(found))
"""
KSERVE_GRPC = COMMON + r"""
import asyncio
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceGRPCClient
def request(binary):
    made = []
    for k in names:
        t = InferInput(name=k, shape=[n, 1], datatype="FP32" if numeric[k] else "BYTES")
        a = np.array(rows[k], dtype=np.float32 if numeric[k] else np.object_).reshape(n, 1)
        t.set_data_from_numpy(a, binary_data=binary)
        made.append(t)
    return InferRequest(model_name="churn", infer_inputs=made)
async def ask():
    client = InferenceGRPCClient(grpc_host)
    async def health():
        return (await client.is_server_live() and await client.is_server_ready()
            and await client.is_model_ready("churn"))
    async def infer(binary):
        r = await client.infer(request(binary))
        by = {o.name: o.as_numpy() for o in r.outputs}
        return np.array_equal(by["output_probability"].reshape(n, -1)[:, 1].astype(np.float32), yes)
    for key, work in (("health", health()), ("typed", infer(False)), ("raw", infer(True))):
        try:
            found[key] = True if await work else "another answer"
        except Exception as e:
            found[key] = "%s: %s" % (type(e).__name__, e)
    await client.close()
asyncio.run(ask())
print(json.dumps(found))
"""
MLFLOW = COMMON + r"""
import pandas
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
name, port = host.split(":")
client = ScoringServerClient(name, int(port))
frame = pandas.DataFrame({k: rows[k] for k in names})
def right(answer):
    got = answer.get_predictions()
    return (list(got["output_label"]) == labels
        and np.array_equal(got["output_probability.Yes"].to_numpy(dtype=np.float32), yes))
attempt("ready", lambda: client.wait_server_ready(timeout=5) is None and len(client.get_version()) > 0)
attempt("frame", lambda: right(client.invoke(frame)))
attempt("params", lambda: right(client.invoke(frame, params={"temperature": 0.5})))
print(json.dumps(found))
"""
CLIENTS = [
    ("tritonclient", "tritonclient.http", TRITON, {
        "health": "server, model and version are live and ready",
        "metadata": "metadata of server and model",
        "bytes": "tensors as bytes are answered as batch does",
        "bytes out": "answers as bytes, too",
        "json": "tensors as JSON are answered as batch does",
        "version": "a version is asked",
        "index": "the repository's index",
        "timeout": "a time-out is kept",
        "refusal": "a refusal is an exception with its reason",
    }),
    ("kserve", "kserve.inference_client", KSERVE, {
        "health": "server and model are live and ready, in both versions",
        "json": "version 2 with JSON is answered as batch does",
        "bytes": "version 2 with bytes is answered as batch does",
        "v1": "version 1 is answered as batch does",
    }),
    ("tritonclient over gRPC", "tritonclient.grpc", TRITON_GRPC, {
        "health": "server, model and version are live and ready, another model is not",
        "metadata": "metadata of server and model",
        "infer": "raw tensors are answered as batch does, with the id",
        "gzip": "packed messages are answered as batch does",
        "version": "a version is asked",
        "async": "a call without waiting",
        "index": "the repository's index",
        "timeout": "a time-out is kept",
        "refusal": "a refusal is an exception with its status",
    }),
    ("kserve over gRPC", "kserve.inference_client", KSERVE_GRPC, {
        "health": "server and model are live and ready",
        "typed": "typed contents are answered as batch does",
        "raw": "raw contents are answered as batch does",
    }),
    ("mlflow", "mlflow.pyfunc.scoring_server.client", MLFLOW, {
        "ready": "the server is ready and has a version",
        "frame": "a data frame is answered as batch does",
        "params": "params are taken",
    }),
]


def make_rows(folder):
    """Rows by column, numbers where the model takes them, and batch's answers."""
    model = os.path.join(MODELS, "churn-sklearn.onnx")
    kept = subprocess.run([os.path.join(BIN, "mlv-serve"), "batch", "--keep-all", "--out-format", "jsonl",
        "-i", os.path.join(MODELS, "churn-rows.csv"), model], check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in kept.splitlines()]
    with open(os.path.join(MODELS, "churn-scores.csv"), newline="") as f:
        answers = next(csv.reader(f))
    server = subprocess.Popen([os.path.join(BIN, "mlv-serve"), "http", "--port", "0", "--name", "churn",
        model], stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().split("\t")[0].strip()
    wants = json.loads(subprocess.run(["curl", "-s", url + "/v2/models/churn"], check=True,
        capture_output=True, text=True).stdout)["inputs"]
    rows = {w["name"]: [line[w["name"]] for line in lines] for w in wants}
    for w in wants:
        if w["datatype"] == "BYTES":
            rows[w["name"]] = [str(v) for v in rows[w["name"]]]
    for name, what in (("rows", rows), ("scores", [{k: line[k] for k in answers} for line in lines])):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(what, f)
    return server, url


def has(python, module):
    return subprocess.run([python, "-c", "import " + module], capture_output=True).returncode == 0


def start_gateway(url):
    gateway = subprocess.Popen([os.path.join(BIN, "mlv-serve"), "grpc", "--grace", "0", "--port", "0", "--to", url],
        stdout=subprocess.PIPE, text=True)
    return gateway, gateway.stdout.readline().split("\t")[0].strip()


def session(folder, url, grpc_url, client, python):
    name, _, script, words = client
    out = subprocess.run([python, "-W", "ignore", "-c", script, url, os.path.join(folder, "rows"),
        os.path.join(folder, "scores"), grpc_url], capture_output=True, text=True,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"})
    last = out.stdout.strip().splitlines()[-1:] or ["{}"]
    found = json.loads(last[0]) if last[0].startswith("{") else {}
    for key, text in words.items():
        good = found.get(key) is True
        tap.ok(good, f"{name}: {text}", "" if good else found.get(key) or out.stderr[-800:])


pythons = [p for p in os.environ.get("SERVING_PYTHON", "").split(":") if p]
with tempfile.TemporaryDirectory() as folder:
    server, url = make_rows(folder)
    gateway, grpc_url = start_gateway(url)
    for client in CLIENTS:
        able = [p for p in pythons if has(p, client[1])]
        for python in able:
            session(folder, url, grpc_url, client, python)
        if not able:
            tap.skip(client[0], "SERVING_PYTHON names no interpreter with " + client[0])
    gateway.terminate()
    tap.ok(gateway.wait() == 0, "so does the gateway in front of it")
    server.terminate()
    tap.ok(server.wait() == 0, "a server that all of them asked ends with 0")
tap.done()
