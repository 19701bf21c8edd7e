"""What mlv-train fits, beside scikit-learn and LightGBM on the same rows, and in onnxruntime.

fit.py [FOLDER] also freezes the answers of linear pipelines there, for tests/golden/fits.sh.
"""
import json
import os
import sys

import lightgbm
import numpy as np
import onnx
import onnxruntime
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import real
import tap

freeze = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
frozen_rows = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "fits", "rows.csv")
work = tap.workspace()
os.chdir(work)


def fit(name, train, target, learner, *more):
    tap.run("mlv-train", "fit", train, "-t", target, "-l", learner, "-o", name, *more)
    return name


def evaluate(model, test, target, *more):
    return json.loads(tap.run("mlv-train", "eval", "--json", model, test, "-t", target, *more))


def feed(model, frame):
    """Rows as the graph takes them, and as mlv reads them."""
    out = {}
    for i in onnxruntime.InferenceSession(model).get_inputs():
        c = frame[i.name]
        if "string" in i.type:
            out[i.name] = c.fillna("").astype(str).to_numpy(dtype=object).reshape(-1, 1)
        else:
            out[i.name] = pd.to_numeric(c).to_numpy(dtype=np.float32).reshape(-1, 1)
    return out


def served(model, frame, output="probabilities"):
    s = onnxruntime.InferenceSession(model)
    return np.asarray(s.run([output], feed(model, frame))[0], dtype=np.float64)


def sklearn_linear(train, test, target, positive):
    """The same preparation, spelled in scikit-learn."""
    x, z = train.drop(columns=target), test.drop(columns=target)
    words = [c for c in x if not pd.api.types.is_numeric_dtype(x[c])]
    numbers = [c for c in x if c not in words]
    prep = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), words))
    m = make_pipeline(prep, LogisticRegression(max_iter=5000, tol=1e-8)).fit(x, train[target] == positive)
    return m.predict_proba(z)[:, 1]


def codes(train, test, target):
    x, z = train.drop(columns=target).copy(), test.drop(columns=target).copy()
    for c in x:
        if not pd.api.types.is_numeric_dtype(x[c]):
            kind = pd.CategoricalDtype(sorted(x[c].dropna().unique()))
            x[c], z[c] = x[c].astype(kind), z[c].astype(kind)
    return x, z


def near(title, ours, theirs, by):
    tap.ok(ours >= theirs - by, title, "mlv %.5f, theirs %.5f, apart %+.5f" % (ours, theirs, ours - theirs))


def same_scores(title, model, test, target, *more):
    """onnxruntime's probabilities judged by scikit-learn are what eval says; and row by row."""
    got = evaluate(model, "test.csv", target, *more)
    p = served(model, test)
    at = got["classes"].index(got["positive"])
    truth = test[target].astype(str) == got["positive"]
    d = abs(roc_auc_score(truth, p[:, at]) - got["metrics"]["auc"]["value"])
    # scores that agree within 1e-6 may still swap two rows that almost tie
    tap.ok(d < 1e-6, title + ": eval's AUC is scikit-learn's on onnxruntime's scores", "apart %.2g" % d)
    tap.ok(abs(log_loss(truth, p[:, at]) - got["metrics"]["logloss"]["value"]) < 1e-6, title + ": and its log loss")
    golden = json.loads({m.key: m.value for m in onnx.load(model).metadata_props}["mlv.golden"])["rows"]
    frame = pd.DataFrame([g["in"] for g in golden])
    mine = np.array([[g["out"]["probabilities.%s" % c] for c in got["classes"]] for g in golden])
    d = np.abs(served(model, frame) - mine).max()
    tap.ok(d <= 1e-6, title + ": golden rows in onnxruntime within 1e-6", "largest difference %.2g" % d)
    return got["metrics"]["auc"]["value"]


def three(title, train, test, target, positive):
    train.to_csv("train.csv", index=False)
    test.to_csv("test.csv", index=False)
    y, z = train[target].astype(str) == positive, test[target].astype(str) == positive
    a = same_scores(title + " logistic", fit("l.onnx", "train.csv", target, "logistic"), test, target)
    near(title + ": logistic's AUC within .005 of LogisticRegression", a, roc_auc_score(z, sklearn_linear(train, test, target, positive if train[target].dtype == object else int(positive))), .005)
    a = same_scores(title + " gbdt", fit("g.onnx", "train.csv", target, "gbdt"), test, target)
    x, w = codes(train, test, target)
    near(title + ": gbdt's AUC within .005 of LightGBM", a, roc_auc_score(z, lightgbm.LGBMClassifier(verbose=-1).fit(x, y).predict_proba(w)[:, 1]), .005)
    near(title + ": and of HistGradientBoosting", a, roc_auc_score(z, HistGradientBoostingClassifier(categorical_features="from_dtype", early_stopping=False).fit(x, y).predict_proba(w)[:, 1]), .005)


