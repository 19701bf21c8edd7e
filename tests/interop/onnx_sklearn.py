"""Default exports of every estimator that skl2onnx converts: mlv-serve batch
from a CSV beside onnxruntime on the same rows.

No option is given, but where a title says so: the opset, the probabilities
and the types are what to_onnx() chooses.  Labels must be equal and numbers
within 1e-6.  Where onnxruntime's single precision is further from
scikit-learn than that, its own error is the bound: twice as far from
scikit-learn we may be.  What we refuse is written down below, so that a new
refusal is a failure.

onnx_sklearn.py [-v] [NAME...]: only estimators whose title has such a word.
"""
import csv
import os
import subprocess
import sys
import warnings

import numpy as np
import onnx
import onnxruntime as rt
import pandas as pd

import tap

warnings.filterwarnings("ignore")
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn import decomposition, ensemble, feature_selection, impute, linear_model, mixture, model_selection
from sklearn import naive_bayes, neighbors, neural_network, preprocessing, random_projection, svm, tree
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline

os.chdir(tap.workspace())
rt.set_default_logger_severity(4)


def attribute_of_lists(make):
    """The exporter hands onnx arrays and booleans, which onnx 1.22 does not take."""
    def made(key, value, *more, **how):
        if isinstance(value, np.ndarray):
            value = value.ravel().tolist()
        if isinstance(value, list):
            value = [v.item() if isinstance(v, np.generic) else v for v in value]
            value = [int(v) if isinstance(v, bool) else v for v in value]
        return make(key, value, *more, **how)
    return made


onnx.helper.make_attribute = attribute_of_lists(onnx.helper.make_attribute)
rng = np.random.default_rng(7)
n, ask = 240, 40
X = rng.normal(size=(n, 5)).astype(np.float32)
s = X[:, 0] * 1.5 + X[:, 1] ** 2 - X[:, 2] + rng.normal(size=n) * .2
y2 = (s > np.median(s)).astype(np.int64)
y3 = np.digitize(s, np.quantile(s, [.35, .7]))
ys = np.array(["low", "mid", "high"], dtype=object)[y3]
yr = s.astype(np.float32)
yp = np.exp(yr / 3)
ym = np.c_[y2, (X[:, 1] > 0), (X[:, 2] + X[:, 3] > .5)].astype(np.int64)
yc = np.c_[y2, y3]
yrr = np.c_[yr, yr ** 2]
P = np.abs(X)
W = np.round(P * 4).astype(np.int64)
gaps = X.copy()
gaps[rng.random(X.shape) < .15] = np.nan
words = np.array("the a cold warm rain sun shines falls on hills Hills rivers, and night. day-light Snow don't 42 snow it's x".split())
texts = np.array([" ".join(rng.choice(words, rng.integers(1, 9))) for _ in range(n)], dtype=object).reshape(-1, 1)
kinds = np.c_[rng.choice(["red", "green", "blue"], n), rng.choice(["S", "M", "L", "XL"], n)].astype(object)
mixed = pd.DataFrame({"age": rng.integers(18, 90, n), "fare": np.round(rng.lognormal(3, 1, n), 2),
                      "size": rng.choice(["S", "M", "L"], n), "town": rng.choice(["Oslo", "Bergen"], n)})
ints = mixed[["age"]].assign(visits=rng.poisson(3, n))

C = []      # (title, estimator, X, y, how)


