"""mlv-drift perf: estimates against NannyML's, realised metrics against scikit-learn's.

cbpe.py ROWS ANSWERS [ROWS3 ANSWERS3] also freezes both for tests/golden/perf.sh,
ROWS3 and ANSWERS3 with three classes.  NannyML is
not among the requirements (it tells its maker when it is used): where it is
not installed this is skipped.
"""
import json
import os
import subprocess
import sys

from tap import done, ok, skip, workspace

try:
    os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
    import nannyml
    import numpy as np
    import pandas as pd
    from sklearn import metrics
except ImportError:
    skip("NannyML's estimates", "no nannyml here; pip install nannyml into the environment")
    done()

tmp = workspace()
PEER = {"auc": "roc_auc"}
NAMES = ["auc", "accuracy", "precision", "recall", "specificity", "f1"]


def rows(seed, n, bend):
    """Answers of n rows over 12 days whose scores are bent away from the truth; 2 more days shift."""
    r = np.random.default_rng(seed)
    day = np.arange(n) * 12 // n
    x = r.normal(np.where(day < 9, 0, 0.6), 1)
    p = 1 / (1 + np.exp(-(1.4 * x - 0.5)))
    score = np.round(np.clip(p**bend, 0.001, 0.999), 4)
    return pd.DataFrame({
        "id": ["k%d" % i for i in range(n)], "when": ["2026-03-%02dT06:00:00Z" % (d + 1) for d in day],
        "score": score, "answer": np.where(score >= 0.5, "Yes", "No"),
        "truth": np.where(r.random(n) < p, "Yes", "No"), "late": day >= 9})


def theirs(d):
    d = d.copy()
    d["when"] = pd.to_datetime(d["when"]).dt.tz_localize(None)
    d["y"], d["yp"] = (d.truth == "Yes").astype(int), (d.answer == "Yes").astype(int)
    e = nannyml.CBPE(y_pred_proba="score", y_pred="yp", y_true="y", timestamp_column_name="when",
                     problem_type="classification_binary", chunk_period="D",
                     metrics=[PEER.get(m, m) for m in NAMES])
    e.fit(d[d.when < "2026-03-07"])
    got = e.estimate(d[d.when >= "2026-03-07"].drop(columns="y")).to_df()
    got = got[got[("chunk", "period")] == "analysis"]
    found = {}
    for _, row in got.iterrows():
        for m in NAMES:
            t = PEER.get(m, m)
            found[row[("chunk", "key")], m] = (row[(t, "value")], row[(t, "upper_confidence_boundary")])
    return found


def ours(d, name):
    answers, labels = os.path.join(tmp, name + ".csv"), os.path.join(tmp, name + "-late.csv")
    d.drop(columns=["truth", "late"]).to_csv(answers, index=False)
    d.loc[~d.late, ["id", "truth"]].sample(frac=1, random_state=1).to_csv(labels, index=False)
    r = subprocess.run(["build/bin/mlv-drift", "perf", "--json", "-q", "--labels", labels, "--key", "id", "--time", "when",
                        "--score", "score", "--answer", "answer", "--positive", "Yes", "--estimate", "cbpe",
                        "--reference-until", "2026-03-07", answers], capture_output=True, text=True)
    if r.returncode:
        raise SystemExit(r.stderr)
    return [json.loads(line) for line in r.stdout.splitlines()]