def coefficients():
    """Exactly the numbers scikit-learn finds, on rows already prepared."""
    r = np.random.default_rng(3)
    x = r.normal(size=(600, 5)).astype(np.float32)
    z = x @ [1.5, -2, 0, .3, 0] + r.normal(size=600)
    x = ((x - x.mean(0, dtype=np.float64)) / x.astype(np.float64).std(0)).astype(np.float32)
    kind = np.where(z > 1, "c", np.where(z > -1, "b", "a"))
    f = pd.DataFrame(x.astype(np.float64), columns=list("pqrst"))
    f["z"], f["y"], f["k"] = z, np.where(z > 0, "b", "a"), kind
    f.to_csv("c.csv", index=False)
    cases = [
        ("linear", "z", LinearRegression(), []),
        ("linear", "z", Ridge(alpha=2.5, tol=1e-12), ["alpha=2.5"]),
        ("linear", "z", Lasso(alpha=.05, tol=1e-12, max_iter=100000), ["penalty=l1", "alpha=.05"]),
        ("linear", "z", ElasticNet(alpha=.05, l1_ratio=.3, tol=1e-12, max_iter=100000), ["penalty=elasticnet", "alpha=.05", "l1_ratio=.3"]),
        ("logistic", "y", LogisticRegression(tol=1e-12, max_iter=10000), []),
        ("logistic", "y", LogisticRegression(C=.1, l1_ratio=1, solver="saga", tol=1e-12, max_iter=100000), ["penalty=l1", "C=.1"]),
        ("logistic", "y", LogisticRegression(C=.1, l1_ratio=.4, solver="saga", tol=1e-12, max_iter=100000), ["penalty=elasticnet", "C=.1", "l1_ratio=.4"]),
        ("logistic", "k", LogisticRegression(tol=1e-12, max_iter=10000), []),
    ]
    for learner, target, peer, sets in cases:
        drop = ",".join(c for c in "zyk" if c != target)
        fit("c.onnx", "c.csv", target, learner, "-d", drop, *[w for s in sets + ["tol=1e-10"] for w in ("-s", s)])
        for n in onnx.load("c.onnx").graph.node:
            a = {i.name: onnx.helper.get_attribute_value(i) for i in n.attribute}
            if "coefficients" in a:
                got = np.append(a["coefficients"], a["intercepts"])
        peer.fit(x.astype(np.float64), f[target])
        want = np.append(np.ravel(peer.coef_), peer.intercept_)
        if target == "k":       # a softmax does not change when all intercepts move together
            got[-3:] -= got[-3:].mean()
            want[-3:] -= want[-3:].mean()
        d = np.abs(got - want).max()
        tap.ok(d < 2e-6, "coefficients of %s %s are scikit-learn's" % (learner, " ".join(sets) or target), "largest difference %.2g (stored as float32)" % d)


