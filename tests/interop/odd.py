"""Models of odd columns in onnxruntime: row by row what mlv-serve says, also of rows that
lack values, hold unseen categories, or lie far outside of what was learned."""
import os

import numpy as np
import onnx
import onnxruntime
import pandas as pd

import tap

os.chdir(tap.workspace())
r = np.random.default_rng(1)
n = 1200
d = pd.DataFrame({
    "a b": r.normal(size=n), "größe": r.normal(size=n) * 1e30, "features": r.normal(size=n) * 1e-30,
    "scores": r.integers(-2**40, 2**40, n), "yes": 1e6 + r.normal(size=n), "flag": r.choice(["true", "false", ""], n),
    "constant": np.full(n, .1), "same": ["x"] * n, "empty": [""] * n, "code_3": r.integers(0, 7, n),
    "when": pd.Timestamp("2026-01-01") + pd.to_timedelta(r.integers(0, 300 * 24, n), unit="h"),
    'q"uo,te': r.choice(["a,b", 'c"d', "e\nf", "g h", "Ünï", ""], n),
    "gaps": np.where(r.random(n) < .3, "", r.normal(size=n).round(3).astype(str)), "numbers": r.integers(0, 5, n),
    "rare": ["r%d" % v for v in r.geometric(.05, n)]})
d["when"] = d["when"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
z = (d["a b"] + d["größe"] / 1e30 + d["features"] * 1e30 + (d.flag == "true") * 2 + (d["code_3"] % 2) * 1.5
     + d['q"uo,te'].isin(["a,b"]) * 2 + r.normal(size=n) * .5)
d["y"] = np.where(z > z.median(), "yes", "no")
d["kind"] = np.where(z > z.quantile(.7), "c", np.where(z > z.quantile(.3), "b,x", "a"))
d["z"] = z.round(4)
test = d.copy()
for c, v in (('q"uo,te', "UNSEEN"), ("rare", "zzz"), ("a b", np.nan), ("flag", ""), ("same", "w"), ("constant", 7), ("scores", 2**62)):
    test[c] = test[c].astype(object).where(r.random(n) > .2, v)
d.to_csv("train.csv", index=False)
test.to_csv("test.csv", index=False)
raw = pd.read_csv("test.csv", dtype=str, keep_default_na=False)


def number(c):
    if c.name == "flag":
        return c.map({"true": 1., "false": 0., "": np.nan})
    if c.name == "when":
        return (pd.to_datetime(c) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(microseconds=1)
    return c.replace("", "nan")


cases = [("y", "logistic", ""), ("y", "logistic", "-s penalty=l1 -s C=.1"), ("y", "logistic", "--positive no"),
         ("y", "logistic", "--task multiclass"), ("y", "gbdt", ""), ("y", "gbdt", "--positive no"),
         ("y", "gbdt", "--task multiclass"), ("y", "gbdt", "-s bagging_fraction=.6 -s bagging_freq=1 -s feature_fraction=.5"),
         ("kind", "logistic", ""), ("kind", "logistic", "-s penalty=elasticnet -s C=.1"), ("kind", "gbdt", "-s num_leaves=7"),
         ("z", "linear", ""), ("z", "linear", "-s alpha=1"), ("z", "linear", "-s penalty=l1 -s alpha=.01"), ("z", "gbdt", "")]
for target, learner, more in cases:
    title = " ".join(w for w in (learner, "of", target, more) if w)
    a = ["train.csv", "-t", target, "-l", learner, "-d", ",".join(c for c in ("y", "kind", "z") if c != target),
         "--numeric", "scores,when", "--categorical", "code_3", *more.split()]
    for threads in ("1", "2"):
        tap.run("mlv-train", "fit", "--threads", threads, "-o", threads + ".onnx", *a)
    tap.ok(open("1.onnx", "rb").read() == open("2.onnx", "rb").read(), title + ": one thread and two, the same bytes")
    tap.run("mlv-serve", "batch", "1.onnx", "-i", "test.csv", "-o", "scored.csv")
    onnx.checker.check_model("1.onnx", full_check=True)
    s = onnxruntime.InferenceSession("1.onnx")
    out = s.run(None, {i.name: (raw[i.name].to_numpy(dtype=object) if "string" in i.type else
                                number(raw[i.name]).astype(float).to_numpy(dtype=np.float32)).reshape(-1, 1)
                       for i in s.get_inputs()})
    got = pd.read_csv("scored.csv", keep_default_na=False)
    want = np.asarray(out[-1], dtype=float).reshape(n, -1)
    off = np.abs(got.to_numpy()[:, -want.shape[1]:].astype(float) - want)
    if target == "z":       # sums of floats: as many of their last digits as there are trees to add
        off /= np.maximum(np.abs(want), np.abs(z).max())
    same = target == "z" or (got["label"] == out[0].ravel()).all()
    tap.ok(off.max() <= 1e-6 and same, title + ": onnxruntime's answers", "largest difference %.2g" % off.max())
tap.done()