for name, seed, n, bend in (("bent", 3, 6000, 1.4), ("straight", 4, 6000, 1), ("small", 5, 900, 0.7)):
    d = rows(seed, n, bend)
    got = ours(d, name)
    mine = {(x["value"], x["metric"]): x for x in got if x.get("by") == "day"}
    want = theirs(d)
    worst = max(abs(mine[k]["estimated"] - v[0]) for k, v in want.items())
    band = max(abs(mine[k]["estimated_high"] - v[1]) for k, v in want.items() if k[1] != "auc" and v[1] < 1)
    ok(worst < 1e-9, "%s: estimates of %d days" % (name, len(want) // len(NAMES)), worst)
    ok(band < 1e-9, "%s: their bands" % name, band)
    j = d[~d.late]
    y, yp = j.truth == "Yes", j.answer == "Yes"
    sk = {"auc": metrics.roc_auc_score(y, j.score), "accuracy": metrics.accuracy_score(y, yp),
          "precision": metrics.precision_score(y, yp), "recall": metrics.recall_score(y, yp),
          "f1": metrics.f1_score(y, yp), "logloss": metrics.log_loss(y, j.score),
          "brier": metrics.brier_score_loss(y, j.score)}
    far = max(abs(x["realised"] - sk[x["metric"]]) for x in got if x.get("by") == "all" and x["metric"] in sk)
    ok(far < 1e-12, "%s: scikit-learn's metrics of the joined rows" % name, far)
    if name == "small" and len(sys.argv) > 2:
        d.to_csv(sys.argv[1], index=False)
        with open(sys.argv[2], "w") as f:
            for (day, m), v in sorted(want.items()):
                f.write("estimated\t%s\t%s\t%r\n" % (day, m, float(v[0])))
            for m, v in sorted(sk.items()):
                f.write("realised\tall\t%s\t%r\n" % (m, float(v)))

# --- three classes
THREE, PEER3 = ["high", "low", "mid"], {"accuracy": "accuracy", "f1_macro": "f1", "auc_ovr": "roc_auc"}


def rows3(seed, n, bend):
    """Scores of three classes, bent away from the truth; no score twice, as ties have no order there."""
    r = np.random.default_rng(seed)
    day = np.arange(n) * 12 // n
    x = r.normal(np.where(day < 9, 0, 0.5), 1)
    z = np.exp(np.stack([1.2 * x, -x, 0.3 * x * x], 1))
    p = z / z.sum(1, keepdims=True)
    q = np.clip(p**bend + r.random((n, 3)) * 1e-3, 1e-4, None)
    q /= q.sum(1, keepdims=True)
    d = pd.DataFrame({"id": ["k%d" % i for i in range(n)], "when": ["2026-03-%02dT06:00:00Z" % (d + 1) for d in day]})
    for k, name in enumerate(THREE):
        d["probabilities." + name] = np.round(q[:, k], 9)
    d["label"] = [THREE[k] for k in q.argmax(1)]
    d["truth"] = [THREE[k] for k in (r.random((n, 1)) > np.cumsum(p, 1)).sum(1).clip(0, 2)]
    d["late"] = day >= 9
    return d


def theirs3(d):
    d = d.copy()
    d["when"] = pd.to_datetime(d["when"]).dt.tz_localize(None)
    e = nannyml.CBPE(y_pred_proba={c: "probabilities." + c for c in THREE}, y_pred="label", y_true="truth",
                     timestamp_column_name="when", problem_type="classification_multiclass", chunk_period="D",
                     metrics=list(PEER3.values()))
    e.fit(d[d.when < "2026-03-07"].reset_index(drop=True))
    got = e.estimate(d[d.when >= "2026-03-07"].drop(columns="truth").reset_index(drop=True)).to_df()
    got = got[got[("chunk", "period")] == "analysis"]
    return {(row[("chunk", "key")], m): (row[(t, "value")], row[(t, "upper_confidence_boundary")])
            for _, row in got.iterrows() for m, t in PEER3.items()}


def ours3(d, name):
    answers, labels = os.path.join(tmp, name + ".csv"), os.path.join(tmp, name + "-late.csv")
    d.drop(columns=["truth", "late"]).to_csv(answers, index=False)
    d.loc[~d.late, ["id", "truth"]].sample(frac=1, random_state=1).to_csv(labels, index=False)
    r = subprocess.run(["build/bin/mlv-drift", "perf", "--json", "-q", "--labels", labels, "--key", "id", "--time", "when",
                        "--estimate", "cbpe", "--reference-until", "2026-03-07", answers], capture_output=True, text=True)
    if r.returncode:
        raise SystemExit(r.stderr)
    return [json.loads(line) for line in r.stdout.splitlines()]


for name, seed, n, bend in (("three bent", 6, 6000, 1.6), ("three straight", 7, 6000, 1), ("three small", 8, 900, 0.6)):
    d = rows3(seed, n, bend)
    got = ours3(d, name.replace(" ", "-"))
    mine = {(x["value"], x["metric"]): x for x in got if x.get("by") == "day"}
    want = theirs3(d)
    worst = max(abs(mine[k]["estimated"] - v[0]) for k, v in want.items())
    band = max(abs(mine[k]["estimated_high"] - v[1]) for k, v in want.items() if k[1] != "auc_ovr" and v[1] < 1)
    area = max(abs(mine[k]["estimated_high"] - v[1]) for k, v in want.items() if k[1] == "auc_ovr" and v[1] < 1)
    ok(worst < 1e-9, "%s: estimates of %d days" % (name, len(want) // len(PEER3)), worst)
    ok(band < 1e-9, "%s: their bands" % name, band)
    ok(area < 1e-3, "%s: about the bands of areas, where NannyML passes over a row of rank 0" % name, area)
    if name == "three small" and len(sys.argv) > 4:
        d.to_csv(sys.argv[3], index=False)
        with open(sys.argv[4], "w") as f:
            for (day, m), v in sorted(want.items()):
                f.write("estimated\t%s\t%s\t%r\n" % (day, m, float(v[0])))
done()
