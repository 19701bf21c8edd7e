"""Boosted trees beside LightGBM's, beyond the common objectives: rows asked where training had none.

objectives.py [FOLDER] also freezes its cases there, for tests/golden/fits.sh.
"""
import os
import sys

import lightgbm
import numpy as np
import onnxruntime
import pandas as pd

import tap

freeze = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
os.chdir(tap.workspace())
columns = ["a", "b", "c", "d"]


def rows(n, seed):
    """Columns without a zero; of them d alone has gaps."""
    r = np.random.default_rng(seed)
    x = pd.DataFrame({"a": r.normal(size=n), "b": r.normal(size=n), "c": r.gamma(2, size=n), "d": r.normal(size=n)}).round(3)
    x = x.where(x != 0, .001)
    s = x.a - x.b.abs() + x.c / 2 + x.d * (x.a > 0)
    x.loc[r.random(n) < .2, "d"] = np.nan
    x["y"] = (s + r.normal(size=n) > 0).astype(int)
    return x


def asked(d):
    """The rows, and some of them with zero, next to zero, or nothing in each column in turn."""
    parts = [d]
    for c in columns:
        for v in (0.0, -0.0, np.nan, 2e-35, -2e-35, 1e-36):
            parts.append(d.head(15).assign(**{c: v}))
    return pd.concat(parts, ignore_index=True)


def served(model, d, output):
    s = onnxruntime.InferenceSession(model)
    got = s.run([output], {i.name: d[i.name].to_numpy(np.float32).reshape(-1, 1) for i in s.get_inputs()})[0]
    return np.asarray(got, dtype=np.float64)


def case(name, d, ask, target, task, params, used=columns, keep=False):
    x, q = d[used].astype(np.float32), ask[used].astype(np.float32)
    p = dict(objective=task, num_leaves=15, min_data_in_leaf=10, num_iterations=30) | params
    rounds = p["num_iterations"]
    known = {k: v for k, v in p.items() if k != "num_iterations"} | dict(
        verbose=-1, num_threads=1, deterministic=True, force_col_wise=True)
    want = lightgbm.train(known, lightgbm.Dataset(x, d[target], params=known), rounds).predict(q)
    d.to_csv("train.csv", index=False)
    kind = task if task in ("binary", "multiclass") else "regression"
    gone = [c for c in d if c not in used + [target]]
    a = ["-t", target, "-l", "gbdt", "--task", kind] + (["-d", ",".join(gone)] if gone else [])
    for k, v in p.items():
        if k != "objective" or v != kind:
            a += ["-s", "%s=%s" % (k, v)]
    tap.run("mlv-train", "fit", "train.csv", "-o", "m.onnx", *a)
    got = served("m.onnx", ask, "prediction" if kind == "regression" else "probabilities")
    got = got[:, 1] if kind == "binary" else got.reshape(want.shape)
    off = np.abs(got - want) / np.maximum(1, np.abs(want))
    tap.ok(off.max() <= 1e-6, name + ": LightGBM's answers", "largest difference %.2g, above 1e-6 in %d of %d" %
           (off.max(), (off > 1e-6).sum(), off.size))
    if freeze and keep:
        pd.DataFrame({"p": want}).to_csv(os.path.join(freeze, name + ".csv"), index=False, float_format="%.9g")
        open(os.path.join(freeze, name + ".args"), "w").write(" ".join(a) + "\n")


def cases():
    yield "zeros", "y", "binary", {}, {}
    yield "zeros-one-column", "y", "binary", {}, dict(used=["a"])


if freeze:
    os.makedirs(freeze, exist_ok=True)
for seed in range(12):
    d = rows(400 + 700 * (seed % 3), seed)
    ask = asked(d)
    if freeze and seed == 0:
        d.to_csv(os.path.join(freeze, "rows.csv"), index=False)
        ask.to_csv(os.path.join(freeze, "ask.csv"), index=False)
    for name, target, task, params, how in cases():
        case(name if seed == 0 else "%s, rows %d" % (name, seed), d, ask, target, task, params, keep=seed == 0, **how)
tap.done()
