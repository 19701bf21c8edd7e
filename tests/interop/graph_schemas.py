"""What mlv-train graph writes for schedulers, held against their own code or
schemas: GitHub and GitLab by the JSON Schemas that check-jsonschema carries
(check-jsonschema==0.39.0), Argo by hera's models of its API
(hera-workflows==7.1.0), Airflow by its DagBag.

GRAPH_PYTHON names an interpreter with the first two, AIRFLOW_PYTHON one with
apache-airflow (3.0.6); what is not there is skipped by name.  That jobs need
each other as the pipeline's stages do is looked at here in each form.
"""
import json
import os
import subprocess

import tap

PIPELINES = {"dvc.yaml": """
vars: [{kinds: [a, b]}]
stages:
  prepare: {cmd: "sort raw.txt >clean/all.txt", deps: [raw.txt], outs: [clean/all.txt]}
  train:
    matrix: {kind: "${kinds}", seed: [1, 2]}
    cmd: 'cp clean/all.txt "m ${key}.txt"'
    deps: [clean/all.txt]
    outs: ["m ${key}.txt", ".state/${key}"]
  "odd \\u00e9 'name': #1":
    cmd: "true"
    deps: ["m a-1.txt", "m b-2.txt"]
    outs: ["out: #1 'x' \\"y\\".txt"]
  last: {cmd: "true", deps: ["out: #1 'x' \\"y\\".txt"], always_changed: true}
""", "sub/pipeline.yaml": """
stages:
  one: {wdir: below, cmd: "touch a", outs: [a], depfile: a.d}
  two: {cmd: "cp below/a b", deps: [below/a], metrics: [b]}
"""}

WDIR = {"one": "below"}  # graph --json says paths as the stage does

CHECK = r"""
import json, os, sys
import yaml
form, path = sys.argv[1:]
try:
    if form == "argo":
        from hera.workflows.models import Workflow
    else:
        import check_jsonschema, jsonschema
except ImportError as e:
    print(json.dumps({"skip": str(e)}))
    sys.exit()
with open(path) as f:
    doc = yaml.safe_load(f)
if form == "argo":
    w = Workflow.model_validate(doc) if hasattr(Workflow, "model_validate") else Workflow.parse_obj(doc)
    dag = [t for t in w.spec.templates if t.dag][0].dag
    needs = {t.name: t.dependencies or [] for t in dag.tasks}
    commands = {t.name: [p.value for p in t.arguments.parameters][0] for t in dag.tasks}
    paths = {}
else:
    # YAML 1.1 takes a bare on for true
    doc = {"on" if k is True else k: v for k, v in doc.items()}
    name = {"github": "github-workflows", "gitlab": "gitlab-ci"}[form]
    folder = os.path.join(os.path.dirname(check_jsonschema.__file__), "builtin_schemas", "vendor")
    with open(os.path.join(folder, name + ".json")) as f:
        schema = json.load(f)
    kind = jsonschema.validators.validator_for(schema)
    errors = [e.message[:200] for e in kind(schema).iter_errors(doc)]
    if errors:
        print(json.dumps({"errors": errors[:3]}))
        sys.exit()
    if form == "github":
        jobs = doc["jobs"]
        commands = {n: [s["run"] for s in j["steps"] if s.get("run", "").startswith("mlv")][0] for n, j in jobs.items()}
        paths = {n: [p for s in j["steps"] if "upload" in s.get("uses", "") for p in s["with"]["path"].splitlines()[1:]]
                 for n, j in jobs.items()}
        took = {n: [s["with"]["name"] for s in j["steps"] if "download" in s.get("uses", "")] for n, j in jobs.items()}
        assert all(took[n] == j.get("needs", []) for n, j in jobs.items()), took
    else:
        jobs = {n: j for n, j in doc.items() if n != "stages"}
        commands = {n: j["script"][0] for n, j in jobs.items()}
        paths = {n: j.get("artifacts", {}).get("paths", []) for n, j in jobs.items()}
    needs = {n: j.get("needs", []) for n, j in jobs.items()}
print(json.dumps({"needs": needs, "commands": commands, "paths": paths}))
"""

