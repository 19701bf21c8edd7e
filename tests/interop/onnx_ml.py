"""Exports of scikit-learn, LightGBM and XGBoost: our engine beside onnxruntime.

Labels must be equal and scores within 1e-6, missing values and unseen
categories included.  With a folder as argument the small ones are frozen
there for tests/golden/onnx.sh, which needs no Python.
"""
import os
import subprocess
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as rt
from onnx import numpy_helper

import tap

warnings.filterwarnings("ignore")
from lightgbm import LGBMClassifier, LGBMRegressor
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as F2
from skl2onnx import to_onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.ensemble import (AdaBoostClassifier, BaggingClassifier, ExtraTreesClassifier,
                              GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor, StackingClassifier, VotingClassifier)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (Binarizer, KBinsDiscretizer, MinMaxScaler, Normalizer, PolynomialFeatures,
                                   RobustScaler, StandardScaler)
from sklearn.svm import SVC, SVR, OneClassSVM
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

rng = np.random.default_rng(0)
X = rng.normal(size=(400, 6)).astype(np.float32)
y2 = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)
y3 = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)
yr = X[:, 0] * 2 + X[:, 1] ** 2
work = tap.workspace()
engine = os.path.join(os.environ.get("BUILD", "build"), "tools", "onnx_run")
freeze = sys.argv[1] if len(sys.argv) > 1 else None


def flat(o):
    """ZipMap's list of maps as the matrix it stands for."""
    return np.array([list(m.values()) for m in o], dtype=np.float32) if isinstance(o, list) else o


def compare(name, model, x, within=1e-6):
    path, pb = os.path.join(work, "m.onnx"), os.path.join(work, "x.pb")
    with open(path, "wb") as f:
        f.write(model.SerializeToString())
    with open(pb, "wb") as f:
        f.write(numpy_helper.from_array(x).SerializeToString())
    got = subprocess.run([engine, path, pb], capture_output=True, text=True)
    if got.returncode:
        return tap.ok(False, name, got.stderr.strip())
    session = rt.InferenceSession(path)
    want = session.run(None, {session.get_inputs()[0].name: x})
    worst = 0.0
    for o, line in zip(want, got.stdout.strip().split("\n")):
        o, values = flat(o), line.split(" ")[2:]
        if o.dtype.kind in "OUS":
            good = [str(v) for v in o.ravel()] == values
        else:
            d = np.abs(np.array(values, dtype=np.float64).reshape(o.shape) - o.astype(np.float64))
            scale = np.maximum(1, np.abs(o.astype(np.float64)))
            worst = max(worst, float(np.nanmax(d / scale)) if d.size else 0.0)
            good = worst <= (0 if o.dtype.kind == "i" else within)
        if not good:
            return tap.ok(False, name, "difference %g" % worst)
    if freeze and os.path.getsize(path) < 24000:
        d = os.path.join(freeze, name.replace(" ", "-"))
        os.makedirs(d, exist_ok=True)
        os.replace(path, os.path.join(d, "model.onnx"))
        os.replace(pb, os.path.join(d, "input_0.pb"))
        with open(os.path.join(d, "expected.txt"), "w") as f:
            f.write(got.stdout)
    return tap.ok(True, name, "worst difference %g" % worst)


