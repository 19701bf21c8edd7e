"""fit.py FOLDER ROWS...: what scripts/bench/fit.sh runs.

All sides read the same CSV file, train 100 trees of 31 leaves at 255 bins
on two threads and save a model.  mlv-train is timed as a whole process,
exact and packed (use_quantized_grad), which also checks its graph against
the learner, profiles the data and syncs the file; the others inside a fresh
Python after its imports, reading with pandas as float32, LightGBM also with
its own loader and laying out its histograms as it likes.  Those that cannot
be imported are left out.  Medians of five runs, taken in turn; of three from
a million rows.  AUC is on 50,000 rows of their own; peak memory is the
process's.
"""
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.abspath(__file__)
THREADS = 2


def generate(rows, seed):
    import numpy as np
    r = np.random.default_rng(seed)
    x = r.standard_normal((rows, 28)).astype(np.float32)
    z = (0.7 * x[:, 2] + 0.6 * x[:, 8] * (x[:, 9] > 0) + 0.5 * np.sin(3 * x[:, 3])
         + 0.4 * np.abs(x[:, 4]) + 0.3 * x[:, 5] * x[:, 6] - 0.4)
    return x, (r.random(rows) < 1 / (1 + np.exp(-1.5 * z))).astype(int)


def write(path, rows, seed):
    import pandas as pd
    x, y = generate(rows, seed)
    d = pd.DataFrame(x, columns=[f"f{i}" for i in range(28)])
    d.insert(0, "y", y)
    d.to_csv(path, index=False)


def lightgbm(how, train, model):
    import lightgbm as lgb
    p = {"objective": "binary", "verbose": -1, "num_threads": THREADS, "header": True, "label_column": "name:y"}
    begin = time.perf_counter()
    if how == "lightgbm":
        x, y = read(train)
        data = lgb.Dataset(x, y, params=p)
    else:
        data = lgb.Dataset(train, params=p)
    m = lgb.train(p, data, 100)
    m.save_model(model)
    return time.perf_counter() - begin, m.predict


def xgboost(how, train, model):
    from xgboost import XGBClassifier
    m = XGBClassifier(n_estimators=100, max_leaves=31, grow_policy="lossguide", max_depth=0, max_bin=255,
                      tree_method="hist", learning_rate=.1, n_jobs=THREADS)
    return fitted(m, train, lambda: m.save_model(model + ".ubj"))


def histgb(how, train, model):
    import pickle
    from sklearn.ensemble import HistGradientBoostingClassifier
    m = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=31, max_bins=255, early_stopping=False)
    return fitted(m, train, lambda: open(model, "wb").write(pickle.dumps(m)))


def catboost(how, train, model):
    from catboost import CatBoostClassifier
    m = CatBoostClassifier(iterations=100, grow_policy="Lossguide", max_leaves=31, border_count=254,
                           learning_rate=.1, thread_count=THREADS, verbose=0, allow_writing_files=False)
    return fitted(m, train, lambda: m.save_model(model))


def ydf(how, train, model):
    import ydf as y_d_f
    begin = time.perf_counter()
    x, y = read(train)
    m = y_d_f.GradientBoostedTreesLearner(
        label="y", num_trees=100, growing_strategy="BEST_FIRST_GLOBAL", max_num_nodes=31, validation_ratio=0.0,
        early_stopping="NONE", discretize_numerical_columns=True, num_discretized_numerical_bins=255,
        num_threads=THREADS).train(dict({k: x[k].to_numpy() for k in x}, y=y.to_numpy().astype(int)), verbose=0)
    m.save(model)
    return time.perf_counter() - begin, lambda d: m.predict({k: d[k].to_numpy() for k in d})


PEERS = {"lightgbm": (lightgbm, "lightgbm"), "lightgbm-own": (lightgbm, "lightgbm"), "xgboost": (xgboost, "xgboost"),
         "histgb": (histgb, "sklearn"), "catboost": (catboost, "catboost"), "ydf": (ydf, "ydf")}
OURS = {"mlv": [], "mlv-packed": ["--set", "use_quantized_grad=true"]}


def read(path):
    import numpy as np
    import pandas as pd
    d = pd.read_csv(path, dtype=np.float32)
    return d.iloc[:, 1:], d["y"]


def fitted(m, train, save):
    begin = time.perf_counter()
    m.fit(*read(train))
    save()
    return time.perf_counter() - begin, lambda d: m.predict_proba(d)[:, 1]


def peer(how, train, model, test):
    """One run; prints its seconds, its peak in MiB and its AUC."""
    import pandas  # noqa: F401
    from sklearn.metrics import roc_auc_score
    took, predict = PEERS[how][0](how, train, model)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    x, y = read(test)
    print(took, peak, roc_auc_score(y, predict(x)))


def ours(how, train, model, test):
    begin = time.perf_counter()
    child = subprocess.Popen(["mlv-train", "fit", train, "-t", "y", "-l", "gbdt", "-o", model, "--threads",
                              str(THREADS)] + OURS[how], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("fit.py: error: mlv-train ended with status %d" % status)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024, ours_auc(test, model)


def ours_auc(test, model):
    out = subprocess.run(["mlv-train", "eval", model, test, "-t", "y", "--no-record"],
                         check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        name, value = line.split("\t")[:2]
        if name == "auc":
            return float(value)
    sys.exit("fit.py: error: no auc in what mlv-train eval printed")


def theirs(how, train, model, test):
    r = subprocess.run([sys.executable, HERE, "--peer", how, train, model, test], capture_output=True, text=True)
    if r.returncode:
        sys.exit("fit.py: error: %s failed: %s" % (how, r.stderr[-500:]))
    return [float(v) for v in r.stdout.split()[-3:]]


def main(folder, sizes):
    os.chdir(folder)
    write("test.csv", 50000, 99)
    tools = list(OURS) + [p for p in PEERS if importlib.util.find_spec(PEERS[p][1])]
    print("rows\ttool\tseconds\tof mlv's\tMiB\tauc", flush=True)
    for rows in sizes:
        write("train.csv", rows, rows)
        runs = {t: [] for t in tools}
        for _ in range(3 if rows >= 1000000 else 5):
            for t in tools:
                run = ours if t in OURS else theirs
                runs[t].append(run(t, "train.csv", t + (".onnx" if t in OURS else ".model"), "test.csv"))
        took = {t: [statistics.median(v) for v in zip(*runs[t])] for t in tools}
        for t in tools:
            s, peak, auc = took[t]
            print(f"{rows}\t{t}\t{s:.3f}\t{s / took['mlv'][0]:.2f}\t{peak:.0f}\t{auc:.5f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        peer(*sys.argv[2:])
    else:
        main(sys.argv[1], [int(a) for a in sys.argv[2:]])
