"""examples/serve/kubernetes.yaml by the JSON schemas that Kubernetes publishes,
nothing beside them allowed; its command line started for real; and the metric
its autoscaler wants, where it looks for it.

The schemas are in the package kubernetes-validate; where it is not installed
they are skipped."""
import json
import os
import subprocess
import urllib.error
import urllib.request

import tap

try:
    import yaml
except ImportError:
    tap.skip("the Kubernetes manifests", "no PyYAML")
    tap.done()
BIN = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "bin"))
MODEL = os.path.abspath("tests/golden/models/churn-sklearn.onnx")
ROWS = os.path.abspath("tests/golden/models/churn-rows.csv")
with open("examples/serve/kubernetes.yaml") as f:
    objects = {o["kind"]: o for o in yaml.safe_load_all(f)}
pod = objects["Deployment"]["spec"]["template"]
serve = pod["spec"]["containers"][0]


def fetch(url, token=None, body=None):
    r = urllib.request.Request(url, body, {"Content-Type": "text/csv"})
    if token:
        r.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(r, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


try:
    import kubernetes_validate
    for version in ("1.27", "1.31"):
        wrong = []
        for kind, o in objects.items():
            try:
                kubernetes_validate.validate(o, version, strict=True)
            except kubernetes_validate.ValidationError as e:
                wrong.append("%s: %s" % (kind, str(e).split("\n")[0]))
        tap.ok(not wrong, "%d objects are as Kubernetes %s has them" % (len(objects), version), "\n".join(wrong))
except ImportError:
    tap.skip("the objects are as Kubernetes has them", "no kubernetes-validate")

# --- what belongs together
labels = pod["metadata"]["labels"]
ports = {p["name"]: p["containerPort"] for p in serve["ports"]}
probes = [serve[k]["httpGet"]["port"] for k in ("startupProbe", "readinessProbe", "livenessProbe")]
volumes = {v["name"] for v in pod["spec"]["volumes"]}
scaled = objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
tap.ok(all(labels.items() >= s.items() for s in (
    objects["Service"]["spec"]["selector"], objects["Deployment"]["spec"]["selector"]["matchLabels"],
    objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"])), "all select the pods of the deployment")
tap.ok(set(probes) <= set(ports) and objects["Service"]["spec"]["ports"][0]["targetPort"] in ports
       and volumes == {m["name"] for m in serve["volumeMounts"]}
       and (scaled["kind"], scaled["name"]) == ("Deployment", objects["Deployment"]["metadata"]["name"]),
       "ports, volumes and what is scaled are there")
options = dict(a[2:].split("=", 1) for a in serve["args"] if a.startswith("--"))
wait = int(options["grace"]) + int(options["drain"])
tap.ok(pod["spec"]["terminationGracePeriodSeconds"] > wait, "a pod has the time that --grace and --drain take")

# --- the command line, with folders and ports of this machine
d = tap.workspace()
os.makedirs(d + "/repository")
tap.run("mlv-data", "init", "-q", cwd=d + "/repository")
tap.run("mlv-registry", "add", "-q", "churn", MODEL, cwd=d + "/repository")
for alias in ("champion", "candidate"):
    tap.run("mlv-registry", "set", "-q", "churn@" + alias, "1", cwd=d + "/repository")
os.mkdir(d + "/remote")
tap.run("mlv-data", "remote", "add", "-q", "origin", d + "/remote", cwd=d + "/repository")
tap.run("mlv-data", "push", "-q", cwd=d + "/repository")
# mounted as the kubelet does: a link to what root gave to the pod's group
os.mkdir(d + "/..data")
with open(d + "/..data/share", "w") as f:
    f.write(objects["ConfigMap"]["data"]["share"])
token = {scope: json.loads(tap.run("mlv-serve", "token", "new", "--scope", scope, "--token-file", d + "/..data/tokens",
                                   "--json", scope))["token"] for scope in ("predict", "read")}
if os.getuid() == 0:
    os.chown(d + "/..data/tokens", 65534, 0)
    os.chmod(d + "/..data/tokens", 0o440)
for name in ("share", "tokens"):
    os.symlink("..data/" + name, d + "/" + name)
there = {"--port": "0", "--health-port": "0", "--token-file": d + "/tokens", "--remote": d + "/remote/",
         "--cache": d + "/cache", "--share-file": d + "/share", "--host": "127.0.0.1", "--grace": "0"}
argv = [BIN + "/" + serve["command"][0], *serve["command"][1:], "--poll=1"]
for a in serve["args"]:
    name = a.split("=")[0]
    argv.append(a if name not in there else name + "=" + there[name])
server = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=open(d + "/errors", "w"), text=True, cwd=d)
try:
    url, health = (server.stdout.readline().strip().split("\t") + [""])[:2]
    if not tap.ok(url and health, "the command line starts a server", open(d + "/errors").read()):
        tap.done()
    body = open(ROWS, "rb").read()
    tap.ok([fetch(health + p)[0] for p in ("/livez", "/readyz")] == [200, 200], "the probes need no token")
    tap.ok(fetch(url + "/invocations", None, body)[0] == 401 and fetch(url + "/invocations", token["predict"], body)[0] == 200,
           "who asks the model does")
    metric = objects["HorizontalPodAutoscaler"]["spec"]["metrics"][0]["pods"]["metric"]["name"]
    status, text = fetch(health + pod["metadata"]["annotations"]["prometheus.io/path"], token["read"])
    tap.ok(status == 200 and "# TYPE %s gauge\n" % metric in text, "the autoscaler's metric is a gauge at the port health",
           [s for s in text.split("\n") if s.startswith(metric)])
finally:
    server.terminate()
    tap.ok(server.wait(20) == 0, "the server ends with 0")
tap.done()
