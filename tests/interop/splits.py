"""Held-out AUC on real data, over several splits: no worse than .005 below the peers'.

telco   70 % to learn, 15 % to stop and choose by, 15 % held out; the better of
        logistic and gbdt by validation AUC, beside LogisticRegression and
        HistGradientBoosting of scikit-learn on the same rows to learn
adult, higgs   the files' own split and draws of the same sizes; gbdt beside LightGBM
"""
import json
import os

import lightgbm
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import real
import tap

SEEDS = 5
os.chdir(tap.workspace())


def auc(model, rows, target):
    rows.to_csv("rows.csv", index=False)
    return json.loads(tap.run("mlv-train", "eval", "--json", model, "rows.csv", "-t", target))["metrics"]["auc"]["value"]


def words_of(d):
    return [c for c in d if not pd.api.types.is_numeric_dtype(d[c])]


def coded(*frames):
    """Categories as LightGBM and scikit-learn take them, levels of the first."""
    out = [f.copy() for f in frames]
    for c in words_of(frames[0]):
        kind = pd.CategoricalDtype(sorted(frames[0][c].dropna().unique()))
        for f in out:
            f[c] = f[c].astype(kind)
    return out


def beside(title, ours, peers):
    low = min(ours - p for p in peers.values())
    tap.ok(low >= -.005, title, "mlv %.5f, %s" % (ours, ", ".join("%s %.5f (%+.5f)" % (n, p, ours - p)
                                                                  for n, p in peers.items())))
    return {"mlv": ours, **peers}


def telco(d, seed):
    order = np.random.default_rng(seed).permutation(len(d))
    a, b = int(.7 * len(d)), int(.85 * len(d))
    train, valid, test = d.iloc[order[:a]], d.iloc[order[a:b]], d.iloc[order[b:]]
    train.to_csv("train.csv", index=False)
    valid.to_csv("valid.csv", index=False)
    judged = {}
    for learner in ("logistic", "gbdt"):
        out = json.loads(tap.run("mlv-train", "fit", "--json", "train.csv", "-v", "valid.csv", "-t", "Churn", "-l",
                                 learner, "-o", learner + ".onnx"))
        judged[learner] = out["metrics"]["auc"]["value"]
    best = max(judged, key=judged.get)
    x, z = train.drop(columns="Churn"), test.drop(columns="Churn")
    y, t = train.Churn == "Yes", test.Churn == "Yes"
    prep = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [c for c in x if c not in words_of(x)]),
        (OneHotEncoder(handle_unknown="ignore"), words_of(x)))
    m = make_pipeline(prep, LogisticRegression(max_iter=5000)).fit(x, y)
    h = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    cx, cz = coded(x, z)
    return beside("telco, split %d: the better of logistic and gbdt (%s)" % (seed, best), auc(best + ".onnx", test, "Churn"), {
        "LogisticRegression": roc_auc_score(t, m.predict_proba(z)[:, 1]),
        "HistGradientBoosting": roc_auc_score(t, h.fit(cx, y).predict_proba(cz)[:, 1])})


def boosted(title, train, test, target, positive):
    train.to_csv("train.csv", index=False)
    tap.run("mlv-train", "fit", "train.csv", "-t", target, "-l", "gbdt", "-o", "g.onnx")
    x, z = coded(train.drop(columns=target), test.drop(columns=target))
    m = lightgbm.LGBMClassifier(verbose=-1).fit(x, train[target].astype(str) == positive)
    return beside(title, auc("g.onnx", test, target), {
        "LightGBM": roc_auc_score(test[target].astype(str) == positive, m.predict_proba(z)[:, 1])})


def means(title, all_of):
    if all_of:
        print("#   %s, means of %d: %s" % (title, len(all_of), ", ".join(
            "%s %.5f" % (n, np.mean([a[n] for a in all_of])) for n in all_of[0])))


both = real.telco()
if both:
    d = pd.concat(both).sort_index()
    means("telco", [telco(d, s) for s in range(SEEDS)])
for title, load, target, positive in (("adult", real.adult, "income", ">50K"), ("higgs", real.higgs, "y", "1")):
    both = load()
    if not both:
        continue
    all_of = [boosted(title + ": gbdt, the files' own split", *both, target, positive)]
    d = pd.concat(both, ignore_index=True)
    for seed in range(SEEDS - 1):
        order = np.random.default_rng(seed).permutation(len(d))
        cut = len(both[0])
        all_of.append(boosted("%s, split %d: gbdt" % (title, seed), d.iloc[order[:cut]], d.iloc[order[cut:]], target, positive))
    means(title, all_of)
tap.done()
