"""Microseconds a row of boosted trees, one thread, different rows (score.sh)."""
import os
import subprocess
import sys
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"
warnings.filterwarnings("ignore")
import lightgbm as lgb
import numpy as np
import onnxruntime as rt
from onnx import helper, numpy_helper, TensorProto
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

FOLDER, BUILD = sys.argv[1:3]
BATCH, ONE, ROUNDS = 20000, 500, 5
LEVELS = [4, 7, 12, 26, 52, 104]
rng = np.random.default_rng(1)


def median(f, rows):
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        f()
        times.append(time.perf_counter() - begin)
    return sorted(times)[ROUNDS // 2] / rows * 1e6


def numbers(n):
    X = rng.normal(size=(n, 28)).astype(np.float32)
    z = X[:, 0] + X[:, 1] * X[:, 2] + np.sin(2 * X[:, 3]) + rng.normal(size=n)
    return X, (z > 0).astype(int)


def session(path):
    o = rt.SessionOptions()
    o.intra_op_num_threads = 1
    o.log_severity_level = 3
    return rt.InferenceSession(path, o)


def ours(path, inputs, rows, a_call):
    cmd = [BUILD + "/tools/onnx_run", "--time", "3"]
    cmd += ["--rows", str(a_call)] + [path] + inputs
    seconds = [float(subprocess.run(cmd, capture_output=True, text=True, check=True).stdout)
               for _ in range(ROUNDS)]
    return sorted(seconds)[ROUNDS // 2] / rows * 1e6


def write_input(name, value):
    path = "%s/%s.pb" % (FOLDER, name)
    if value.dtype == object:
        t = helper.make_tensor(name, TensorProto.STRING, value.shape,
                               [v.encode() for v in value.ravel()])
    else:
        t = numpy_helper.from_array(value)
    with open(path, "wb") as f:
        f.write(t.SerializeToString())
    return path


def report(shape, way, mine, others):
    words = ["%s %.3f (%.1fx)" % (k, v, v / mine) for k, v in others.items()]
    print("%-9s %-6s mlv %.3f us, %s" % (shape, way, mine, ", ".join(words)), flush=True)


def peers(model, sess, feed, X, rows, one_by_one):
    def each(f, cut):
        if one_by_one:
            return median(lambda: [f(cut(i, i + 1)) for i in range(rows)], rows)
        return median(lambda: f(cut(0, rows)), rows)

    def fed(a, b):
        return {k: v[a:b] for k, v in feed.items()}

    return {"onnxruntime": each(lambda d: sess.run(None, d), fed),
            "LightGBM": each(lambda d: model.predict(d, num_threads=1), lambda a, b: X[a:b])}


def xgboost_time(trees, leaves, X, y):
    try:
        import xgboost
    except ImportError:
        return {}
    m = xgboost.XGBClassifier(n_estimators=trees, max_leaves=leaves, grow_policy="lossguide",
                              max_depth=0, tree_method="hist", n_jobs=1).fit(X, y)
    return {"XGBoost": median(lambda: m.get_booster().inplace_predict(X[:BATCH]), BATCH)}


def ydf_time(trees, leaves, X, y):
    try:
        import ydf
    except ImportError:
        return {}
    d = {"f%d" % i: X[:, i] for i in range(X.shape[1])}
    m = ydf.GradientBoostedTreesLearner(label="y", num_trees=trees, growing_strategy="BEST_FIRST_GLOBAL",
                                        max_num_nodes=leaves, validation_ratio=0.0).train(
        dict(d, y=y), verbose=0)
    took = m.benchmark({k: v[:BATCH] for k, v in d.items()}, num_threads=1)
    return {"YDF": took.duration_per_example * 1e6}


def treelite_times(m, shape, X, rows, one_by_one):
    """Its own walk, and what tl2cgen compiles, where that takes a minute at most."""
    try:
        import treelite
    except ImportError:
        return {}
    t = treelite.frontend.from_lightgbm(m)
    few = [X[i:i + 1] for i in range(rows)] if one_by_one else [X[:rows]]
    times = {"treelite": median(lambda: [treelite.gtil.predict(t, x, nthread=1) for x in few], rows)}
    try:
        import tl2cgen
    except ImportError:
        return times
    if int(shape.split("x")[1]) <= 63:
        lib = "%s/%s.so" % (FOLDER, shape)
        if not os.path.exists(lib):
            tl2cgen.export_lib(t, toolchain="gcc", libpath=lib, params={"parallel_comp": 2})
        p = tl2cgen.Predictor(lib, nthread=1)
        few = [tl2cgen.DMatrix(x) for x in few]
        times["tl2cgen"] = median(lambda: [p.predict(x) for x in few], rows)
    return times


def of_numbers(shape):
    trees, leaves = (int(v) for v in shape.split("x"))
    X, y = numbers(50000)
    m = lgb.train({"objective": "binary", "num_leaves": leaves, "min_data_in_leaf": 3, "verbose": -1,
                   "num_threads": 1}, lgb.Dataset(X, y), trees)
    path = FOLDER + "/m.onnx"
    onx = convert_lightgbm(m, initial_types=[("x", FloatTensorType([None, 28]))], target_opset=15,
                           zipmap=False)
    with open(path, "wb") as f:
        f.write(onx.SerializeToString())
    sess, feed = session(path), {"x": X}
    many, few = write_input("many", X[:BATCH]), write_input("few", X[:ONE])
    others = peers(m, sess, feed, X, BATCH, False)
    others.update(treelite_times(m, shape, X, BATCH, False))
    if leaves <= 255:
        others.update(xgboost_time(trees, leaves, X, y))
        others.update(ydf_time(trees, leaves, X, y))
    report(shape, "batch", ours(path, [many], BATCH, 1024), others)
    others = peers(m, sess, feed, X, ONE, True)
    others.update(treelite_times(m, shape, X, ONE, True))
    report(shape, "one", ours(path, [few], ONE, 1), others)


def of_sets():
    """Our own model of 22 numbers and 6 categories, 5 % missing, beside LightGBM's of the same."""
    X, y = numbers(50000)
    levels = [rng.integers(0, k, len(X)) for k in LEVELS]
    z = sum(rng.normal(size=k)[v] for k, v in zip(LEVELS, levels))
    y = (z + y + rng.normal(size=len(X)) > .5).astype(int)
    X = X[:, :22]
    X[rng.random(X.shape) < .05] = np.nan
    csv, path = FOLDER + "/sets.csv", FOLDER + "/sets.onnx"
    names = ["n%d" % i for i in range(22)] + ["c%d" % i for i in range(6)]
    with open(csv, "w") as f:
        f.write(",".join(names) + ",y\n")
        for i in range(len(X)):
            row = ["" if np.isnan(v) else repr(float(v)) for v in X[i]]
            f.write(",".join(row + ["v%d" % v[i] for v in levels] + [str(y[i])]) + "\n")
    subprocess.run(["mlv-train", "fit", "--target", "y", "--learner", "gbdt", "-o", path, csv],
                   check=True, stdout=subprocess.DEVNULL)
    both = np.column_stack([X] + levels)
    m = lgb.train({"objective": "binary", "verbose": -1, "num_threads": 1},
                  lgb.Dataset(both, y, categorical_feature=list(range(22, 28))), 100)
    feed = {"n%d" % i: X[:, i:i + 1] for i in range(22)}
    feed.update(("c%d" % i, np.array(["v%d" % v for v in levels[i]], dtype=object)[:, None])
                for i in range(6))
    sess = session(path)
    order = [v.name for v in sess.get_inputs()]
    many = [write_input("many_" + k, feed[k][:BATCH]) for k in order]
    few = [write_input("few_" + k, feed[k][:ONE]) for k in order]
    report("sets", "batch", ours(path, many, BATCH, 1024), peers(m, sess, feed, both, BATCH, False))
    report("sets", "one", ours(path, few, ONE, 1), peers(m, sess, feed, both, ONE, True))


for shape in sys.argv[3:]:
    of_sets() if shape == "sets" else of_numbers(shape)
