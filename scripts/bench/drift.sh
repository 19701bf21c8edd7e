#!/bin/sh
# Has a table of 20 columns drifted?  'mlv-drift compare' of two CSV files
# beside Evidently's DataDriftPreset in Python from the same files, at 100,000
# and at 1,000,000 rows a side.  Each is a whole process but for Python's
# imports; medians of 5, for Evidently of 3, and one run at 1,000,000 rows.
set -eu
python=${PYTHON:-build/venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$python" - "$work" <<'P'
import statistics, subprocess, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
work = sys.argv[1]


def write(path, rows, seed, shift):
    r = np.random.default_rng(seed)
    d = pd.DataFrame({"x%d" % i: r.normal(shift * i, 1, rows).astype(np.float32) for i in range(15)})
    for i in range(5):
        d["k%d" % i] = r.choice(list("abcdefghij")[:i * 2 + 2], rows)
    d.to_csv(path, index=False)


def evidently(a, b):
    ref, cur = pd.read_csv(a), pd.read_csv(b)
    run = Report([DataDriftPreset()]).run(Dataset.from_pandas(cur, DataDefinition()), Dataset.from_pandas(ref, DataDefinition()))
    return run.dict()["metrics"][0]["value"]["count"]


def ours(a, b):
    out = subprocess.run(["mlv-drift", "compare", a, b], capture_output=True, text=True).stdout
    return sum(line.endswith("drift") for line in out.splitlines()[:-1])


def median(f, runs, *a):
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        f(*a)
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def side_by_side(rows, runs):
    a, b = work + "/a.csv", work + "/b.csv"
    write(a, rows, 1, 0)
    write(b, rows, 2, .02)
    found = []
    e = median(lambda: found.append(int(evidently(a, b))), runs)
    if found[0] != ours(a, b):
        sys.exit("drift.sh: error: not the same columns drifted")
    t = median(ours, 5, a, b)
    print("%9s x 20: Evidently %6.2f s, mlv-drift %.3f s, %.0fx" % (format(rows, ","), e, t, e / t), flush=True)


side_by_side(100000, 3)
side_by_side(1000000, 1)
P