holes = X[:37].copy()
holes[::3, 0] = np.nan
holes[1::4, 2] = np.nan
sklearn = [
    ("logistic", LogisticRegression(), y2), ("logistic of three", LogisticRegression(), y3),
    ("ridge", Ridge(), yr), ("elastic net", ElasticNet(alpha=0.1), yr),
    ("sgd", SGDClassifier(loss="log_loss", random_state=0), y2),
    ("gradient boosting", GradientBoostingClassifier(n_estimators=10, random_state=0), y2),
    ("gradient boosting of three", GradientBoostingClassifier(n_estimators=5, random_state=0), y3),
    ("gradient boosting regressor", GradientBoostingRegressor(n_estimators=10, random_state=0), yr),
    ("random forest", RandomForestClassifier(n_estimators=8, max_depth=4, random_state=0), y2),
    ("random forest of three", RandomForestClassifier(n_estimators=20, random_state=0), y3),
    ("random forest regressor", RandomForestRegressor(n_estimators=20, random_state=0), yr),
    ("extra trees", ExtraTreesClassifier(n_estimators=10, random_state=0), y3),
    ("decision tree", DecisionTreeClassifier(random_state=0), y3),
    ("perceptron", MLPClassifier((8,), max_iter=50, random_state=0), y3),
    ("perceptron regressor", MLPRegressor(hidden_layer_sizes=(8,), max_iter=50, random_state=0), yr),
    ("naive bayes", GaussianNB(), y3), ("k-means", KMeans(3, n_init=1, random_state=0), y3),
    ("polynomial", make_pipeline(PolynomialFeatures(2), MinMaxScaler(), LogisticRegression()), y2),
    ("normalizer", make_pipeline(Normalizer(), RobustScaler(), LogisticRegression()), y2),
    ("binarizer", make_pipeline(Binarizer(), LogisticRegression()), y2),
    ("adaboost", AdaBoostClassifier(n_estimators=5, random_state=0), y2),
    ("bagging", BaggingClassifier(n_estimators=5, random_state=0), y2),
    ("calibrated", CalibratedClassifierCV(LogisticRegression(), cv=2), y2),
    ("stacking", StackingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier(max_depth=3))]), y2),
    ("svm", SVC(), y2), ("svm of three", SVC(decision_function_shape="ovo"), y3),
    ("svm one against rest", SVC(kernel="linear"), y3),
    ("svm with chances", SVC(probability=True, kernel="poly", max_iter=300, random_state=0), y2),
    ("svm with chances of three", SVC(probability=True, kernel="sigmoid", gamma=0.1, coef0=0.5, random_state=0), y3),
    ("svm regressor", SVR(epsilon=0.5), yr), ("svm of one class", OneClassSVM(nu=0.1), y2),
    ("voting", VotingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier(max_depth=3))],
                                voting="soft", flatten_transform=False), y2),
]
for name, m, y in sklearn:
    # onnxruntime adds up an SVMRegressor in single precision, and the terms of the one-class form cancel
    compare(name, to_onnx(m.fit(X, y), X[:1], target_opset={"": 17, "ai.onnx.ml": 3}), X[:37],
            5e-6 if name == "svm of one class" else 1e-6)
m = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(X, y2)
compare("imputed pipeline", to_onnx(m, X[:1], target_opset={"": 17, "ai.onnx.ml": 3}), holes)
Xm = X.copy()
Xm[rng.random(X.shape) < 0.1] = np.nan
spec = [("input", F2([None, 6]))]
for name, m, y in [
        ("lightgbm", LGBMClassifier(n_estimators=12, num_leaves=8, verbose=-1), y2),
        ("lightgbm of three", LGBMClassifier(n_estimators=15, verbose=-1), y3),
        ("lightgbm regressor", LGBMRegressor(n_estimators=15, verbose=-1), yr)]:
    onx = convert_lightgbm(m.fit(Xm, y), initial_types=spec, target_opset=15, zipmap=name == "lightgbm")
    compare(name, onx, holes)
for name, m, y in [
        ("xgboost", XGBClassifier(n_estimators=12, max_depth=3), y2),
        ("xgboost of three", XGBClassifier(n_estimators=10, max_depth=4), y3),
        ("xgboost regressor", XGBRegressor(n_estimators=12, max_depth=4), yr)]:
    compare(name, convert_xgboost(m.fit(Xm, y), initial_types=spec, target_opset=15), holes)


def graph(nodes, **constants):
    """A model of x (N, 6) to y from (operator, inputs, attributes[, which output])..."""
    made = [onnx.helper.make_node(op, ins.split(" "), ["z%d_%d" % (k, j) for j in range(at[0] if at else 0)] +
                                  ["y" if k == len(nodes) - 1 else "t%d" % k], **attrs)
            for k, (op, ins, attrs, *at) in enumerate(nodes)]
    g = onnx.helper.make_graph(
        made, "g", [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [None, 6])],
        [onnx.helper.make_empty_tensor_value_info("y")],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    g.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    return onnx.helper.make_model(g, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)])


