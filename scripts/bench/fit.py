"""fit.py FOLDER ROWS...: what scripts/bench/fit.sh runs.

Both sides read the same CSV file, train 100 trees of 31 leaves at 255 bins
on two threads and save a model.  mlv-train is timed as a whole process;
LightGBM inside a fresh Python after its imports, reading with pandas (as
float32) and with its own loader, whichever is faster, and laying out its
histograms as it likes.  Medians of five runs,
taken in turn; of three from a million rows.  mlv-train also checks its graph
against the learner, profiles the data and syncs the file within its time.
"""
import os
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


def peer(how, train, model):
    """One run of LightGBM; prints its seconds."""
    import lightgbm as lgb
    import numpy as np
    import pandas as pd
    p = {"objective": "binary", "verbose": -1, "num_threads": THREADS, "header": True, "label_column": "name:y"}
    begin = time.perf_counter()
    if how == "pandas":
        d = pd.read_csv(train, dtype=np.float32)
        data = lgb.Dataset(d.iloc[:, 1:], d["y"], params=p)
    else:
        data = lgb.Dataset(train, params=p)
    lgb.train(p, data, 100).save_model(model)
    print(time.perf_counter() - begin)


def peer_auc(test, model):
    import lightgbm as lgb
    import numpy as np
    import pandas as pd
    from sklearn.metrics import roc_auc_score
    d = pd.read_csv(test, dtype=np.float32)
    return roc_auc_score(d["y"], lgb.Booster(model_file=model).predict(d.iloc[:, 1:]))


def ours(train, model):
    begin = time.perf_counter()
    subprocess.run(["mlv-train", "fit", train, "-t", "y", "-l", "gbdt", "-o", model,
                    "--threads", str(THREADS)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def ours_auc(test, model):
    out = subprocess.run(["mlv-train", "eval", model, test, "-t", "y", "--no-record"],
                         check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        name, value = line.split("\t")[:2]
        if name == "auc":
            return float(value)
    sys.exit("fit.py: error: no auc in what mlv-train eval printed")


def main(folder, sizes):
    os.chdir(folder)
    write("test.csv", 50000, 99)
    print("rows\tmlv_s\tlightgbm_s\tratio\tmlv_auc\tlightgbm_auc\treader", flush=True)
    for rows in sizes:
        write("train.csv", rows, rows)
        took = {"mlv": [], "pandas": [], "own": []}
        for _ in range(3 if rows >= 1000000 else 5):
            took["mlv"].append(ours("train.csv", "mlv.onnx"))
            for how in ("pandas", "own"):
                r = subprocess.run([sys.executable, HERE, "--peer", how, "train.csv",
                                    how + ".txt"], check=True, capture_output=True, text=True)
                took[how].append(float(r.stdout.split()[-1]))
        s = {k: statistics.median(v) for k, v in took.items()}
        best = min("pandas", "own", key=s.get)
        print(f"{rows}\t{s['mlv']:.3f}\t{s[best]:.3f}\t{s[best] / s['mlv']:.2f}\t"
              f"{ours_auc('test.csv', 'mlv.onnx'):.5f}\t"
              f"{peer_auc('test.csv', best + '.txt'):.5f}\t{best}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        peer(*sys.argv[2:])
    else:
        main(sys.argv[1], [int(a) for a in sys.argv[2:]])