def linear_pipelines():
    """Imputed, scaled and encoded as scikit-learn does it; a missing category is no category."""
    d = pd.read_csv(frozen_rows)
    x = d.drop(columns=["y", "kind", "z", "w"])
    words = [c for c in x if x[c].dtype == object]
    levels = [sorted(x[c].dropna().unique()) for c in words]
    x[words] = x[words].fillna("(missing)")
    exact = dict(tol=1e-12, max_iter=100000)
    cases = [
        ("logistic", "y", LogisticRegression(**exact), []),
        ("logistic-strict", "y", LogisticRegression(C=.05, **exact), ["C=.05"]),
        ("logistic-balanced", "y", LogisticRegression(class_weight="balanced", **exact), ["class_weight=balanced"]),
        ("logistic-l1", "y", LogisticRegression(C=.2, l1_ratio=1, solver="saga", **exact), ["penalty=l1", "C=.2"]),
        ("logistic-multinomial", "kind", LogisticRegression(**exact), []),
        ("logistic-multinomial-l1", "kind", LogisticRegression(C=.2, l1_ratio=1, solver="saga", **exact), ["penalty=l1", "C=.2"]),
        # levels and the intercept have many solutions: the shortest one
        ("linear-unpenalised", "z", LinearRegression(), []),
        ("linear-ridge", "z", Ridge(alpha=2.5, tol=1e-12), ["penalty=l2", "alpha=2.5"]),
        ("linear-lasso-weights", "z", Lasso(alpha=.02, **exact), ["penalty=l1", "alpha=.02"]),
        ("linear-lasso", "z", Lasso(alpha=.02, **exact), ["penalty=l1", "alpha=.02"]),
        ("linear-elastic-net", "z", ElasticNet(alpha=.02, l1_ratio=.3, **exact), ["penalty=elasticnet", "alpha=.02", "l1_ratio=.3"]),
    ]
    for name, target, peer, sets in cases:
        learner = name.split("-")[0]
        weight = "w" if name.endswith("weights") else None
        a = ["-t", target, "-l", learner, "-d", ",".join(c for c in ("y", "kind", "z", "w") if c not in (target, weight)),
             "--categorical", ",".join(words)] + [w for s in sets + ["tol=1e-10"] for w in ("-s", s)]
        a += ["--weight", weight] if weight else []
        tap.run("mlv-train", "fit", frozen_rows, "-o", "p.onnx", *a)
        tap.run("mlv-serve", "batch", "-i", frozen_rows, "-o", "p.csv", "p.onnx")
        prep = make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [c for c in x if c not in words]),
            (OneHotEncoder(categories=levels, handle_unknown="ignore", sparse_output=False), words))
        how = {type(peer).__name__.lower() + "__sample_weight": d[weight]} if weight else {}
        m = make_pipeline(prep, peer).fit(x, d[target], **how)
        want = m.predict_proba(x) if learner == "logistic" else m.predict(x).reshape(-1, 1)
        got = pd.read_csv("p.csv").to_numpy()[:, -want.shape[1]:].astype(float)
        off = (np.abs(got - want) / np.maximum(1, np.abs(want))).max()
        tap.ok(off <= 1e-6, "%s: scikit-learn's answers" % name, "largest difference %.2g" % off)
        if freeze:
            pd.DataFrame(want, columns=["p%d" % i for i in range(want.shape[1])]).to_csv(
                os.path.join(freeze, name + ".csv"), index=False, float_format="%.7f")
            open(os.path.join(freeze, name + ".args"), "w").write(" ".join(a) + "\n")


def many_rows():
    """Enough rows to begin at a sample of them, and categories of many levels."""
    r = np.random.default_rng(8)
    n = 120000
    d = pd.DataFrame({"a%d" % i: r.normal(size=n).astype(np.float32).round(3) for i in range(6)})
    score = d.to_numpy() @ r.normal(size=6)
    for i, levels in enumerate((3, 40, 120)):
        level = r.integers(0, levels, n)
        score = score + r.normal(size=levels)[level]
        d["c%d" % i] = np.char.add("l", level.astype(str))
    d["y"] = np.where(r.random(n) < 1 / (1 + np.exp(-score)), "yes", "no")
    d["k"] = np.where(score + r.normal(size=n) > 1, "c", np.where(score + r.normal(size=n) > -1, "b", "a"))
    d.to_csv("many.csv", index=False)
    d = pd.read_csv("many.csv")
    words = ["c0", "c1", "c2"]
    prep = make_column_transformer((StandardScaler(), ["a%d" % i for i in range(6)]), (OneHotEncoder(), words))
    for target, C in (("y", 1), ("y", .01), ("k", .1)):
        tap.run("mlv-train", "fit", "many.csv", "-t", target, "-l", "logistic", "-d", "k" if target == "y" else "y",
                "-s", "C=%g" % C, "-s", "tol=1e-10", "-o", "many.onnx")
        tap.run("mlv-serve", "batch", "-i", "many.csv", "-o", "p.csv", "many.onnx")
        m = make_pipeline(prep, LogisticRegression(C=C, tol=1e-10, max_iter=5000, solver="newton-cg"))
        want = m.fit(d.drop(columns=["y", "k"]), d[target]).predict_proba(d)
        got = pd.read_csv("p.csv").to_numpy()[:, -want.shape[1]:].astype(float)
        off = np.abs(got - want).max()
        tap.ok(off <= 1e-6, "120,000 rows, C=%g, %d classes: scikit-learn's answers" % (C, want.shape[1]), "largest difference %.2g" % off)


coefficients()
linear_pipelines()
many_rows()
for title, load, target, positive in (("telco", real.telco, "Churn", "Yes"), ("adult", real.adult, "income", ">50K"),
                                      ("higgs", real.higgs, "y", "1")):
    both = load()
    if both:
        three(title, *both, target, positive)
tap.done()
