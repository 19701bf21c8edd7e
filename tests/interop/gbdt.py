"""Boosted trees beside LightGBM's: the same rows, the same parameters, the same scores.

gbdt.py [FOLDER] also freezes small cases there, for tests/golden/fits.sh.
"""
import os
import sys

import lightgbm
import numpy as np
import onnxruntime
import pandas as pd

import real
import tap

freeze = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
os.chdir(tap.workspace())


def rows(n, seed):
    """Columns of every temper, and three targets."""
    r = np.random.default_rng(seed)
    rare = np.array(["c%03d" % i for i in range(60)])
    d = pd.DataFrame({
        "a": r.normal(size=n), "b": r.normal(size=n).round(1), "whole": r.integers(-5, 40, n),
        "zeros": np.where(r.random(n) < .7, 0, r.normal(size=n)),
        "gaps": np.where(r.random(n) < .2, np.nan, r.normal(size=n)),
        "ten": r.choice(list("pqrstuvwxy"), n), "three": r.choice(["u", "v", "w"], n),
        "four": r.choice(["u", "v", "w", "q"], n),
        "rare": r.choice(rare, n, p=np.r_[np.full(30, .95 / 30), np.full(30, .05 / 30)])}).round(4)
    d.loc[r.random(n) < .1, "ten"] = np.nan
    z = (d.a + d.zeros * 2 + d.gaps.fillna(1) + d.ten.isin(list("prt")) * 1.5 + (d.four == "q")
         + (d.three == "v") * .7 + r.normal(size=n)).round(4)
    d["y"] = np.where(z > z.median(), "yes", "no")
    d["kind"] = np.where(z > z.quantile(.7), "c", np.where(z > z.quantile(.3), "b", "a"))
    d["z"] = z
    d["w"] = r.integers(1, 5, n)
    return d


def peer(d, valid, target, task, params, weight):
    """LightGBM's scores of the rows of d, and its number of iterations."""
    def side(f):
        x = f.drop(columns=drops(target, d) + [target])
        for c in x:
            x[c] = (x[c].astype(pd.CategoricalDtype(sorted(d[c].dropna().unique())))
                    if d[c].dtype == object else x[c].astype(np.float32))
        y = f[target] if task == "regression" else pd.Series(np.searchsorted(sorted(d[target].unique()), f[target]))
        return x, y

    x, y = side(d)
    p = dict(objective=task, verbose=-1, num_threads=2, deterministic=True, force_col_wise=True, **params)
    if task == "multiclass":
        p["num_class"] = d[target].nunique()
    rounds = p.pop("num_iterations", 100)
    data = lightgbm.Dataset(x, y, weight=d.w if weight else None, params=p)
    stop = [lightgbm.early_stopping(50, verbose=False)] if valid is not None else None
    more = [data.create_valid(*side(valid))] if valid is not None else None
    b = lightgbm.train(p, data, rounds, valid_sets=more, callbacks=stop)
    return b.predict(x), b.best_iteration if valid is not None else rounds


def drops(target, d):
    return [c for c in ("y", "kind", "z", "w") if c != target and c in d]


def arguments(d, target, task, params, weight):
    words = [c for c in d if d[c].dtype == object and c not in ("y", "kind", target)]
    gone = [c for c in drops(target, d) if not (weight and c == "w")]
    a = ["-t", target, "-l", "gbdt", "--task", task]
    for k, v in params.items():
        a += ["-s", "%s=%s" % (k, v)]
    return a + (["-d", ",".join(gone)] if gone else []) + (["--categorical", ",".join(words)] if words else []) + (
        ["--weight", "w"] if weight else [])


def served(model, d, output):
    s = onnxruntime.InferenceSession(model)
    feed = {}
    for i in s.get_inputs():
        c = d[i.name]
        feed[i.name] = (c.fillna("").astype(str).to_numpy(dtype=object) if "string" in i.type else
                        c.to_numpy(dtype=np.float32)).reshape(-1, 1)
    return np.asarray(s.run([output], feed)[0], dtype=np.float64)


