"""mlv-drift compare against Evidently's DataDriftPreset, digit for digit.

drift.py FILE also freezes Evidently's answers to the cases of
tests/golden/drift/cases there, for tests/golden/drift.sh.
"""
import json
import os
import re
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

import real
from tap import done, ok, workspace

warnings.filterwarnings("ignore")
tmp = workspace()
top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
METHODS = {"K-S p_value": "ks", "Wasserstein distance (normed)": "wasserstein", "chi-square p_value": "chisquare",
           "Z-test p_value": "z", "Jensen-Shannon distance": "jensenshannon"}


def ours(ref, cur, *options):
    a, b = os.path.join(tmp, "ref.csv"), os.path.join(tmp, "cur.csv")
    ref.to_csv(a, index=False)
    cur.to_csv(b, index=False)
    r = subprocess.run(["build/bin/mlv-drift", "compare", a, b, "--evidently", "--json", *options],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if r.returncode > 1:
        raise SystemExit(r.stderr)
    rows = [json.loads(line) for line in r.stdout.splitlines()]
    return {d["column"]: d for d in rows[:-1]}, rows[-1], r.returncode


def theirs(ref, cur, **options):
    report = Report([DataDriftPreset(**options)])
    run = report.run(Dataset.from_pandas(cur, DataDefinition()), Dataset.from_pandas(ref, DataDefinition()))
    metrics = json.loads(run.json())["metrics"]
    columns = {}
    for m in metrics[1:]:
        columns[m["config"]["column"]] = float(m["value"])
    return columns, metrics[0]["value"]


def compare(title, ref, cur, *flags, **options):
    a, dataset, status = ours(ref, cur, *flags)
    b, whole = theirs(ref, cur, **options)
    ok(set(a) == set(b), "%s: the same columns" % title, sorted(set(a) ^ set(b)) or "")
    worst, where = 0, None
    for name in set(a) & set(b):
        d = abs(a[name]["score"] - b[name]) / max(1e-3, abs(b[name]))
        if not d <= worst:
            worst, where = d, name
    ok(worst < 1e-9, "%s: %d scores equal" % (title, len(a)),
       "worst %.2g at %s: %s" % (worst, where, where and (a[where]["method"], a[where]["score"], b[where])))
    ok(dataset["count"] == int(whole["count"]) and abs(dataset["share"] - whole["share"]) < 1e-12,
       "%s: the same dataset verdict" % title, "%s %s" % (dataset, whole))
    ok(status == (1 if whole["share"] >= 0.5 else 0), "%s: the exit status" % title)


def case(name):
    """One of the frozen cases: ours, and Evidently's reading of the same files, as lines."""
    subprocess.run([top + "/tests/golden/drift/cases", name], cwd=tmp, check=True)
    ref, cur = (pd.read_csv(os.path.join(tmp, n + ".csv")) for n in ("ref", "cur"))
    run = Report([DataDriftPreset()]).run(Dataset.from_pandas(cur, DataDefinition()),
                                          Dataset.from_pandas(ref, DataDefinition()))
    lines = []
    for m in json.loads(run.json())["metrics"]:
        if "column" not in m["config"]:
            lines.append((name, "(dataset)", "share", float(m["value"]["share"])))
            continue
        method = METHODS[re.search("method=([^,]*),", m["metric_name"]).group(1)]
        lines.append((name, m["config"]["column"], method, float(m["value"])))
    out = subprocess.run(["build/bin/mlv-drift", "compare", "ref.csv", "cur.csv", "--evidently", "--json"], cwd=tmp,
                         executable=os.path.abspath("build/bin/mlv-drift"), stdout=subprocess.PIPE, text=True)
    got = {}
    for d in map(json.loads, out.stdout.splitlines()):
        got[d.get("column", "(dataset)")] = (d.get("method", "share"), d.get("score", d.get("share")))
    wrong = [(l, got.get(l[1])) for l in lines if l[1] not in got or got[l[1]][0] != l[2] or
             abs(got[l[1]][1] - l[3]) > 1e-13 + 1e-11 * abs(l[3])]
    ok(len(got) == len(lines) and not wrong, "case %s: %d tests and scores" % (name, len(lines) - 1), wrong or "")
    return lines


frozen = []
for name in subprocess.run([top + "/tests/golden/drift/cases"], stdout=subprocess.PIPE, text=True).stdout.split():
    frozen += case(name)
if len(sys.argv) > 1:
    with open(sys.argv[1], "w") as f:
        f.writelines("%s\t%s\t%s\t%.17g\n" % line for line in frozen)
found = real.paths("telco", "telco-churn.csv")
if found:
    t = pd.read_csv(found[0], na_values=[" "]).drop(columns="customerID")
    compare("telco, halves", t[:3500], t[3500:])
    compare("telco, by contract", t[t.Contract == "Two year"].drop(columns="Contract"),
            t[t.Contract != "Two year"].drop(columns="Contract"))
    compare("telco, small", t[:700], t[700:1300])
    compare("telco, psi", t[:3500], t[3500:], "--method", "psi", method="psi")
found = real.paths("adult", "adult-train.csv")
if found:
    names = ("age workclass fnlwgt education education_num marital occupation relationship race sex "
             "gain loss hours country income").split()
    t = pd.read_csv(found[0], names=names, skipinitialspace=True, na_values=["?"])
    compare("adult, by sex", t[t.sex == "Male"], t[t.sex == "Female"])
    compare("adult, small", t[:1000], t[1000:3000])
    compare("adult, hellinger", t[:9000], t[9000:], "--method", "hellinger", method="hellinger")
    compare("adult, kl", t[:9000], t[9000:], "--method", "kl_div", method="kl_div")
rng = np.random.default_rng(3)
a = pd.DataFrame({"x%d" % i: rng.normal(size=900) for i in range(8)})
b = pd.DataFrame({"x%d" % i: rng.normal(i / 20, 1, size=20000) for i in range(8)})
a.loc[::7, "x1"] = np.nan
b.loc[::9, "x2"] = np.inf
compare("normal, ks by its limit", a, b)
compare("normal, exact ks", a, b[:4000])
# Evidently's dataset count does not clean infinities that its column scores
# do (it asks for NaN alone), so the two disagree: leave these out here.
b = b[np.isfinite(b.x2)]


def shapes(n, step=0):
    """Every kind of column around the limits of the automatic choice."""
    t = {"f%d" % k: rng.integers(0, k, n) / 2 + step for k in (1, 2, 5, 6, 20, 21, 40)}
    t.update({"i%d" % k: rng.integers(0, k + step, n) for k in (1, 2, 3, 10, 11, 40)})
    t["bool"] = rng.random(n) < 0.3 + 0.1 * step
    t["word"] = rng.choice(list("abc" if step else "ab"), n)
    t["gone"] = rng.choice(list("ab" if step else "abc"), n)
    t["one"] = ["b" if step else "a"] * n
    t["ties"] = np.round(rng.normal(step / 5, 1, n), 1)
    t["holes"] = np.where(rng.random(n) < 0.4, np.nan, rng.normal(size=n))
    t["filled"] = rng.integers(0, 4, n) if step else np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 4, n))
    return pd.DataFrame(t)


for n in (500, 999, 1000, 1001, 1700):
    compare("every shape, %d rows" % n, shapes(n), shapes(n + 100, 1))
for m in ["anderson", "cramer_von_mises", "mannw", "t_test", "ed"]:
    compare("normal, " + m, a, b[:3000], "--method", m, method=m)
done()