def inner(nodes, ins, outs):
    """A graph inside a node, of floats."""
    made = [onnx.helper.make_node(op, i.split(" "), [o], **attrs) for op, i, o, attrs in nodes]
    value = lambda k: onnx.helper.make_tensor_value_info(k, onnx.TensorProto.FLOAT, None)
    return onnx.helper.make_graph(made, "inner", [value(k) for k in ins.split(" ")], [value(k) for k in outs.split(" ")])


f32, i64 = np.float32, np.int64
sums = inner([("Add", "a x", "s", {}), ("Mul", "s x", "p", {})], "a x", "s p")
swap = inner([("Identity", "b", "c", {}), ("Identity", "a", "d", {}), ("Mul", "a x", "m", {}), ("Sub", "m b", "p", {})],
             "a b x", "c d p")
ones, steps = np.ones(6, f32), np.arange(6, dtype=f32)
for name, nodes, constants in [
        ("gather elements", [("GatherElements", "x i", {"axis": 1})], {"i": np.array([[5, -1, 0]] * 5, i64)}),
        ("gather nd", [("GatherND", "x i", {})], {"i": np.array([[0, 1], [4, -6], [2, 2]], i64)}),
        ("one-hot of places", [("ArgMax", "x", {"axis": 1, "keepdims": 0}), ("OneHot", "t0 d v", {})],
         {"d": np.array(6, i64), "v": np.array([-1, 2], f32)}),
        ("running sums", [("CumSum", "x a", {"exclusive": 1, "reverse": 1})], {"a": np.array(1, i64)}),
        ("pad", [("Pad", "x p v", {})], {"p": np.array([1, 2, 0, -1], i64), "v": np.array(7, f32)}),
        ("pad by reflection", [("Pad", "x p", {"mode": "reflect"})], {"p": np.array([2, 3, 1, 2], i64)}),
        ("pad by the edge", [("Pad", "x p", {"mode": "edge"})], {"p": np.array([2, 3, 1, 2], i64)}),
        ("compress", [("Compress", "x c", {"axis": 1})], {"c": np.array([1, 0, 1, 1, 0], bool)}),
        ("non-zero", [("Relu", "x", {}), ("NonZero", "t0", {}), ("Cast", "t1", {"to": 1})], {}),
        ("range", [("Range", "a b c", {}), ("Add", "x t0", {})],
         {"a": np.array(3, f32), "b": np.array(-0.5, f32), "c": np.array(-0.6, f32)}),
        ("lower triangle", [("Trilu", "x k", {"upper": 0})], {"k": np.array(1, i64)}),
        ("batch normalisation", [("BatchNormalization", "x s b m v", {"epsilon": 1e-3})],
         {"s": steps, "b": ones, "m": steps, "v": ones}),
        ("layer normalisation", [("LayerNormalization", "x s b", {})], {"s": steps, "b": ones}),
        ("lengths of one", [("LpNormalization", "x", {"axis": 0, "p": 1})], {}),
        ("scan for sums", [("Scan", "a x", {"num_scan_inputs": 1, "body": sums}, 1)], {"a": ones}),
        ("scan that swaps", [("Scan", "a b x", {"num_scan_inputs": 1, "body": swap}, 2)], {"a": steps, "b": ones * 9}),
        ("scan for distances", [("Scan", "x t", {"num_scan_inputs": 1, "body": inner(
            [("Identity", "a", "n", {}), ("Sub", "a x", "d", {}), ("ReduceSumSquare", "d", "p", {"axes": [1], "keepdims": 0})],
            "a x", "n p")}, 1), ("Transpose", "t0", {"perm": [1, 0]})], {"t": X[5:12]}),
        ("celu", [("Celu", "x", {"alpha": .7})], {}), ("thresholded relu", [("ThresholdedRelu", "x", {})], {}),
        ("hard swish", [("HardSwish", "x", {})], {}), ("clip turned round", [("Clip", "x a b", {})],
                                                       {"a": np.array(1, f32), "b": np.array(-1, f32)})]:
    compare(name, graph(nodes, **constants), X[:5])
# the activations of later opsets
for name, node in [("mish", ("Mish", "x", {})), ("gelu", ("Gelu", "x", {})), ("gelu by tanh", ("Gelu", "x", {"approximate": "tanh"}))]:
    m = graph([node])
    m.opset_import[0].version = 20
    compare(name, m, X[:5])
tap.done()
