"""What eval says beside scikit-learn's and scipy's metrics: ties, one class, scores of every temper,
and exports of scikit-learn whose classes are spelt in many ways."""
import json
import os
import subprocess

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper
from scipy.stats import ks_2samp
from skl2onnx import to_onnx
from sklearn import metrics as sk
from sklearn.linear_model import LinearRegression, LogisticRegression

import tap

os.chdir(tap.workspace())
r = np.random.default_rng(0)


def echo(k, props):
    """A model that answers what it is asked: the scores are columns of the file."""
    x, y = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, [None, k]) for n in ("x", "scores")]
    g = helper.make_graph([helper.make_node("Identity", ["x"], ["scores"])], "g", [x], [y])
    m = helper.make_model(g, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(m, props)
    onnx.save(m, "echo.onnx")


def evaluate(model, d, *more):
    d.to_csv("d.csv", index=False, float_format="%.17g")
    p = subprocess.run(["mlv-train", "eval", "--json", model, "d.csv", "-t", "y", *more], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return json.loads(p.stdout) if p.returncode == 0 else {"metrics": {}, "error": p.stderr}


def case(title, scores, y, want, *more, props={}):
    scores = np.asarray(scores, dtype=float).reshape(len(y), -1)
    k = scores.shape[1]
    echo(k, props)
    d = pd.DataFrame(scores, columns=["x"] if k == 1 else ["p%d" % i for i in range(k)])
    d["y"] = y
    j = evaluate("echo.onnx", d, *more)
    got = {n: m["value"] for n, m in j["metrics"].items() if n != "ece"}
    off = {n: abs(got[n] - v) / max(1, abs(v)) for n, v in want.items() if n in got}
    inside = all("low" not in m or m["low"] <= m["value"] <= m["high"] and m["low"] < m["high"] for m in j["metrics"].values())
    tap.ok(set(got) == set(want) and max(off.values()) < 1e-13 and inside, title,
           "largest difference %.2g%s" % (max(off.values(), default=np.nan), "" if set(got) == set(want) else
                                          ": %s, not %s %s" % (sorted(got), sorted(want), j.get("error", ""))))


def binary(p, y):
    said = p >= .5
    w = dict(logloss=sk.log_loss(y, p, labels=[0, 1]), brier=np.mean((p - y) ** 2), accuracy=sk.accuracy_score(y, said),
             precision=sk.precision_score(y, said, zero_division=0), recall=sk.recall_score(y, said, zero_division=0),
             f1=sk.f1_score(y, said, zero_division=0))
    if len(set(y)) == 2:
        w.update(auc=sk.roc_auc_score(y, p), average_precision=sk.average_precision_score(y, p),
                 ks=ks_2samp(p[y == 1], p[y == 0]).statistic)
    return w


def several(p, y):
    k, said = p.shape[1], p.argmax(1)
    w = dict(accuracy=sk.accuracy_score(y, said), logloss=sk.log_loss(y, p, labels=range(k)))
    for how in ("macro", "weighted"):
        w["f1_" + how] = sk.f1_score(y, said, average=how, labels=range(k), zero_division=0)
    if len(set(y)) == k:
        w["auc_ovr"] = sk.roc_auc_score(y, p, multi_class="ovr", labels=range(k))
    return w


def numbers(p, y):
    return dict(rmse=sk.root_mean_squared_error(y, p), mae=sk.mean_absolute_error(y, p), r2=sk.r2_score(y, p),
                median_ae=sk.median_absolute_error(y, p))


n = 997
y = (r.random(n) < .3).astype(int)
p = np.clip(.3 + .3 * y + .2 * r.normal(size=n), 0, 1)
for title, s, t in (("two classes", p, y), ("with ties", p.round(1), y), ("worse than chance", 1 - p, y),
                    ("one score for all", np.full(n, .25), y), ("perfect", y * 1., y), ("all wrong", 1. - y, y),
                    ("two rows", np.array([.8, .3]), np.array([1, 0])), ("positives only", p[:50], np.ones(50, int)),
                    ("negatives only", p[:50], np.zeros(50, int))):
    case(title, s, t, binary(s, t), "--task", "binary")
w = binary(p, y)
case("scores that are no probabilities", 4 * p - 2, y, {**{m: w[m] for m in ("auc", "average_precision", "ks")}, **{
    m: v for m, v in binary((4 * p - 2 >= .5).astype(float), y).items() if m in ("accuracy", "precision", "recall", "f1")}},
    "--task", "binary")
k = 4
y = r.choice(k, n, p=[.5, .3, .15, .05])
p = r.random((n, k)) + np.eye(k)[y] * .6
p /= p.sum(1, keepdims=True)
coarse = p.round(1) + .1
coarse /= coarse.sum(1, keepdims=True)
rare = np.r_[np.where(y != 3)[0][:200], np.where(y == 3)[0][:1]]
for title, s, t in (("four classes", p, y), ("with ties", coarse, y), ("one of them missing", p[y != 3], y[y != 3]),
                    ("one of them in one row", p[rare], y[rare])):
    case(title, s, t, several(s, t))
z = r.normal(size=n) * 3 + 1e6
e = z + r.normal(size=n)
case("numbers", e, z, numbers(e, z), "--task", "regression")
case("numbers all the same and right", np.full(n, .5), np.full(n, .5), numbers(np.full(n, .5), np.full(n, .5)), "--task", "regression")

x = r.normal(size=(400, 3)).astype(np.float32)
s = x @ [1, -1, .5] + r.normal(size=400)
yes, kind = (s > 0).astype(int), np.digitize(s, [-1, 1])
d = pd.DataFrame(x.astype(float), columns=list("abc"))
spelt = [("0 and 1", yes, yes), ("1.0 for 1", yes, yes.astype(float)), ("true for 1", yes, np.where(yes, "true", "false")),
         ("booleans", yes.astype(bool), np.where(yes, "True", "False")), ("names", np.where(yes, "yes", "no"), np.where(yes, "yes", "no")),
         ("-1 and 1", 2 * yes - 1, 2 * yes - 1), ("three numbers", kind, kind),
         ("three names", np.array(["lo", "mid", "hi"])[kind], np.array(["lo", "mid", "hi"])[kind])]
for zipmap in (True, False):
    for title, y, text in spelt:
        m = LogisticRegression().fit(x, y)
        open("m.onnx", "wb").write(to_onnx(m, x[:1], options={"zipmap": zipmap}, target_opset=17).SerializeToString())
        j = evaluate("m.onnx", d.assign(y=text))
        want = sk.log_loss(y, m.predict_proba(x))
        got = j["metrics"].get("logloss", {}).get("value", np.nan)
        tap.ok(abs(got - want) < 1e-6, "scikit-learn's export, %s%s" % (title, ", ZipMap" if zipmap else ""),
               "apart %.2g %s" % (got - want, j.get("error", "")))
m = LinearRegression().fit(x, s)
open("m.onnx", "wb").write(to_onnx(m, x[:1], target_opset=17).SerializeToString())
j = evaluate("m.onnx", d.assign(id=1, y=s), "-d", "id")
tap.ok(abs(j["metrics"]["r2"]["value"] - m.score(x, s)) < 1e-6, "scikit-learn's regression, a column dropped")

# --- what regressions of other objectives are about
z = r.poisson(2, n).astype(float)
p = np.clip(z + r.normal(size=n), .1, None)
both = dict(poisson_deviance=sk.mean_poisson_deviance(z, p))
above = dict(poisson_deviance=sk.mean_poisson_deviance(z + 1, p), gamma_deviance=sk.mean_gamma_deviance(z + 1, p))
for title, props, target, more in (
        ("a quantile", {"objective": "quantile", "alpha": "0.9"}, z, dict(pinball=sk.mean_pinball_loss(z, p, alpha=.9))),
        ("a low quantile", {"objective": "quantile", "alpha": "0.05"}, z, dict(pinball=sk.mean_pinball_loss(z, p, alpha=.05))),
        ("counts", {"objective": "poisson"}, z, both), ("amounts, some 0", {"objective": "tweedie"}, z, both),
        ("amounts, none 0", {"objective": "tweedie"}, z + 1, above),
        ("gamma", {"objective": "gamma"}, z + 1, dict(gamma_deviance=above["gamma_deviance"])),
        ("gamma of a target of 0", {"objective": "gamma"}, z, {}), ("counts below 0", {"objective": "poisson"}, z - 1, {})):
    case("the objective: " + title, p, target, {**numbers(p, target), **more}, "--task", "regression",
         props={"mlv." + k: v for k, v in props.items()})
tap.done()