trees = dict(n_estimators=12, random_state=0)
for y, tag in ((y2, ""), (y3, " of three"), (ys, " of names")):
    for m in [linear_model.LogisticRegression(), linear_model.LogisticRegressionCV(Cs=3, cv=2), linear_model.RidgeClassifier(),
              linear_model.RidgeClassifierCV(), linear_model.SGDClassifier(random_state=0), linear_model.Perceptron(),
              linear_model.SGDClassifier(loss="modified_huber", random_state=0), linear_model.PassiveAggressiveClassifier(random_state=0),
              LinearDiscriminantAnalysis(), QuadraticDiscriminantAnalysis(), svm.LinearSVC(), svm.SVC(), svm.SVC(probability=True, random_state=0),
              svm.NuSVC(nu=.3), naive_bayes.GaussianNB(), naive_bayes.BernoulliNB(), neighbors.KNeighborsClassifier(),
              neighbors.KNeighborsClassifier(weights="distance"), neighbors.KNeighborsClassifier(metric="manhattan"),
              neighbors.RadiusNeighborsClassifier(2.5, outlier_label=None if tag == "" else "most_frequent"),
              tree.DecisionTreeClassifier(random_state=0), tree.ExtraTreeClassifier(random_state=0), ensemble.RandomForestClassifier(**trees),
              ensemble.ExtraTreesClassifier(**trees), ensemble.GradientBoostingClassifier(**trees), ensemble.AdaBoostClassifier(**trees),
              ensemble.HistGradientBoostingClassifier(max_iter=12), ensemble.BaggingClassifier(**trees),
              ensemble.BaggingClassifier(linear_model.LogisticRegression(), n_estimators=4, random_state=0),
              ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier(max_depth=3))], flatten_transform=False),
              ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())], voting="soft", flatten_transform=False),
              ensemble.StackingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier(max_depth=3))], cv=2),
              CalibratedClassifierCV(linear_model.LogisticRegression(), cv=2), CalibratedClassifierCV(svm.LinearSVC(), cv=2, method="isotonic"),
              neural_network.MLPClassifier((8,), max_iter=60, random_state=0), OneVsRestClassifier(linear_model.LogisticRegression()),
              OneVsOneClassifier(linear_model.LogisticRegression()), OneVsRestClassifier(svm.LinearSVC()),
              GaussianProcessClassifier(random_state=0), model_selection.GridSearchCV(linear_model.LogisticRegression(), {"C": [.1, 1]}, cv=2),
              make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(3), svm.SVC()),
              model_selection.TunedThresholdClassifierCV(linear_model.LogisticRegression(), cv=2)]:
        if tag and isinstance(m, model_selection.TunedThresholdClassifierCV):
            continue
        C.append((type(m).__name__ + tag, m, X, y, {}))
for m in [naive_bayes.MultinomialNB(), naive_bayes.ComplementNB()]:
    C.append((type(m).__name__, m, P, y3, {}))
C.append(("IsolationForest of opset 17", ensemble.IsolationForest(**trees), X, None, {"export": {"target_opset": {"": 17, "ai.onnx.ml": 3}}}))
C.append(("LocalOutlierFactor of opset 17", neighbors.LocalOutlierFactor(novelty=True), X, None, {"export": {"target_opset": 17}}))
C.append(("CategoricalNB", naive_bayes.CategoricalNB(), W, y3, {}))
for m in [tree.DecisionTreeClassifier(random_state=0, max_depth=5), ensemble.RandomForestClassifier(**trees), ensemble.ExtraTreesClassifier(**trees),
          neighbors.KNeighborsClassifier(), neural_network.MLPClassifier((8,), max_iter=60, random_state=0),
          OneVsRestClassifier(linear_model.LogisticRegression()), MultiOutputClassifier(linear_model.LogisticRegression()),
          MultiOutputClassifier(tree.DecisionTreeClassifier(max_depth=3))]:
    C.append((type(m).__name__ + " of many labels", m, X, ym, {}))
    C.append((type(m).__name__ + " of many labels without maps", m, X, ym, {"export": {"options": {"zipmap": False}}}))
for m in [tree.DecisionTreeClassifier(random_state=0, max_depth=5), ensemble.RandomForestClassifier(**trees)]:
    C.append((type(m).__name__ + " of two targets", m, X, yc, {}))
    C.append((type(m).__name__ + " of two targets without maps", m, X, yc, {"export": {"options": {"zipmap": False}}}))
