"""mlv-drift perf --estimate dle against NannyML's direct loss estimation.

dle.py ROWS ESTIMATES also freezes both for tests/golden/perf.sh.  As in
cbpe.py NannyML is skipped where it is not installed.
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
except ImportError:
    skip("NannyML's direct loss estimation", "no nannyml here; pip install nannyml into the environment")
    done()

tmp = workspace()


def rows(seed, n, days, unit):
    """Answers whose error grows with a number and differs by place; the last days have more of both.

    Numbers are multiples of a unit: of 1/1024 they and what lies between two are the same in float32, which our
    trees read, and in LightGBM's doubles.
    """
    def whole(v):
        return np.round(np.round(v / unit) * unit, 10)

    r = np.random.default_rng(seed)
    day = np.arange(n) * days // n
    late = day >= days * 2 // 3
    a = whole(r.normal(np.where(late, .8, 0), 1))
    b = whole(r.gamma(2, 1, n))
    place = r.choice(["land", "sea", "town"], n)
    noise = r.normal(0, .3 + .5 * np.abs(a) + (place == "town"))
    prediction = whole(2 * a + b)
    return pd.DataFrame({
        "id": ["k%d" % i for i in range(n)], "when": ["2026-03-%02dT06:00:00Z" % (d + 1) for d in day],
        "a": a, "b": b, "place": place, "prediction": prediction,
        "truth": np.round(prediction + noise, 4), "late": late})


def theirs(d, until, single=False):
    d = d.copy()
    if single:      # what our trees read
        d[["a", "b", "prediction"]] = d[["a", "b", "prediction"]].astype(np.float32).astype(float)
    d["when"] = pd.to_datetime(d["when"]).dt.tz_localize(None)
    d["place"] = d["place"].astype(object)
    e = nannyml.DLE(feature_column_names=["a", "b", "place"], y_pred="prediction", y_true="truth",
                    timestamp_column_name="when", chunk_period="D", metrics=["mae", "rmse"],
                    hyperparameters=dict(n_jobs=1, force_col_wise=True, verbose=-1))
    e.fit(d[d.when < until])
    got = e.estimate(d[d.when >= until].drop(columns="truth")).to_df()
    got = got[got[("chunk", "period")] == "analysis"]
    return {(row[("chunk", "key")], m): (row[(m, "value")], row[(m, "upper_confidence_boundary")])
            for _, row in got.iterrows() for m in ("mae", "rmse")}


def ours(d, until, name):
    answers, labels = os.path.join(tmp, name + ".csv"), os.path.join(tmp, name + "-late.csv")
    d.drop(columns=["truth", "late"]).to_csv(answers, index=False)
    d.loc[~d.late, ["id", "truth"]].sample(frac=1, random_state=1).to_csv(labels, index=False)
    r = subprocess.run(["build/bin/mlv-drift", "perf", "--json", "-q", "--labels", labels, "--key", "id", "--time", "when",
                        "--estimate", "dle", "--features", "a,b,place", "--reference-until", until, answers],
                       capture_output=True, text=True)
    if r.returncode:
        raise SystemExit(r.stderr)
    return {(x["value"], x["metric"]): x for x in map(json.loads, r.stdout.splitlines()) if x.get("by") == "day"}


until = "2026-03-07"
for name, seed, n, unit, near in (("first", 3, 6000, 2**-10, 1e-6), ("second", 4, 12000, 2**-10, 1e-6),
                                  ("small", 5, 900, 2**-10, 1e-6), ("decimals", 3, 6000, 1e-4, 2e-3)):
    d = rows(seed, n, 12, unit)
    mine, want = ours(d, until, name), theirs(d, until)
    far = max(abs(mine[k]["estimated"] - v[0]) / v[0] for k, v in want.items())
    band = max(abs(mine[k]["estimated_high"] - v[1]) / v[1] for k, v in want.items())
    ok(far < near, "%s: estimates of %d days" % (name, len(want) // 2), far)
    ok(band < near, "%s: their bands" % name, band)
    if name == "decimals":
        want = theirs(d, until, single=True)
        far = max(abs(mine[k]["estimated"] - v[0]) / v[0] for k, v in want.items())
        ok(far < 1e-6, "%s: as float32 they are NannyML's numbers, too" % name, far)

if len(sys.argv) > 2:
    d = rows(9, 1200, 12, 2**-10)
    d.to_csv(sys.argv[1], index=False)
    with open(sys.argv[2], "w") as f:
        for (day, m), (value, high) in sorted(theirs(d, until).items()):
            f.write("%s\t%s\t%.12g\t%.12g\n" % (day, m, value, high))
done()
