"""mlv-drift multivariate against NannyML's domain classifier and data
reconstruction.

As in cbpe.py NannyML is skipped where it is not installed.
"""
import json
import os
import subprocess

from tap import done, ok, skip, workspace

try:
    os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
    import nannyml
    import numpy as np
    import pandas as pd
except ImportError:
    skip("NannyML's multivariate drift", "no nannyml here; pip install nannyml into the environment")
    done()

tmp = workspace()
COLUMNS = ["a", "b", "c", "d", "place"]


def rows(r, n, turned):
    """Numbers of 1/1024 that move together; turned: the other way, each alone as before."""
    z = r.normal(size=n)
    d = pd.DataFrame({"a": z + r.normal(size=n) / 2, "b": (-z if turned else z) + r.normal(size=n) / 2,
                      "c": r.normal(size=n), "d": r.gamma(2, 1, n)})
    d = (d * 1024).round() / 1024
    d["place"] = r.choice(["land", "sea", "town"], n, p=[.5, .3, .2]).astype(object)
    d.loc[r.random(n) < .05, "c"] = np.nan
    return d


def ours(ref, cur):
    paths = [os.path.join(tmp, x) for x in ("ref.csv", "cur.csv")]
    ref.to_csv(paths[0], index=False)
    cur.to_csv(paths[1], index=False)
    out = subprocess.run(["build/bin/mlv-drift", "multivariate", "--json"] + paths, capture_output=True, text=True)
    if out.returncode > 1:
        raise SystemExit(out.stderr)
    return {x["method"]: x for x in map(json.loads, out.stdout.splitlines())}


def only_row(calc, ref, cur, name):
    calc.fit(ref)
    got = calc.calculate(cur).filter(period="analysis").to_df()
    return got[name].iloc[0] if name in got.columns.get_level_values(0) else got.iloc[0]


for name, turned in (("the same", False), ("turned", True)):
    r = np.random.default_rng(5)
    ref, cur = rows(r, 2000, False), rows(r, 1000, turned)
    mine = ours(ref, cur)
    want = only_row(nannyml.DataReconstructionDriftCalculator(column_names=COLUMNS, chunk_size=1000), ref, cur,
                    "reconstruction_error")
    far = abs(mine["reconstruction"]["score"] / want["value"] - 1)
    ok(far < 1e-9, "%s: reconstruction error" % name, far)
    far = abs(mine["reconstruction"]["high"] / want["upper_confidence_boundary"] - 1)
    ok(far < 1e-9, "%s: its band" % name, far)
    calc = nannyml.DomainClassifierCalculator(feature_column_names=COLUMNS, chunk_size=1000,
                                              hyperparameters=dict(n_jobs=1, verbose=-1))
    want = only_row(calc, ref, cur, "domain_classifier_auroc")
    far = abs(mine["classifier"]["score"] - want["value"])
    ok(far < 1e-4, "%s: the area of the classifier" % name, far)
done()