AIRFLOW = r"""
import json, sys
try:
    import airflow
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
except ImportError as e:
    print("FOUND " + json.dumps({"skip": str(e)}))
    sys.exit()
bag = DagBag(sys.argv[1], include_examples=False)
dag = list(bag.dags.values())[0] if bag.dags else None
found = {"errors": list(bag.import_errors.values()), "version": airflow.__version__}
if dag:
    found["needs"] = {t.task_id: sorted(t.upstream_task_ids) for t in dag.tasks}
    found["commands"] = {t.task_id: t.bash_command.rstrip() for t in dag.tasks}
    found["paths"] = {}
print("FOUND " + json.dumps(found))
"""


def ask(form, path):
    """What the scheduler's own code makes of a file; None and why when it is not there."""
    if form == "airflow":
        python, code = os.environ.get("AIRFLOW_PYTHON"), [AIRFLOW, path]
    else:
        python, code = os.environ.get("GRAPH_PYTHON"), [CHECK, form, path]
    if not python:
        return {"skip": "%s names no interpreter" % ("AIRFLOW_PYTHON" if form == "airflow" else "GRAPH_PYTHON")}
    env = dict(os.environ, AIRFLOW_HOME=os.path.abspath("airflow"), AIRFLOW__CORE__LOAD_EXAMPLES="False")
    r = subprocess.run([python, "-c", *code], capture_output=True, text=True, env=env)
    lines = [line.removeprefix("FOUND ") for line in r.stdout.splitlines() if line.startswith(("FOUND ", "{"))]
    return json.loads(lines[-1]) if r.returncode == 0 and lines else {"errors": [r.stderr[-1500:]]}


os.chdir(tap.workspace())
tap.run("mlv-data", "init", "-q")
for file, text in PIPELINES.items():
    os.makedirs(os.path.join(".", os.path.dirname(file)), exist_ok=True)
    with open(file, "w") as f:
        f.write(text)
    stages = [json.loads(line) for line in tap.run("mlv-train", "graph", "-f", file, "--json").splitlines()]
    number = {s["name"]: i for i, s in enumerate(stages)}
    folder = os.path.dirname(file)
    for form in ("github", "gitlab", "argo", "airflow"):
        path = os.path.abspath("for-" + form + (".py" if form == "airflow" else ".yml"))
        with open(path, "w") as f:
            f.write(tap.run("mlv-train", "graph", "-f", file, "--" + form))
        found = ask(form, path)
        title = "%s of %s: " % (form, file)
        if "skip" in found:
            tap.skip(title + "taken by its own code", found["skip"])
            continue
        if not tap.ok(not found.get("errors"), title + "taken by its own code", found.get("errors") or ""):
            continue
        # a task is called sN-...: N is the stage's place
        place = {name: int(name[1:].split("-")[0]) for name in found["needs"]}
        needs = {place[n]: sorted(place[k] for k in v) for n, v in found["needs"].items()}
        tap.ok(needs == {i: sorted(number[a] for a in s.get("after") or []) for i, s in enumerate(stages)},
               title + "a task a stage, and they need each other as the stages do", found["needs"])
        words = {place[n]: subprocess.run(["sh", "-c", "printf '%s\\n' " + c], capture_output=True, text=True)
                 .stdout.splitlines() for n, c in found["commands"].items()}
        tap.ok(all(w[-1] == stages[i]["name"] and w[:3] == ["mlv-train", "repro", "--single"] for i, w in words.items()),
               title + "each runs its stage, whatever it is called", words)
        if found["paths"]:
            made = {place[n]: sorted(v) for n, v in found["paths"].items()}
            want = {i: sorted(os.path.normpath(os.path.join(folder, WDIR.get(s["name"], ""), o)) for o in s["outs"])
                    for i, s in enumerate(stages)}
            tap.ok(made == want, title + "its artifacts are the stage's outputs", made)
tap.done()