for m in [linear_model.LinearRegression(), linear_model.Ridge(), linear_model.RidgeCV(), linear_model.Lasso(.01), linear_model.LassoCV(cv=2),
          linear_model.LassoLars(.01), linear_model.ElasticNet(.01), linear_model.ElasticNetCV(cv=2), linear_model.Lars(), linear_model.BayesianRidge(),
          linear_model.ARDRegression(), linear_model.HuberRegressor(), linear_model.TheilSenRegressor(random_state=0), linear_model.QuantileRegressor(alpha=.01),
          linear_model.SGDRegressor(random_state=0), linear_model.PassiveAggressiveRegressor(random_state=0), linear_model.OrthogonalMatchingPursuit(),
          linear_model.RANSACRegressor(random_state=0), svm.LinearSVR(), svm.SVR(), svm.NuSVR(), neighbors.KNeighborsRegressor(),
          neighbors.RadiusNeighborsRegressor(2.5), tree.DecisionTreeRegressor(random_state=0), tree.ExtraTreeRegressor(random_state=0),
          ensemble.RandomForestRegressor(**trees), ensemble.ExtraTreesRegressor(**trees), ensemble.GradientBoostingRegressor(**trees),
          ensemble.HistGradientBoostingRegressor(max_iter=12), ensemble.AdaBoostRegressor(**trees), ensemble.BaggingRegressor(**trees),
          ensemble.VotingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor(max_depth=3))]),
          ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor(max_depth=3))], cv=2),
          neural_network.MLPRegressor((8,), max_iter=60, random_state=0), GaussianProcessRegressor(alpha=1),
          GaussianProcessRegressor(ConstantKernel() * RBF() + DotProduct() + WhiteKernel(), alpha=.1),
          PLSRegression(2), model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [.1, 1]}, cv=2),
          make_pipeline(preprocessing.PolynomialFeatures(2), linear_model.Ridge())]:
    C.append((type(m).__name__, m, X, yr, {}))
for m in [linear_model.PoissonRegressor(), linear_model.GammaRegressor(), linear_model.TweedieRegressor(power=1.5),
          ensemble.HistGradientBoostingRegressor(max_iter=12, loss="poisson")]:
    C.append((type(m).__name__ + " of counts", m, X, yp, {}))
for m in [linear_model.LinearRegression(), linear_model.MultiTaskLasso(.01), linear_model.MultiTaskElasticNet(.01), tree.DecisionTreeRegressor(max_depth=5),
          ensemble.RandomForestRegressor(**trees), neighbors.KNeighborsRegressor(), MultiOutputRegressor(linear_model.Ridge()),
          neural_network.MLPRegressor((8,), max_iter=60, random_state=0)]:
    C.append((type(m).__name__ + " of two targets", m, X, yrr, {}))
