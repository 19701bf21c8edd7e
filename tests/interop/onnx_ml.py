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
from sklearn.impute import KNNImputer, SimpleImputer
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
    # an answer of several labels is as many answers
    want = [o for w in want for o in (w if isinstance(w, np.ndarray) and w.ndim == 3 and "label" in name else [w])]
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


def of(x, nodes, constants={}, opset=17, ml=3, functions=(), answer=onnx.TensorProto.FLOAT):
    """A model of any x to y; a node's operator may have its domain before it."""
    made = []
    for k, (op, ins, attrs) in enumerate(nodes):
        domain, _, name = op.rpartition(".")
        made.append(onnx.helper.make_node(name, ins.split(" "), ["y" if k == len(nodes) - 1 else "t%d" % k], domain=domain, **attrs))
    elem = onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
    g = onnx.helper.make_graph(made, "g", [onnx.helper.make_tensor_value_info("x", elem, [None] + list(x.shape[1:]))],
                               [onnx.helper.make_tensor_value_info("y", answer, None)],
                               [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()])
    return onnx.helper.make_model(g, ir_version=10, functions=list(functions), opset_imports=[
        onnx.helper.make_opsetid(d, v) for d, v in (("", opset), ("ai.onnx.ml", ml), ("com.microsoft", 1), ("own", 1))])


whole = np.round(X[:5] * 3).astype(i64)
texts = np.array([["The sun, the SUN shines."], ["Cold rain; Ærø's rain-water 42"], [""], ["sun_set x"]], dtype=object)
names = np.array([["b"], ["zz"], ["a"]], dtype=object)
INT64, STRING = onnx.TensorProto.INT64, onnx.TensorProto.STRING
node = onnx.helper.make_node
twice = onnx.helper.make_function("own", "Twice", ["a"], ["b"], [node("LeakyRelu", ["a"], ["t"], alpha=.5), node("Add", ["t", "t"], ["b"])],
                                  [onnx.helper.make_opsetid("", 16)])
slope = onnx.helper.make_function("own", "Slope", ["a"], ["b"], [node("LeakyRelu", ["a"], ["t"]), node("Twice", ["t"], ["b"], domain="own")],
                                  [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)], ["alpha"])
by_name = onnx.AttributeProto(name="alpha", ref_attr_name="alpha", type=onnx.AttributeProto.FLOAT)
slope.node[0].attribute.append(by_name)
branch = lambda op: onnx.helper.make_graph([node(op, ["x", "c"], ["o"])], op, [], [onnx.helper.make_tensor_value_info("o", 1, None)])
tokens = ("com.microsoft.Tokenizer", "t0", {"mark": 0, "mincharnum": 1, "pad_value": "#", "tokenexp": "[a-zA-Z0-9_]+"})
grams = {"min_gram_length": 1, "max_gram_length": 2, "ngram_counts": [0, 4], "ngram_indexes": [0, 2, 1, 3, 5, 4],
         "pool_strings": ["sun", "the", "rain", "42", "the", "sun", "rain", "water"]}
