"""mlv-serve track under the unmodified client of MLflow.

MLFLOW_PYTHON names the interpreters of environments with mlflow and
scikit-learn (mlflow==2.22.0, mlflow==3.17.2), separated by colons: mlflow's
own pins do not fit beside the other peers.  Skipped without one.

RECORD names a folder: what the client asked and how it was answered goes there
as VERSION.session, a fixture of tests/golden/mlflow, which says its form.
"""
import getpass
import http.client
import http.server
import json
import os
import re
import subprocess
import tempfile
import threading

import tap

BIN = os.path.join(os.environ.get("BUILD", "build"), "bin")
SESSION = r"""
import json, sys
import mlflow
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
mlflow.set_tracking_uri(sys.argv[1])
found = {}
client = MlflowClient()
X, y = load_iris(return_X_y=True)
mlflow.set_experiment("interop")
with mlflow.start_run(run_name="first") as run:
    mlflow.log_param("lr", "0.10")
    mlflow.log_params({"a": 1, "b": 2.5})
    for i in range(5):
        mlflow.log_metric("loss", 1 / (i + 1), step=i)
    mlflow.log_metrics({"nan": float("nan"), "inf": float("inf")})
    mlflow.set_tag("team", "alpha")
    mlflow.log_text("hello", "notes/a.txt")
id = run.info.run_id
found["id"] = id
r = client.get_run(id)
found["run"] = (r.info.status == "FINISHED" and r.data.params == {"lr": "0.10", "a": "1", "b": "2.5"}
    and r.data.metrics["loss"] == 0.2 and r.data.metrics["nan"] != r.data.metrics["nan"]
    and r.data.metrics["inf"] == float("inf") and r.data.tags["team"] == "alpha")
found["history"] = [m.step for m in client.get_metric_history(id, "loss")] == list(range(5))
found["artifacts"] = ([f.path for f in client.list_artifacts(id, "notes")] == ["notes/a.txt"]
    and mlflow.artifacts.load_text(r.info.artifact_uri + "/notes/a.txt") == "hello")
q = "metrics.loss < 0.3 and params.lr = '0.10' and tags.team LIKE '%pha'"
found["search"] = list(mlflow.search_runs(filter_string=q)["run_id"]) == [id]
client.set_tag(id, "late", "yes")
with mlflow.start_run(run_id=id):
    mlflow.log_metric("again", 1)
r = client.get_run(id)
found["resumed"] = (r.data.tags["late"] == "yes" and r.data.metrics["again"] == 1
    and r.info.status == "FINISHED")
mlflow.sklearn.autolog(log_models=False)
with mlflow.start_run(run_name="auto") as run:
    model = LogisticRegression(max_iter=200).fit(X, y)
r = client.get_run(run.info.run_id)
found["autolog"] = len(r.data.params) > 5 and "training_score" in r.data.metrics
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name="model") as run:
    where = {"name": "model"} if mlflow.__version__ >= "3" else {"artifact_path": "model"}
    if mlflow.__version__ >= "3":
        where["serialization_format"] = "cloudpickle"
    info = mlflow.sklearn.log_model(model, **where)
a = mlflow.register_model(info.model_uri, "iris")
b = mlflow.register_model(info.model_uri, "iris")
client.set_registered_model_alias("iris", "champion", a.version)
found["registered"] = (int(b.version) == int(a.version) + 1
    and client.get_model_version_by_alias("iris", "champion").version == a.version
    and [m.name for m in client.search_registered_models("name LIKE 'ir%'")] == ["iris"])
loaded = mlflow.pyfunc.load_model("models:/iris@champion")
found["loaded"] = list(loaded.predict(X[:3])) == list(model.predict(X[:3]))
print(json.dumps(found))
"""
WORDS = {
    "run": "parameters, metrics that are no numbers and tags come back",
    "history": "all points of a metric come back",
    "artifacts": "artifacts are listed and read",
    "search": "search_runs finds by a filter",
    "resumed": "a run is tagged after its end, and goes on",
    "autolog": "autolog of scikit-learn",
    "registered": "models are registered, aliased and searched",
    "loaded": "a registered model is loaded by its alias",
}


