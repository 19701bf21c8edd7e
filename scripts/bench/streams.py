"""drift.sh's sections on streams and estimates: 'watch' beside river's detectors, 'perf --estimate' beside NannyML's.

streams.py SECTION FOLDER; what a section needs and is not installed is said, and the section left out.  A peer is timed
without its imports and without reading files, our programs with all of both.
"""
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd

section, work = sys.argv[1:3]
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
pd.set_option("future.infer_string", False)  # NannyML's DLE knows texts as objects alone


def median(f, runs):
    took, got = [], None
    for _ in range(runs):
        begin = time.perf_counter()
        got = f()
        took.append(time.perf_counter() - begin)
    return statistics.median(took), got


def run(argv):
    r = subprocess.run(argv, capture_output=True, text=True)
    if r.returncode > 1:
        sys.exit(r.stderr)
    return r.stdout


# --- detectors: river reads the first of the rows that we do
def river_found(make, values):
    detector, found = make(), []
    for i, x in enumerate(values):
        detector.update(x)
        if detector.drift_detected:
            found.append(i)
    return found


def detectors():
    from river import drift
    from river.drift import binary
    n = int(os.environ.get("STREAM_ROWS", "1000000"))
    r = np.random.default_rng(9)
    rate = np.repeat(r.uniform(.05, .6, n // 5000 + 1), 5000)[:n]
    errors = (r.random(n) < rate).astype(int)
    mean = np.round(np.repeat(r.normal(0, 1.5, n // 5000 + 1), 5000)[:n] + r.normal(size=n), 4)
    pd.DataFrame({"error": errors, "x": mean}).to_csv(work + "/stream.csv", index=False)
    for name, make, values, column, share in (
            ("adwin", drift.ADWIN, mean, "x", 5), ("page_hinkley", drift.PageHinkley, mean, "x", 5),
            ("kswin", lambda: drift.KSWIN(seed=1), mean, "x", 200), ("ddm", binary.DDM, errors, "error", 5),
            ("eddm", binary.EDDM, errors, "error", 5), ("hddm_a", binary.HDDMA, errors, "error", 5),
            ("hddm_w", binary.HDDMW, errors, "error", 5)):
        part = values[:n // share].tolist()
        them, want = median(lambda: river_found(make, part), 1)
        us, out = median(lambda: run(["mlv-drift", "watch", "-d", name, "-s", "seed=1", "-c", column, work + "/stream.csv"]
                                     if name == "kswin" else
                                     ["mlv-drift", "watch", "-d", name, "-c", column, work + "/stream.csv"]), 5)
        got = [i for i in (int(line.split("\t")[3]) for line in out.splitlines()) if i < len(part)]
        print("%-12s river %9s rows a second, mlv-drift %10s, %.0fx; the first %s rows: %s" % (
            name, format(int(len(part) / them), ","), format(int(n / us), ","), (n / us) / (len(part) / them),
            format(len(part), ","), "the same %d drifts" % len(want) if got == want else "OTHER DRIFTS"), flush=True)
        if got != want:
            sys.exit("drift.sh: error: %s: not the same drifts" % name)


# --- estimates of answers without a label
UNTIL = "2026-03-07"


def answers(n, regression):
    r = np.random.default_rng(3)
    day = np.arange(n) * 12 // n
    late = day >= 9
    d = pd.DataFrame({"id": ["k%d" % i for i in range(n)], "when": ["2026-03-%02dT06:00:00Z" % (x + 1) for x in day]})
    if regression:
        def whole(v):
            return np.round(v * 1024) / 1024

        d["a"], d["b"] = whole(r.normal(np.where(late, .8, 0), 1)), whole(r.gamma(2, 1, n))
        d["place"] = r.choice(["land", "sea", "town"], n)
        d["prediction"] = whole(2 * d.a + d.b)
        d["truth"] = np.round(d.prediction + r.normal(0, .3 + .5 * d.a.abs() + (d.place == "town")), 4)
    else:
        p = 1 / (1 + np.exp(-(1.4 * r.normal(np.where(late, .6, 0), 1) - .5)))
        d["score"] = np.round(np.clip(p**1.4, .001, .999), 6)
        d["answer"] = np.where(d.score >= .5, "Yes", "No")
        d["truth"] = np.where(r.random(n) < p, "Yes", "No")
    return d, late


def nannyml_estimates(d, regression):
    import nannyml
    d = d.copy()
    d["when"] = pd.to_datetime(d["when"]).dt.tz_localize(None)
    if regression:
        d["place"] = d["place"].astype(object)
        names = ["mae", "rmse"]
        e = nannyml.DLE(feature_column_names=["a", "b", "place"], y_pred="prediction", y_true="truth",
                        timestamp_column_name="when", chunk_period="D", metrics=names,
                        hyperparameters=dict(force_col_wise=True, verbose=-1))
    else:
        names = ["roc_auc", "accuracy", "precision", "recall", "f1"]
        d["truth"], d["answer"] = (d.truth == "Yes").astype(int), (d.answer == "Yes").astype(int)
        e = nannyml.CBPE(y_pred_proba="score", y_pred="answer", y_true="truth", timestamp_column_name="when",
                         problem_type="classification_binary", chunk_period="D", metrics=names)
    begin = time.perf_counter()
    e.fit(d[d.when < UNTIL])
    got = e.estimate(d[d.when >= UNTIL].drop(columns="truth")).to_df()
    took = time.perf_counter() - begin
    got = got[got[("chunk", "period")] == "analysis"]
    return took, {(row[("chunk", "key")], {"roc_auc": "auc"}.get(m, m)): row[(m, "value")]
                  for _, row in got.iterrows() for m in names}


def estimates():
    import nannyml  # noqa: F401: is it there?
    n = int(os.environ.get("ESTIMATE_ROWS", "200000"))
    for how, regression in (("cbpe", False), ("dle", True)):
        d, late = answers(n, regression)
        d.drop(columns="truth").to_csv(work + "/answers.csv", index=False)
        d.loc[~late, ["id", "truth"]].sample(frac=1, random_state=1).to_csv(work + "/late.csv", index=False)
        argv = ["mlv-drift", "perf", "--json", "-q", "--labels", work + "/late.csv", "--key", "id", "--time", "when",
                "--estimate", how, "--reference-until", UNTIL]
        argv += ["--features", "a,b,place"] if regression else ["--score", "score", "--answer", "answer", "--positive", "Yes"]
        them, want = nannyml_estimates(d, regression)
        us, out = median(lambda: run(argv + [work + "/answers.csv"]), 3)
        mine = {(x["value"], x["metric"]): x["estimated"] for x in map(json.loads, out.splitlines()) if x.get("by") == "day"}
        far = max(abs(mine[k] - v) for k, v in want.items())
        print("%s, %s answers: NannyML %.2f s, mlv-drift with the join and the metrics %.2f s, %.1fx; furthest apart %.0e"
              % (how, format(n, ","), them, us, them / us, far), flush=True)


try:
    {"river": detectors, "nannyml": estimates}[section]()
except ImportError as e:
    print("%s: left out, %s" % (section, e), flush=True)
