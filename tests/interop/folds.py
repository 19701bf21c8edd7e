"""Cross validation beside scikit-learn's: cross_val_score on the same folds, in order of time, and what folds are for."""
import json
import os

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import PredefinedSplit, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tap

os.chdir(tap.workspace())
r = np.random.default_rng(4)
n = 900
d = pd.DataFrame({c: r.normal(size=n).astype(np.float32) for c in "abc"})
s = d.a - d.b + .5 * d.c
d["fold"] = r.permutation(np.arange(n) % 5)
d["day"] = r.permutation(n)
d["y"] = np.where(s + r.normal(size=n) > 0, "yes", "no")
d["kind"] = np.digitize(s + r.normal(size=n) * .5, [-1, 1]).astype(str)
d["kind"] = "k" + d.kind
d["z"] = (s + r.normal(size=n) * .3).round(4)
d.to_csv("d.csv", index=False)
x = d[list("abc")].astype(np.float64)
logistic = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-12, max_iter=10000))
ridge = make_pipeline(StandardScaler(), Ridge(alpha=2, tol=1e-12))
order = np.argsort(d.day.to_numpy())

for target, learner, peer, sets, scores in (
        ("y", "logistic", logistic, [], {"auc": "roc_auc", "accuracy": "accuracy", "logloss": "neg_log_loss", "average_precision": None}),
        ("kind", "logistic", logistic, [], {"accuracy": "accuracy", "f1_macro": "f1_macro", "logloss": "neg_log_loss", "auc_ovr": "roc_auc_ovr"}),
        ("z", "linear", ridge, ["penalty=l2", "alpha=2"], {"r2": "r2", "rmse": "neg_root_mean_squared_error", "mae": "neg_mean_absolute_error"})):
    gone = [c for c in d if c not in list("abc") + [target]]
    for how, column in (("by", "fold"), ("time", "day")):
        out = tap.run("mlv-train", "fit", "d.csv", "-t", target, "-l", learner, "-o", "m.onnx", "--json", "--cv", 5, "--" + how, column,
                      "-d", ",".join(c for c in gone if c != column), *[w for p in sets + ["tol=1e-10"] for w in ("-s", p)])
        cv = json.loads(out)["cv"]
        for ours, theirs in scores.items():
            if theirs is None:
                continue
            if how == "by":
                want = np.abs(cross_val_score(peer, x, d[target], cv=PredefinedSplit(d.fold), scoring=theirs))
            else:
                want = np.abs(cross_val_score(peer, x.iloc[order], d[target].iloc[order], cv=TimeSeriesSplit(5), scoring=theirs))
            got = cv[ours]
            # folds by group are in the order of the groups' hashes
            mine = np.array(got["values"])
            off = max(np.abs(np.sort(mine) - np.sort(want)).max() if how == "by" else np.abs(mine - want).max(),
                      abs(got["mean"] - want.mean()), abs(got["sd"] - want.std()))
            tap.ok(off < 1e-5, "%s, --%s: %s of cross_val_score" % (target, how, theirs), "apart %.2g" % off)
tap.done()
