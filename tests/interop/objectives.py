"""Boosted trees beside LightGBM's, beyond the common objectives, and rows asked where training had none.

objectives.py [FOLDER] also freezes its cases there, for tests/golden/fits.sh.
"""
import os
import sys

import lightgbm
import numpy as np
import onnxruntime
import pandas as pd
from sklearn.utils.class_weight import compute_sample_weight

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
    x["count"] = r.poisson(np.exp(s.clip(-3, 2) / 2))
    x["paid"] = (r.gamma(2, size=n) * x["count"]).round(2)
    x["z"] = (s * 3 + r.standard_t(3, size=n)).round(3)
    x["w"] = r.integers(1, 5, n)
    x["kind"] = np.where(s > 1, "c", np.where(s > 0, "b", "a"))
    return x


def asked(d):
    """The rows, and some of them with zero, next to zero, or nothing in each column in turn."""
    parts = [d.head(100)]
    for c in columns:
        for v in (0.0, -0.0, np.nan, 2e-35, -2e-35, 1e-36):
            parts.append(d.head(15).assign(**{c: v}))
    return pd.concat(parts, ignore_index=True)


def served(model, d, output):
    """By onnxruntime, or where its sum of hundreds of floats rounds too much, by mlv."""
    if output is None:
        d[columns].to_csv("ask.csv", index=False)
        tap.run("mlv-serve", "batch", "-o", "scored.csv", model, stdin=open("ask.csv").read())
        return pd.read_csv("scored.csv").iloc[:, -1].to_numpy()
    s = onnxruntime.InferenceSession(model)
    got = s.run([output], {i.name: d[i.name].to_numpy(np.float32).reshape(-1, 1) for i in s.get_inputs()})[0]
    return np.asarray(got, dtype=np.float64)


def case(name, d, ask, target, task, params, used=columns, weight=False, classes=None, valid=None, keep=False):
    x, q = d[used].astype(np.float32), ask[used].astype(np.float32)
    y = np.searchsorted(sorted(d[target].unique()), d[target]) if task == "multiclass" else d[target]
    p = dict(objective=task, num_leaves=15, min_data_in_leaf=10, num_iterations=30) | params
    rounds = p["num_iterations"]
    known = {k: v for k, v in p.items() if k != "num_iterations"} | dict(
        verbose=-1, num_threads=1, deterministic=True, force_col_wise=True)
    weights = d.w.to_numpy() if weight else None
    if classes:
        weights = compute_sample_weight(classes, d[target])
        p["class_weight"] = "balanced" if classes == "balanced" else ",".join("%s:%s" % i for i in classes.items())
    if task == "multiclass":
        known["num_class"] = d[target].nunique()
    data = lightgbm.Dataset(x, y, weight=weights, params=known)
    stop = {}
    if valid is not None:
        stop = dict(valid_sets=[data.create_valid(valid[used].astype(np.float32), valid[target])],
                    callbacks=[lightgbm.early_stopping(50, verbose=False)])
    b = lightgbm.train(known, data, rounds, **stop)
    want = b.predict(q)
    d.to_csv("train.csv", index=False)
    kind = task if task in ("binary", "multiclass") else "regression"
    gone = [c for c in d if c not in used + [target] and not (weight and c == "w")]
    a = ["-t", target, "-l", "gbdt", "--task", kind] + (["-d", ",".join(gone)] if gone else [])
    for k, v in p.items():
        if k != "objective" or v != kind:
            a += ["-s", "%s=%s" % (k, v)]
    a += ["--weight", "w"] if weight else []
    if valid is not None:
        valid.to_csv("valid.csv", index=False)
        a += ["--valid", "valid.csv"]
    out = tap.run("mlv-train", "fit", "train.csv", "-o", "m.onnx", *a)
    if valid is not None:
        mine = int(out.split("\t")[5])
        tap.ok(mine == b.best_iteration, name + ": LightGBM's iterations", "%d, LightGBM %d" % (mine, b.best_iteration))
    output = None if valid is not None else "prediction" if kind == "regression" else "probabilities"
    got = served("m.onnx", ask, output)
    got = got[:, 1] if kind == "binary" and output else got.reshape(want.shape)
    # to the floats of the answers, and of a few hundred leaves where many trees are watched
    off = np.abs(got - want) / max(1, np.abs(want).max())
    tap.ok(off.max() <= (1e-6 if valid is None else 4e-6), name + ": LightGBM's answers", "largest difference %.2g, above 1e-6 in %d of %d" %
           (off.max(), (off > 1e-6).sum(), off.size))
    if freeze and keep and name in frozen:
        names = ["p%d" % i for i in range(want.shape[1])] if want.ndim == 2 else ["p"]
        pd.DataFrame(want.reshape(len(ask), -1), columns=names).to_csv(os.path.join(freeze, name + ".csv"), index=False, float_format="%.9g")
        open(os.path.join(freeze, name + ".args"), "w").write(" ".join(a) + "\n")


