"""examples/serve/spark.py under a real Spark: RDD.pipe through mlv-serve batch
over several partitions, and what becomes of a failure in one of them.

SPARK_PYTHON names an interpreter with pyspark; it is 500 MB and is not among the
other peers.  It needs Java.  Without either it is skipped."""
import csv
import glob
import json
import os
import shutil
import subprocess

import tap

BIN = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "bin"))
MODEL = os.path.abspath("tests/golden/models/churn-sklearn.onnx")
EXAMPLE = os.path.abspath("examples/serve/spark.py")
ROWS = 8000
python = os.environ.get("SPARK_PYTHON", "")
if not python or subprocess.run([python, "-c", "import pyspark"], stderr=subprocess.DEVNULL).returncode:
    tap.skip("RDD.pipe through mlv-serve batch", "SPARK_PYTHON names no python with pyspark")
    tap.done()
if not shutil.which("java"):
    tap.skip("RDD.pipe through mlv-serve batch", "no java here")
    tap.done()
d = tap.workspace()
# now and then a missing number, or a name that CSV and JSON quote
with open("tests/golden/models/churn-rows.csv", newline="") as f:
    table = list(csv.DictReader(f))
odd = ['"quoted"', "one, two", "é", "tab\there", "\\"]
with open(d + "/rows.csv", "w", newline="") as f:
    w = csv.DictWriter(f, table[0].keys(), lineterminator="\n")
    w.writeheader()
    for i in range(ROWS):
        row = dict(table[i % len(table)], tenure=i % 72 if i % 11 else "")
        row["customerID"] = "c%d" % i if i % 1000 else "c%d %s" % (i, odd[i // 1000 % len(odd)])
        w.writerow(row)
conf = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.sql.files.maxPartitionBytes": "262144", "spark.sql.files.openCostInBytes": "0",
        "spark.task.maxFailures": "1", "spark.local.dir": d}
command = [BIN + "/mlv-serve", "batch", "-q", "--threads", "1", "--format", "jsonl", "--keep", "customerID", MODEL]


def submit(target, command):
    argv = [os.path.dirname(python) + "/spark-submit", "--master", "local[2]"]
    for k, v in conf.items():
        argv += ["--conf", "%s=%s" % (k, v)]
    environment = dict(os.environ, PYSPARK_PYTHON=python, PYSPARK_DRIVER_PYTHON=python, SPARK_LOCAL_IP="127.0.0.1")
    return subprocess.run([*argv, EXAMPLE, "customerID", d + "/rows.csv", target, "--", *command], env=environment, cwd=d,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def answers(lines):
    return {r.pop("customerID"): r for r in map(json.loads, lines)}


done = submit(d + "/answers", command)
parts = glob.glob(d + "/answers/part-*")
got = [line for p in parts for line in open(p)]
tap.ok(done.returncode == 0 and os.path.exists(d + "/answers/_SUCCESS"), "the job ends with 0",
       "" if done.returncode == 0 else done.stdout[-2000:])
tap.ok(len(parts) > 1, "rows came through several processes", "%d parts" % len(parts))
want = tap.run(*command[:5], "--format", "csv", "--out-format", "jsonl", *command[7:], "-i", d + "/rows.csv").splitlines()
tap.ok(len(got) == ROWS and answers(got) == answers(want), "each row's answer is that of mlv-serve batch over the whole",
       "%d answers" % len(got))
# a row that the model refuses, in one partition
with open(d + "/rows.csv", "a", newline="") as f:
    csv.DictWriter(f, table[0].keys(), lineterminator="\n").writerow(dict(table[0], tenure="thirty-four"))
failed = submit(d + "/failed", command)
tap.ok(failed.returncode != 0 and not os.path.exists(d + "/failed/_SUCCESS"),
       "where one process fails, so does the job, and no answers are taken for whole")
tap.ok("mlv-serve: error: " in failed.stdout, "the job's log has mlv-serve's own words",
       [s for s in failed.stdout.split("\n") if s.startswith("mlv-serve:")][:1])
tap.done()