class Recorder:
    """Stands between the client and the server, and writes down both."""

    TIMES = re.compile(r'("(?:creation|last_updated?)_time(?:stamp)?(?:_ms)?"):[0-9]+')
    IDS = re.compile(r'"(run|experiment|model)_id":"([^"]{6,})"')

    def __init__(self, url, scrub):
        self.server = url.split("//")[1]
        self.scrub, self.names, self.lines = scrub, {}, []
        self.counts = {}
        lock = threading.Lock()
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def handle_any(self):
                with lock:
                    recorder.pass_on(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def pass_on(self, h):
        body = h.rfile.read(int(h.headers.get("Content-Length", 0)))
        if h.headers.get("Transfer-Encoding") == "chunked":
            while n := int(h.rfile.readline(), 16):
                body += h.rfile.read(n)
                h.rfile.readline()
            h.rfile.readline()
        there = http.client.HTTPConnection(self.server)
        kind = {"Content-Type": h.headers["Content-Type"]} if h.headers["Content-Type"] else {}
        there.request(h.command, h.path, body or None, kind)
        answer = there.getresponse()
        data = answer.read()
        type = answer.headers.get("Content-Type", "")
        there.close()
        self.note(h.command, h.path, body, answer.status, type, data)
        h.send_response(answer.status)
        h.send_header("Content-Type", type)
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data)

    def note(self, method, path, body, status, type, data):
        if not path.startswith("/api/"):
            return
        self.lines.append(f"> {method} {path}")
        if method == "PUT":
            self.lines.append(f"x {len(body)}")
        elif body:
            self.lines.append("| " + body.decode())
        if type.startswith("application/json"):
            data = data.decode()
            for kind, id in self.IDS.findall(data):
                if id not in self.names:
                    self.counts[kind] = self.counts.get(kind, 0) + 1
                    self.names[id] = f"<{kind}{self.counts[kind]}>"
            self.lines.append(f"< {status} " + self.TIMES.sub(r"\1:0", data))
        else:
            self.lines.append(f"< {status} x {len(data)}")

    def write(self, path, version):
        self.http.shutdown()
        text = "\n".join(self.lines) + "\n"
        for id, name in self.names.items():
            text = text.replace(id, name)
        for a, b in self.scrub.items():
            text = text.replace(a, b)
        with open(path, "w") as f:
            f.write(f"# the session of tests/interop/track.py by mlflow {version}\n" + text)


def mlv(folder, *words):
    return subprocess.run([os.path.abspath(os.path.join(BIN, words[0])), *words[1:]], cwd=folder,
        check=True, capture_output=True, text=True).stdout


def session(python):
    version = subprocess.run([python, "-c", "import mlflow; print(mlflow.__version__)"],
        check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        mlv(folder, "mlv-data", "init")
        server = subprocess.Popen([os.path.abspath(os.path.join(BIN, "mlv-serve")), "track",
            "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip()
            record = os.environ.get("RECORD")
            if record:
                recorder = Recorder(url, {f'"{getpass.getuser()}"': '"ann"', folder: "/work"})
                url = recorder.url
            out = subprocess.run([python, "-W", "ignore", "-c", SESSION, url], cwd=folder,
                capture_output=True, text=True, env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"})
            last = out.stdout.strip().splitlines()[-1:] or ["{}"]
            found = json.loads(last[0]) if last[0].startswith("{") else {}
            if record:
                recorder.write(os.path.join(record, version + ".session"), version)
            tap.ok(out.returncode == 0, f"mlflow {version}: the session ends well")
            if out.returncode:
                print("# " + out.stderr.strip().replace("\n", "\n# ")[-1500:])
            for key, words in WORDS.items():
                tap.ok(found.get(key) is True, f"mlflow {version}: {words}")
            listed = mlv(folder, "mlv-train", "runs", "--where", "tags.team = 'alpha'", "-c", "status")
            tap.ok(listed == f"run:{found.get('id')}\tfinished\n",
                f"mlflow {version}: mlv-train runs lists the run")
            tap.ok("champion" in mlv(folder, "mlv-registry", "ls"),
                f"mlflow {version}: mlv-registry ls knows the alias")
        finally:
            server.terminate()
            tap.ok(server.wait() == 0, f"mlflow {version}: the server ends with 0")


pythons = [p for p in os.environ.get("MLFLOW_PYTHON", "").split(":") if p]
for python in pythons:
    session(python)
if not pythons:
    tap.skip("the client of MLflow", "MLFLOW_PYTHON names no interpreter with mlflow")
tap.done()
