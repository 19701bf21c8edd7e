"""Every OpenLineage event, and every facet in it, against the published JSON schemas.

tests/golden/openlineage has copies of the schemas; a facet whose schema is
not among them is an error.
"""
import glob
import json
import os

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import tap

golden = os.path.join(os.getcwd(), "tests/golden/openlineage")
os.chdir(tap.workspace())
schemas = [json.load(open(p)) for p in glob.glob(golden + "/*.json")]
registry = Registry().with_resources([(s["$id"], Resource.from_contents(s)) for s in schemas])


def errors(url, value):
    v = Draft202012Validator({"$ref": url}, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [url + ": " + e.message[:300] for e in v.iter_errors(value)]


def facets(value):
    """Every map with a schema of its own, wherever it stands."""
    if isinstance(value, dict):
        if "_schemaURL" in value:
            yield value
        for v in value.values():
            yield from facets(v)
    elif isinstance(value, list):
        for v in value:
            yield from facets(v)


def check(path, title):
    events = [json.loads(line) for line in open(path)]
    bad = [m for e in events for m in errors(e["schemaURL"], e)]
    bad += [m for e in events for f in facets(e) for m in errors(f["_schemaURL"], f)]
    tap.ok(events and not bad, "%s: %d events, %d facets" % (title, len(events), sum(1 for _ in facets(events))),
           "\n".join(bad[:5]))
    return events


with open("rows.csv", "w") as f:
    f.write("id,x,y\n")
    f.writelines("k%d,%d,%s\n" % (i, i * 37 % 101, "yes" if i * 37 % 101 > 50 else "no") for i in range(400))
with open("broken.csv", "w") as f:
    f.write("id,x,y\nk1,a,perhaps\n")
tap.run("mlv-data", "init")
os.environ["OPENLINEAGE__TRANSPORT__TYPE"] = "file"
os.environ["OPENLINEAGE__TRANSPORT__LOG_FILE_PATH"] = "events"
tap.run("mlv-data", "add", "rows.csv")
tap.run("mlv-data", "split", "data:rows", "train=70", "test=30")
tap.run("mlv-train", "fit", "data:rows-train", "-t", "y", "-d", "id", "-l", "logistic", "-o", "m.onnx")
tap.run("mlv-registry", "add", "m", "m.onnx")
tap.run("mlv-train", "eval", "model:m", "data:rows-test")
tap.run("mlv-card", "new", "model:m", "-o", "card:m")
tap.run("mlv-data", "profile", "data:rows", "-o", "profile:rows")
with open("schema.yaml", "w") as f:
    f.write(tap.run("mlv-data", "schema", "rows.csv"))
tap.run("mlv-data", "check", "--schema", "schema.yaml", "rows.csv")
tap.run("mlv-data", "check", "--schema", "schema.yaml", "broken.csv", want=1)
tap.run("mlv-data", "convert", "data:rows", "-o", "rows.jsonl")
tap.run("mlv-serve", "batch", "model:m", "-i", "data:rows", "-o", "answers.csv")
tap.run("mlv-drift", "compare", "--exclude", "id", "data:rows-train", "data:rows-test")
tap.run("mlv-drift", "report", "--exclude", "id", "data:rows-train", "data:rows-test", "-o", "drift.html")
with open("pipeline.yaml", "w") as f:
    f.write("stages:\n  copy:\n    cmd: cp rows.csv made.txt\n    deps: [rows.csv]\n    outs: [made.txt]\n")
tap.run("mlv-train", "repro")
tap.run("mlv-data", "add", "nope.csv", want=3)
tap.run("mlv-train", "run", "--", "false", want=1)
events = check("events", "what commands tell")
runs = {}
for e in events:
    runs.setdefault(e["run"]["runId"], []).append(e["eventType"])
tap.ok(all(v[0] == "START" and v[1] in ("COMPLETE", "FAIL") and len(v) == 2 for v in runs.values()),
       "each run has a START and one end")
starts = {e["job"]["name"]: [d["name"] for d in e["inputs"]] for e in events if e["eventType"] == "START"}
tap.ok(starts["mlv-train fit"] == ["data:rows-train"] and starts["mlv-drift compare"] == ["data:rows-train", "data:rows-test"]
       and len(starts["mlv-train eval"]) == 2,
       "a START has what the words of the command name as inputs", starts)
kinds = {k for e in events for d in e["inputs"] + e["outputs"]
         for k in list(d["facets"]) + list(d.get("inputFacets", {})) + list(d.get("outputFacets", {}))}
tap.ok(kinds >= {"version", "schema", "columnLineage", "dataQualityMetrics", "dataQualityAssertions", "outputStatistics"},
       "all facets are among them", sorted(kinds))
tap.run("mlv-data", "lineage", "--down", "--up", "--openlineage", "past", "data:rows")
check("past", "what lineage tells of the past")
tap.done()
