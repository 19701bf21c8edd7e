"""False alarms and detections: 1,000 weeks without a drift, and series of
weeks from one on with a drift of three sizes, of 1,000 rows and 20 columns.
Evidently's default tests (whose verdicts 'compare --evidently' gives digit for
digit), NannyML's default where it is installed, and windows calibrated at 1 %:
each week alone at 1 %, and a week and the two last together, at 1.25 % each.

    python3 alarms.py FOLDER
"""
import os, subprocess, sys
os.environ.setdefault("NML_DISABLE_USAGE_LOGGING", "1")
import numpy as np
import pandas as pd

work = sys.argv[1]
WEEK, NULLS, SERIES, AFTER = 1000, int(os.environ.get("WEEKS", "1000")), int(os.environ.get("SERIES", "40")), 8
r = np.random.default_rng(int(os.environ.get("SEED", "11")))


def rows(n):
    d = pd.DataFrame({"x%d" % i: r.normal(0, 1, n).round(4) for i in range(15)})
    for i in range(5):
        d["k%d" % i] = r.choice(list("abcdefghij"), n)
    return d


def planted(kind, size, weeks):
    """Weeks with the drift, in one column."""
    d = rows(WEEK * weeks)
    if kind == "mean":
        d["x0"] = (d["x0"] + size).round(4)
    elif kind == "spread":
        d["x0"] = (d["x0"] * (1 + size)).round(4)
    elif kind == "share":
        d.loc[r.random(len(d)) < size, "k0"] = "a"
    else:
        d.loc[r.random(len(d)) < size, "x0"] = np.nan
    return d


def run(*argv):
    return subprocess.run(("mlv-drift",) + argv, capture_output=True, text=True)


ref = rows(20000)
ref_csv = work + "/alarm-ref.csv"
ref.to_csv(ref_csv, index=False)
for rate, name in ((.01, "one"), (.0125, "half")):
    run("calibrate", "--rate", str(rate), "--rows", "1000,2000", "-o", work + "/" + name, ref_csv).check_returncode()


def watched(path, thresholds, *span):
    """By week: is any column told of?"""
    out = run("watch", "--window", *span, "--thresholds", work + "/" + thresholds, ref_csv, path).stdout
    return [int(line.split("\t")[6]) > 0 for line in out.splitlines() if line.split("\t")[1] == "(window)"]


def ours(d):
    path = work + "/alarm-stream.csv"
    d.to_csv(path, index=False)
    return watched(path, "one", "1000")


def ours_both(d):
    path = work + "/alarm-stream.csv"
    alone, two = watched(path, "half", "1000"), watched(path, "half", "2000", "--every", "1000")
    return [a or b for a, b in zip(alone, two)]


def evidently(d):
    told, path = [], work + "/alarm-week.csv"
    for at in range(0, len(d), WEEK):
        d[at:at + WEEK].to_csv(path, index=False)
        told.append(run("compare", "--evidently", "--any", ref_csv, path).returncode == 1)
    return told


def nannyml_default():
    try:
        import nannyml
    except ImportError:
        return None
    calc = nannyml.UnivariateDriftCalculator(column_names=list(ref.columns), chunk_size=WEEK)
    calc.fit(ref)

    def judge(d):
        got = calc.calculate(d.reset_index(drop=True)).filter(period="analysis").to_df(multilevel=False)
        return list(got[[c for c in got.columns if c.endswith("_alert")]].any(axis=1))
    return judge


judges = [("Evidently's tests", evidently), ("calibrated 1 %, a week", ours), ("2.5 %, a week and two", ours_both)]
theirs = nannyml_default()
if theirs is not None:
    judges.insert(1, ("NannyML's defaults", theirs))
print("%-28s" % "told of", "".join("%28s" % name for name, _ in judges), flush=True)
d = rows(WEEK * NULLS)
print("%-28s" % ("of %d weeks without drift" % NULLS), "".join("%28d" % sum(j(d)) for _, j in judges), flush=True)
for kind, sizes in (("mean", (.1, .2, .4)), ("spread", (.1, .2, .4)), ("share", (.05, .1, .2)), ("missing", (.02, .05, .1))):
    for size in sizes:
        d = pd.concat([x for _ in range(SERIES) for x in (rows(WEEK), planted(kind, size, AFTER))], ignore_index=True)
        line = []
        for name, judge in judges:
            told = judge(d)
            first = [next((w for w in range(AFTER) if told[at + 1 + w]), AFTER) for at in range(0, len(told), AFTER + 1)]
            line.append("%d at once, %.2f weeks" % (sum(f == 0 for f in first), 1 + np.mean(first)))
        print("%-28s" % ("%s by %g, %d series" % (kind, size, SERIES)), "".join("%28s" % x for x in line), flush=True)