pre = preprocessing
for m in [pre.StandardScaler(), pre.MinMaxScaler(), pre.MinMaxScaler(clip=True), pre.MaxAbsScaler(), pre.RobustScaler(), pre.Normalizer(),
          pre.Normalizer("l1"), pre.Normalizer("max"), pre.Binarizer(), pre.PolynomialFeatures(3), pre.PolynomialFeatures(2, interaction_only=True),
          pre.KBinsDiscretizer(4, encode="onehot-dense"), pre.KBinsDiscretizer(4), pre.KBinsDiscretizer(4, encode="ordinal"),
          pre.QuantileTransformer(n_quantiles=20), pre.PowerTransformer(), pre.PowerTransformer("yeo-johnson", standardize=False),
          pre.FunctionTransformer(), pre.KernelCenterer(), decomposition.PCA(3), decomposition.PCA(3, whiten=True), decomposition.IncrementalPCA(3),
          decomposition.TruncatedSVD(3), decomposition.KernelPCA(3), decomposition.KernelPCA(3, kernel="rbf"), KMeans(3, n_init=1, random_state=0), MiniBatchKMeans(3, n_init=1, random_state=0),
          mixture.GaussianMixture(2, random_state=0), mixture.GaussianMixture(2, covariance_type="diag", random_state=0),
          mixture.BayesianGaussianMixture(n_components=2, random_state=0), ensemble.IsolationForest(**trees), ensemble.RandomTreesEmbedding(n_estimators=4, max_depth=3, random_state=0),
          svm.OneClassSVM(nu=.2), linear_model.SGDOneClassSVM(random_state=0), neighbors.LocalOutlierFactor(novelty=True), neighbors.NearestNeighbors(n_neighbors=3),
          neighbors.KNeighborsTransformer(n_neighbors=3), neighbors.NeighborhoodComponentsAnalysis(2, random_state=0), random_projection.GaussianRandomProjection(3, random_state=0),
          feature_selection.VarianceThreshold(.9), feature_selection.SelectKBest(k=2), feature_selection.SelectPercentile(percentile=60),
          feature_selection.SelectFpr(alpha=.5), feature_selection.SelectFdr(alpha=.5), feature_selection.SelectFwe(alpha=.5), feature_selection.GenericUnivariateSelect(param=2, mode="k_best"),
          feature_selection.SelectFromModel(linear_model.LogisticRegression()), feature_selection.RFE(linear_model.LogisticRegression(), n_features_to_select=2),
          feature_selection.RFECV(linear_model.LogisticRegression(), cv=2),
          impute.SimpleImputer(), FeatureUnion([("a", pre.StandardScaler()), ("b", decomposition.PCA(2))]), TfidfTransformer()]:
    x = P if isinstance(m, TfidfTransformer) else X @ X.T[:, :] if isinstance(m, pre.KernelCenterer) else X
    C.append((type(m).__name__, m, x, y2, {}))
C.append(("KernelCenterer", pre.KernelCenterer(), (X[:6] @ X[:6].T).astype(np.float32), None, {}))
for m in [impute.SimpleImputer(), impute.SimpleImputer(strategy="median"), impute.SimpleImputer(strategy="constant", fill_value=-1), impute.KNNImputer(n_neighbors=3),
          impute.KNNImputer(n_neighbors=3, weights="distance"), make_pipeline(impute.SimpleImputer(add_indicator=True), linear_model.Ridge()),
          make_pipeline(impute.KNNImputer(), linear_model.LogisticRegression()), ensemble.HistGradientBoostingClassifier(max_iter=12)]:
    C.append((type(m).__name__ + " with gaps", m, gaps, y2, {}))
C.append(("PowerTransformer box-cox", pre.PowerTransformer("box-cox"), P + .1, None, {}))
for m in [pre.OneHotEncoder(), pre.OneHotEncoder(handle_unknown="ignore", sparse_output=False), pre.OneHotEncoder(drop="first"), pre.OrdinalEncoder(),
          pre.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), pre.TargetEncoder(random_state=0),
          impute.SimpleImputer(strategy="most_frequent"), make_pipeline(pre.OneHotEncoder(handle_unknown="ignore"), linear_model.LogisticRegression()),
          make_pipeline(pre.OrdinalEncoder(), tree.DecisionTreeClassifier())]:
    C.append((type(m).__name__ + " of words", m, kinds, y2, {}))
for m in [pre.OneHotEncoder(), pre.OrdinalEncoder(), pre.StandardScaler(), pre.KBinsDiscretizer(3), linear_model.LogisticRegression(), linear_model.LinearRegression(),
          ensemble.RandomForestClassifier(**trees), ensemble.GradientBoostingRegressor(**trees), naive_bayes.GaussianNB(), naive_bayes.MultinomialNB(), svm.SVC(), neighbors.KNeighborsClassifier(), pre.MinMaxScaler(),
          pre.PolynomialFeatures(), decomposition.PCA(2), neural_network.MLPClassifier((8,), max_iter=60, random_state=0),
          KMeans(3, n_init=1, random_state=0), pre.Binarizer(), pre.Normalizer(), ensemble.HistGradientBoostingClassifier(max_iter=12)]:
    C.append((type(m).__name__ + " of whole numbers", m, W, y2, {}))