lower = ("StringNormalizer", "x", {"case_change_action": "LOWER", "locale": "C.UTF-8"})
for name, x, nodes, constants, how in [
        ("cast like", X[:5], [("CastLike", "x i", {}), ("CastLike", "t0 x", {})], {"i": np.array([1], i64)}, {}),
        ("power of mixed types", X[:5], [("Pow", "x i", {})], {"i": np.array([2, 3, 0, 1, -2, 5], i64)}, {}),
        ("power of whole numbers", whole, [("Pow", "x i", {})], {"i": np.array([2, 3, 0, 1, 4, 2], np.int32)}, {"answer": INT64}),
        ("whole power by a float", np.abs(whole), [("Pow", "x f", {})], {"f": np.array([2, 3, 0, 1, 1.5, 2], f32)}, {"answer": INT64}),
        ("einsum of matrices", X[:5], [("Einsum", "x m", {"equation": "nk,kj->jn"})], {"m": X[5:11]}, {}),
        ("einsum of a bilinear form", X[:5], [("Einsum", "x m x", {"equation": "ni,ij,nj"})], {"m": X[5:11]}, {}),
        ("einsum with dots", X[:5], [("Einsum", "x v", {"equation": "...k,k->..."})], {"v": X[5]}, {}),
        ("hardmax", np.round(X[:5]), [("Hardmax", "x", {})], {}, {}),
        ("scatter nd", X[:5], [("ScatterND", "x i u", {"reduction": "add"})], {"i": np.array([[0, 1], [4, 5], [0, 1]], i64), "u": np.array([1, 2, 3], f32)}, {"opset": 18}),
        ("scatter elements", X[:5], [("ScatterElements", "x i u", {"axis": 1, "reduction": "max"})],
         {"i": np.array([[0], [-1], [2], [3], [1]], i64), "u": np.zeros((5, 1), f32)}, {"opset": 18}),
        ("bits", np.abs(whole).astype(np.uint8), [("BitwiseXor", "x m", {}), ("BitShift", "t0 s", {"direction": "LEFT"})],
         {"m": np.array(5, np.uint8), "s": np.array(1, np.uint8)}, {"opset": 18, "answer": onnx.TensorProto.UINT8}),
        ("functions in a model", X[:5], [("own.Slope", "x", {"alpha": .25}), ("own.Twice", "t0", {})], {}, {"functions": [twice, slope]}),
        ("a branch that reads around it", X[:5], [("ReduceMax", "x", {"keepdims": 0}), ("Greater", "t0 c", {}), ("If", "t1", {
            "then_branch": branch("Mul"), "else_branch": branch("Add")})], {"c": np.array(1, f32)}, {}),
        ("letters in one case", np.array(["Sun", "RAIN", "the"], dtype=object), [
            ("StringNormalizer", "x", {"case_change_action": "UPPER", "stopwords": ["THE"], "locale": "C.UTF-8"})], {}, {"answer": STRING}),
        ("counted words", texts, [("Reshape", "x s", {}), ("StringNormalizer", "t0", lower[2]),
                                  (tokens[0], "t1", tokens[2]), ("TfIdfVectorizer", "t2", {**grams, "mode": "TF", "max_skip_count": 0})], {"s": np.array([-1], i64)}, {}),
        ("weighted n-grams with skips", whole, [("TfIdfVectorizer", "x", {
            "min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 2, "mode": "TFIDF", "ngram_counts": [0, 3], "ngram_indexes": [0, 1, 2, 3, 4],
            "pool_int64s": [0, 1, -2, 0, 1, 1, 1], "weights": [.5, 2., 3., 4., 5.]})], {}, {}),
        ("label encoder of old", names, [("ai.onnx.ml.LabelEncoder", "x", {"classes_strings": ["a", "b", "c"]})], {}, {"ml": 1, "answer": INT64}),
        ("category mapper", names, [("ai.onnx.ml.CategoryMapper", "x", {"cats_strings": ["a", "b"], "cats_int64s": [7, 9], "default_int64": 3})], {},
         {"answer": INT64})]:
    compare(name, of(x, nodes, constants, **how), x)
gaps = holes[:, :3].copy()
compare("neighbours fill in", to_onnx(KNNImputer(n_neighbors=3).fit(np.where(rng.random((60, 3)) < .1, np.nan, X[:60, :3]).astype(f32)), gaps[:1]), gaps[:12])
many = np.c_[y2, y3 > 0].astype(int)
compare("trees of many labels", to_onnx(DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, many), X[:1], options={"zipmap": False}, target_opset=17), X[:9])
# the activations of later opsets
for name, node in [("mish", ("Mish", "x", {})), ("gelu", ("Gelu", "x", {})), ("gelu by tanh", ("Gelu", "x", {"approximate": "tanh"}))]:
    m = graph([node])
    m.opset_import[0].version = 20
    compare(name, m, X[:5])
tap.done()
