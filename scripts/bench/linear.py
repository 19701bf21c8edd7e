"""linear.py FOLDER ROWS: what scripts/bench/linear.sh runs.

Both sides read the same CSV file, scale numbers, encode categories and fit
L2-penalised logistic regression with C = 1 to a gradient of 1e-6.  mlv-train
is timed as a whole process, which also profiles the data, checks its graph
and syncs the file; scikit-learn inside a fresh Python after its imports, with
sparse one-hot columns and whichever of its solvers is fastest.  Medians of
three runs, taken in turn; peak memory is the process's.
"""
import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.abspath(__file__)
SOLVERS = ("lbfgs", "newton-cg", "newton-cholesky")
RUNS = 3


def write(path, rows, numbers, categories):
    import numpy as np
    import pandas as pd
    r = np.random.default_rng(1)
    x = r.normal(size=(rows, numbers)).astype(np.float32).round(3)
    score = x @ r.normal(size=numbers) * .5
    d = pd.DataFrame(x, columns=["n%d" % i for i in range(numbers)])
    for c in range(categories):
        levels = (5, 10, 20, 50, 100, 200)[c % 6]
        level = r.integers(0, levels, rows)
        score = score + r.normal(size=levels)[level] * .7
        d["c%d" % c] = np.char.add("l", level.astype(str))
    d["y"] = (r.random(rows) < 1 / (1 + np.exp(-(score - .3) / 2))).astype(int)
    d.to_csv(path, index=False)


def peer(solver):
    """One run of scikit-learn; prints its seconds, its loss and its peak in MiB."""
    import numpy as np
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    begin = time.perf_counter()
    d = pd.read_csv("train.csv")
    y = d.pop("y")
    words = [c for c in d if c.startswith("c")]
    prep = make_column_transformer((StandardScaler(), [c for c in d if c not in words]), (OneHotEncoder(), words))
    x = prep.fit_transform(d)
    m = LogisticRegression(solver=solver, tol=1e-6, max_iter=1000).fit(x, y)
    took = time.perf_counter() - begin
    print(took, log_loss(y, m.predict_proba(x)[:, 1].astype(np.float64)),
          resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def ours():
    """The same of mlv-train."""
    begin = time.perf_counter()
    child = subprocess.Popen(["mlv-train", "fit", "train.csv", "-t", "y", "-l", "logistic", "-o", "m.onnx",
                              "--threads", "2"], stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("linear.py: error: mlv-train ended with status %d" % status)
    loss = float(out.split("train.logloss=")[1].split()[0])
    return time.perf_counter() - begin, loss, usage.ru_maxrss / 1024


def median(runs):
    return [statistics.median(v) for v in zip(*runs)]


def main(folder, rows):
    os.chdir(folder)
    print("columns\tmlv_s\tmlv_MiB\tsklearn_s\tsklearn_MiB\tsolver\tratio\tmlv_loss\tsklearn_loss", flush=True)
    for title, numbers, categories in (("14+6 categories", 14, 6), ("100", 100, 0)):
        # a child's peak begins with what its parent holds: it is to hold little
        subprocess.run([sys.executable, HERE, "--write"] + [str(v) for v in (rows, numbers, categories)], check=True)
        took = {s: [] for s in ("mlv",) + SOLVERS}
        for _ in range(RUNS):
            took["mlv"].append(ours())
            for solver in SOLVERS:
                r = subprocess.run([sys.executable, HERE, "--peer", solver], check=True, capture_output=True, text=True)
                took[solver].append([float(v) for v in r.stdout.split()])
        mine = median(took["mlv"])
        best = min(SOLVERS, key=lambda s: median(took[s])[0])
        theirs = median(took[best])
        print("%s\t%.2f\t%.0f\t%.2f\t%.0f\t%s\t%.2f\t%.6f\t%.6f" % (title, mine[0], mine[2], theirs[0], theirs[2], best,
              theirs[0] / mine[0], mine[1], theirs[1]), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        peer(sys.argv[2])
    elif sys.argv[1] == "--write":
        write("train.csv", *[int(v) for v in sys.argv[2:]])
    else:
        main(sys.argv[1], int(sys.argv[2]))
