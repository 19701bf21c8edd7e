#!/bin/sh
# Batch scoring of one model by mlv-serve and by onnxruntime in Python: the
# same LightGBM-shaped forest (100 trees, 31 leaves, 28 features), 200,000
# rows; scoring alone on one thread, and from CSV to CSV.  Medians of 5.
set -eu
python=${PYTHON:-build/venv/bin/python}
bin=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" - "$work" "$bin" <<'P'
import os, subprocess, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
import onnxruntime as rt
from lightgbm import LGBMClassifier
from onnx import numpy_helper
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
work, build = sys.argv[1:3]
rng = np.random.default_rng(1)
X = rng.normal(size=(200000, 28)).astype(np.float32)
y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=len(X)) > 0).astype(int)
m = LGBMClassifier(n_estimators=100, num_leaves=31, verbose=-1).fit(X[:50000], y[:50000])
path = work + "/m.onnx"
onx = convert_lightgbm(m, initial_types=[("x", FloatTensorType([None, 28]))], target_opset=15, zipmap=False)
open(path, "wb").write(onx.SerializeToString())
open(work + "/x.pb", "wb").write(numpy_helper.from_array(X).SerializeToString())
o = rt.SessionOptions()
o.intra_op_num_threads = 1
o.log_severity_level = 3
s = rt.InferenceSession(path, o)
name = s.get_inputs()[0].name

def median(f):
    t = []
    for _ in range(5):
        b = time.perf_counter()
        f()
        t.append(time.perf_counter() - b)
    return sorted(t)[2]

ort = median(lambda: s.run(None, {name: X}))
ours = sorted(float(subprocess.run([build + "/tools/onnx_run", "--time", "2", path, work + "/x.pb"],
                                   capture_output=True, text=True, check=True).stdout) for _ in range(5))[2]
print("scoring 200,000 rows, one thread: onnxruntime %.3f s, mlv %.3f s, %.2fx" % (ort, ours, ort / ours))
import pandas as pd
csv = work + "/x.csv"
pd.DataFrame(X, columns=["f%d" % i for i in range(28)]).to_csv(csv, index=False)
all_threads = rt.SessionOptions()
all_threads.log_severity_level = 3
s2 = rt.InferenceSession(path, all_threads)

def peer():
    d = pd.read_csv(csv, dtype=np.float32)
    r = s2.run(None, {name: d.values})
    pd.DataFrame(r[1]).assign(label=r[0]).to_csv(work + "/peer.csv", index=False)

def mine():
    subprocess.run([build + "/bin/mlv-serve", "batch", "-i", csv, "-o", work + "/ours.csv", path], check=True)

peer()
a, b = median(peer), median(mine)
print("CSV to CSV, all threads:           pandas + onnxruntime %.3f s, mlv-serve batch %.3f s, %.2fx" % (a, b, a / b))
p, q = pd.read_csv(work + "/peer.csv"), pd.read_csv(work + "/ours.csv")
print("largest difference of a score: %.2g" % np.abs(p["1"].values - q.iloc[:, 2].values).max())
P