for m in [linear_model.LogisticRegression(), ensemble.RandomForestClassifier(**trees), linear_model.Ridge()]:
    C.append((type(m).__name__ + " of columns of whole numbers", m, ints, y2, {}))
    C.append((type(m).__name__ + " of columns of two types", m, mixed[["age", "fare"]], y2, {}))
    C.append((type(m).__name__ + " of named columns", make_pipeline(ColumnTransformer([
        ("n", make_pipeline(impute.SimpleImputer(), pre.StandardScaler()), ["age", "fare"]), ("w", pre.OneHotEncoder(handle_unknown="ignore"), ["size", "town"])]), m),
        mixed.astype({"age": np.float32, "fare": np.float32}), y2, {}))
    C.append((type(m).__name__ + " of a scaler of whole numbers", make_pipeline(pre.StandardScaler(), m), ints, y2, {}))
for m in [CountVectorizer(), CountVectorizer(ngram_range=(1, 2)), CountVectorizer(binary=True), CountVectorizer(lowercase=False), CountVectorizer(stop_words=["the", "on"]),
          CountVectorizer(max_features=6), CountVectorizer(analyzer="char", ngram_range=(2, 3)), TfidfVectorizer(), TfidfVectorizer(sublinear_tf=True),
          TfidfVectorizer(norm=None), TfidfVectorizer(ngram_range=(1, 2), norm="l1"), TfidfVectorizer(token_pattern="[a-zA-Z]+"),
          make_pipeline(TfidfVectorizer(), linear_model.LogisticRegression()), make_pipeline(CountVectorizer(), naive_bayes.MultinomialNB())]:
    C.append((type(m).__name__ + " of texts", m, texts, y2, {"text": True}))
C.append(("ColumnTransformer with texts", make_pipeline(ColumnTransformer([("t", TfidfVectorizer(), "note"), ("n", pre.StandardScaler(), ["age", "fare"])]), linear_model.LogisticRegression()),
          mixed[["age", "fare"]].astype(np.float32).assign(note=texts.ravel()), y2, {}))
C.append(("LabelEncoder of words", pre.LabelEncoder(), ys, None, {"flat": True}))
C.append(("LabelEncoder of numbers", pre.LabelEncoder(), y3 * 3, None, {"flat": True}))
C.append(("LabelBinarizer", pre.LabelBinarizer(), y3, None, {"flat": True}))


def plain(o):
    """An output as columns: ZipMap's maps too."""
    if isinstance(o, list):
        if o and not isinstance(o[0], dict):
            return np.concatenate([plain(v) for v in o], axis=1)
        return np.array([list(m.values()) for m in o])
    if o.ndim == 3:     # labels first, then rows
        return np.concatenate(list(o), axis=1)
    return o.T if o.ndim == 2 and len(o) == 1 else o.reshape(len(o), -1) if o.ndim else o.reshape(1, 1)


def fit(m, x, y, how):
    given = x.ravel() if how.get("text") else x
    if how.get("flat"):
        return m.fit(x)
    return m.fit(given, y)


# refused, and why
PASSED = 285
REFUSED = {"Pipeline with gaps": "the exporter drops add_indicator: 5 columns meet 10 coefficients"}


def as_near(m, rows, got, want):
    """Are we as near to scikit-learn as onnxruntime is?"""
    ask = getattr(m, "decision_function", None) or getattr(m, "predict", None)
    try:
        ref = np.asarray(ask(rows), dtype=np.float64).reshape(want.shape)
    except Exception:
        return False
    return np.abs(got - ref).max() <= 2 * np.abs(want - ref).max()


