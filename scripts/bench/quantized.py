"""quantized.py FOLDER ROWS: what scripts/bench/quantized.sh runs.

Six kinds of rows, three training sets of each, and on each three models whose
bins are made from other rows.  Each model is judged on 100,000 fresh rows; a
line shows the mean of nine with doubles, with quantized gradients, the mean
of their differences with its standard error, and processor seconds of both.
"""
import json
import os
import resource
import subprocess
import sys

import numpy as np
import pandas as pd

TEST = 100000
KINDS = ("numbers", "categories", "missing", "rare class", "regression", "multiclass")


def rows(kind, n, seed):
    r = np.random.default_rng(seed)
    x = r.standard_normal((n, 12)).astype(np.float32)
    d = pd.DataFrame(x, columns=["f%d" % i for i in range(12)])
    s = 0.8 * x[:, 0] + 0.6 * x[:, 1] * (x[:, 2] > 0) + 0.5 * np.sin(3 * x[:, 3]) + 0.4 * np.abs(x[:, 4]) - 0.5
    if kind == "categories":
        for c, levels in (("c0", 8), ("c1", 60), ("c2", 200)):
            effect = np.random.default_rng(len(c) + levels).normal(size=levels) * 0.6
            level = r.integers(0, levels, n)
            s = s + effect[level]
            d[c] = np.char.add("l", level.astype(str))
    if kind == "missing":
        for i in range(6):
            d.loc[r.random(n) < 0.25, "f%d" % i] = np.nan
    if kind == "regression":
        d["y"] = s + r.standard_normal(n) * 0.7 + (r.random(n) < 0.01) * 8
    elif kind == "multiclass":
        d["y"] = np.array(["a", "b", "c", "d"])[np.digitize(s + r.standard_normal(n) * 0.6, [-0.9, 0, 0.9])]
    else:
        d["y"] = (r.random(n) < 1 / (1 + np.exp(-(1.5 * s - (5.5 if kind == "rare class" else 0))))).astype(int)
    return d


def fit(kind, sample, *more):
    """Processor seconds of a fit, and how it does on the test rows."""
    task = ["--task", "regression"] if kind == "regression" else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(["mlv-train", "fit", "train.csv", "-t", "y", "-l", "gbdt", "-o", "m.onnx", "-s",
                    "bin_construct_sample_cnt=%d" % sample, *task, *more], check=True, stdout=subprocess.DEVNULL)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    out = subprocess.run(["mlv-train", "eval", "m.onnx", "test.csv", "-t", "y", "--json", "--no-record"], check=True,
                         capture_output=True, text=True).stdout
    metric = {"regression": "rmse", "multiclass": "logloss"}.get(kind, "auc")
    return took, json.loads(out)["metrics"][metric]["value"], metric


def main(folder, n, more):
    os.chdir(folder)
    print("kind\tmetric\tdoubles\tquantized\tdifference\tstandard_error\tdoubles_s\tquantized_s", flush=True)
    for kind in KINDS:
        rows(kind, TEST, 99).to_csv("test.csv", index=False)
        plain, whole, took = [], [], [0, 0]
        for seed in range(3):
            rows(kind, n, seed).to_csv("train.csv", index=False)
            for sample in (n, n - 1, int(n * .8)):
                s, v, metric = fit(kind, sample)
                plain.append(v)
                took[0] += s
                s, v, metric = fit(kind, sample, "-s", "use_quantized_grad=true", *more)
                whole.append(v)
                took[1] += s
        d = np.array(whole) - np.array(plain)
        print("%s\t%s\t%.5f\t%.5f\t%+.5f\t%.5f\t%.2f\t%.2f" % (kind, metric, np.mean(plain), np.mean(whole), d.mean(),
              d.std(ddof=1) / len(d) ** .5, took[0] / 9, took[1] / 9), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