def case(title, d, params, target="y", task="binary", weight=False, valid=None):
    want, iterations = peer(d, valid, target, task, params, weight)
    d.to_csv("train.csv", index=False)
    a = arguments(d, target, task, params, weight)
    if valid is not None:
        valid.to_csv("valid.csv", index=False)
        a += ["-v", "valid.csv"]
    out = tap.run("mlv-train", "fit", "train.csv", "-o", "m.onnx", *a)
    got = served("m.onnx", d, "prediction" if task == "regression" else "probabilities")
    got = got[:, 1] if task == "binary" else got.reshape(want.shape)
    off = np.abs(got - want) / np.maximum(1, np.abs(want))
    tap.ok(off.max() <= 1e-6, title + ": LightGBM's scores", "largest difference %.2g, above 1e-6 in %d of %d" %
           (off.max(), (off > 1e-6).sum(), off.size))
    if valid is not None:
        mine = int(out.split("\t")[5])
        tap.ok(mine == iterations, title + ": and its number of iterations", "%d, LightGBM %d" % (mine, iterations))
    return want


def cases(d, valid, more):
    yield "plain", d, {}, {}
    yield "numbers", d[["a", "b", "whole", "y"]], {}, {}
    yield "one-hot", d[["a", "three", "y"]], {}, {}
    yield "rare-levels", d[["a", "rare", "y"]], {}, {}
    yield "penalties", d, dict(lambda_l1=1.5, lambda_l2=3, min_gain_to_split=.3), {}
    yield "shallow", d, dict(max_depth=4, max_bin=63, min_data_in_leaf=9, min_sum_hessian_in_leaf=2), {}
    yield "sets", d, dict(cat_smooth=1, cat_l2=1, max_cat_threshold=4, min_data_per_group=20), {}
    yield "positive-weight", d, dict(scale_pos_weight=3), {}
    yield "no-average", d, dict(boost_from_average="false", num_leaves=7), {}
    yield "weights", d, {}, dict(weight=True)
    yield "regression", d, {}, dict(target="z", task="regression")
    yield "multiclass", d, dict(num_iterations=30), dict(target="kind", task="multiclass")
    if more:
        yield "early-stopping", d, dict(num_iterations=400), dict(valid=valid)


for title, d, params, how in cases(rows(5000, 5), rows(1000, 6), True):
    case(title, d, params, **how)

small = rows(400, 7)
if freeze:
    os.makedirs(freeze, exist_ok=True)
    small.to_csv(os.path.join(freeze, "rows.csv"), index=False)
for title, d, params, how in cases(small, None, False):
    # leaves of few rows have cuts of exactly the same worth, which rounding decides
    params = dict(num_iterations=20, num_leaves=15, min_data_in_leaf=10) | params
    want = case("small " + title, d, params, **how)
    if freeze:
        names = ["p%d" % i for i in range(want.shape[1])] if want.ndim == 2 else ["p"]
        pd.DataFrame(want.reshape(len(d), -1), columns=names).to_csv(
            os.path.join(freeze, "gbdt-" + title + ".csv"), index=False, float_format="%.7f")
        a = arguments(d, how.get("target", "y"), how.get("task", "binary"), params, how.get("weight"))
        unused = [c for c in small if c not in d and c not in drops(how.get("target", "y"), small)]
        if unused or "-d" not in a:
            a += ["-d", ",".join(unused + drops(how.get("target", "y"), small))]
        open(os.path.join(freeze, "gbdt-" + title + ".args"), "w").write(" ".join(a) + "\n")

for title, load in (("adult", real.adult), ("higgs", real.higgs)):
    both = load()
    if both:
        case(title, both[0].rename(columns={"income": "y"}), {})
tap.done()