frozen = ("zeros zeros-one-column regression_l1 regression_l1-weights huber-alpha-2.5 quantile quantile-weights "
          "quantile-alpha-0.25 poisson poisson-weights tweedie tweedie-tweedie_variance_power-1.2-weights "
          "monotone-regression monotone-binary-weights monotone-multiclass monotone-poisson class-balanced "
          "class-weights").split()


def cases():
    yield "zeros", "y", "binary", {}, {}
    yield "zeros-one-column", "y", "binary", {}, dict(used=["a"])
    for target, task, params in (
            ("z", "regression_l1", {}), ("z", "mae", dict(num_leaves=31)), ("z", "huber", {}), ("z", "huber", dict(alpha=2.5)),
            ("z", "quantile", {}), ("z", "quantile", dict(alpha=.25)), ("count", "poisson", {}),
            ("count", "poisson", dict(poisson_max_delta_step=.2)), ("paid", "tweedie", {}),
            ("paid", "tweedie", dict(tweedie_variance_power=1.2)), ("z", "regression", dict(boost_from_average="false")),
            ("count", "poisson", dict(boost_from_average="false"))):
        name = "-".join([task] + ["%s-%s" % i for i in params.items()])
        yield name, target, task, params, {}
        yield name + "-weights", target, task, params, dict(weight=True)
    for target, task, more in (("z", "regression", {}), ("y", "binary", {}), ("count", "poisson", {}), ("z", "huber", {}),
                               ("z", "regression", dict(lambda_l1=1, lambda_l2=2)), ("kind", "multiclass", {})):
        name = "monotone-" + "-".join([task] + list(more))
        yield name, target, task, dict(monotone_constraints="1,0,-1,1", **more), {}
        yield name + "-weights", target, task, dict(monotone_constraints="-1,-1,1,0", **more), dict(weight=True)
    yield "class-balanced", "y", "binary", dict(num_leaves=7), dict(classes="balanced")
    yield "class-weights", "y", "binary", {}, dict(classes={0: 3, 1: .5})
    yield "class-balanced-kinds", "kind", "multiclass", {}, dict(classes="balanced")
    yield "positive-weight", "y", "binary", dict(scale_pos_weight=2.5), {}


def watched():
    for target, task, metrics in (("z", "regression", ["l1", "rmse", "mape", "huber", "quantile"]), ("z", "mae", ["l2"]),
                                  ("count", "poisson", ["poisson", "l2"]), ("paid", "tweedie", ["tweedie", "mae"]),
                                  ("y", "binary", ["auc", "binary_error", "binary_logloss"]),
                                  ("z", "quantile", ["quantile"]), ("z", "huber", ["huber"])):
        for m in metrics:
            yield "watch-%s-%s" % (task, m), target, task, dict(metric=m, num_iterations=300)


if freeze:
    os.makedirs(freeze, exist_ok=True)
for seed in range(3):
    d = rows(400 + 700 * (seed % 3), seed)
    ask = asked(d)
    if freeze and seed == 0:
        d.to_csv(os.path.join(freeze, "rows.csv"), index=False)
        ask.to_csv(os.path.join(freeze, "ask.csv"), index=False)
    for name, target, task, params, how in cases():
        case(name if seed == 0 else "%s, rows %d" % (name, seed), d, ask, target, task, params, keep=seed == 0, **how)
    for name, target, task, params in watched():
        case("%s, rows %d" % (name, seed), d, ask, target, task, params, valid=rows(300, 100 + seed))
tap.done()