def one(title, m, x, y, how):
    """(kind, why): passed, refused, wrong, or skipped where a peer cannot."""
    try:
        fit(m, x, y, how)
        types = [("text", StringTensorType([None, 1]))] if how.get("text") else None
        given = None if types else x[:1].reshape(-1, 1) if how.get("flat") else x[:1]
        model = to_onnx(m, given, initial_types=types, **how.get("export", {}))
    except Exception as e:
        return "skipped", "the exporter: " + str(e).strip().split("\n")[0][:90]
    with open("m.onnx", "wb") as f:
        f.write(model.SerializeToString())
    rows = x[:ask]
    for node in model.graph.node:       # the locale it takes else need not be on this machine
        if node.op_type == "StringNormalizer":
            node.attribute.append(onnx.helper.make_attribute("locale", "C.UTF-8"))
    try:
        session = rt.InferenceSession(model.SerializeToString())
        ins = session.get_inputs()
        if isinstance(x, pd.DataFrame):
            rows = x.iloc[:ask]
            feed = {c: rows[c].to_numpy(dtype=object if rows[c].dtype == object else None).reshape(-1, 1) for c in rows}
        else:
            feed = {ins[0].name: rows.reshape(-1, 1) if how.get("flat") else rows}
        want = [plain(o) for o in session.run(None, feed)]
    except Exception as e:
        return "skipped", "onnxruntime: " + str(e).strip().split("\n")[0][:90]
    frame = rows if isinstance(x, pd.DataFrame) else pd.DataFrame(rows.reshape(len(rows), -1))
    if not isinstance(x, pd.DataFrame):
        frame.columns = [ins[0].name] if frame.shape[1] == 1 else ["c%d" % k for k in range(frame.shape[1])]
    frame.to_csv("rows.csv", index=False)
    r = subprocess.run(["mlv-serve", "batch", "-i", "rows.csv", "-o", "got.csv", "m.onnx"], capture_output=True, text=True)
    if r.returncode not in (0, 3):
        return "wrong", "ended with %d: %s" % (r.returncode, r.stderr.strip())
    if r.returncode:
        return "refused", r.stderr.strip().split("\n")[-1].replace("mlv-serve: error: ", "")
    with open("got.csv", newline="") as f:
        got = np.array(list(csv.reader(f))[1:], dtype=object)
    at = 0
    for o in want:
        part, at = got[:, at:at + o.shape[1]], at + o.shape[1]
        if part.shape != o.shape:
            return "wrong", "%s values, not %s" % (part.shape, o.shape)
        if o.dtype.kind in "OUS" or o.dtype.kind == "b":
            if ([str(v) for v in part.ravel()] != [str(v).lower() if o.dtype.kind == "b" else str(v) for v in o.ravel()]):
                return "wrong", "another label: %s" % [(a, str(b)) for a, b in zip(part.ravel(), o.ravel()) if a != str(b)][:1]
            continue
        p = np.where(part == "", "nan", part).astype(np.float64)
        o = o.astype(np.float64)
        o[np.isinf(o)] = np.nan     # JSON and CSV have no word for it
        p[np.isinf(p)] = np.nan
        if (np.isnan(p) != np.isnan(o)).any():
            return "wrong", "NaN in other places"
        d = np.abs(p - o) / np.maximum(1, np.abs(o))
        worst = float(np.nanmax(d)) if d.size and not np.isnan(d).all() else 0
        if worst > 1e-6 and not as_near(m, rows, p, o):
            return "wrong", "difference %.2g" % worst
    return ("passed", "") if at == got.shape[1] else ("wrong", "%d columns, not %d" % (got.shape[1], at))


asked = [a for a in sys.argv[1:] if a != "-v"]
found = {"passed": [], "refused": [], "wrong": [], "skipped": []}
for title, m, x, y, how in C:
    if asked and not any(a in title for a in asked):
        continue
    kind, why = one(title, m, x, y, how)
    found[kind].append(title)
    if kind == "wrong":
        tap.ok(False, title, why)
    elif kind != "passed" or "-v" in sys.argv:
        print("# %s: %s: %s" % (kind, title, why), flush=True)
print("# " + ", ".join("%d %s" % (len(v), k) for k, v in found.items()), flush=True)
tap.ok(not found["wrong"], "no answer is wrong")
new = [t for t in found["refused"] if t not in REFUSED]
tap.ok(not new, "nothing is refused that was not", ", ".join(new))
tap.ok(asked or len(found["passed"]) >= PASSED, "at least %d answers are right" % PASSED)
tap.done()
