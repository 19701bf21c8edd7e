"""Whole pipelines over named columns, as people export them: mlv-serve batch
from a CSV beside onnxruntime on the same rows, missing values and unseen
categories included.  Labels must be equal, numbers within 1e-6."""
import csv
import os
import subprocess
import warnings

import numpy as np
import onnx
import onnxruntime as rt
import pandas as pd

import tap

warnings.filterwarnings("ignore")
from lightgbm import LGBMClassifier, LGBMRegressor
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm as lightgbm_operator
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost as xgboost_operator
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from skl2onnx.common.shape_calculator import (calculate_linear_classifier_output_shapes,
                                              calculate_linear_regressor_output_shapes)
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import (ExtraTreesRegressor, GradientBoostingClassifier, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier,
                              VotingRegressor)
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (BayesianRidge, HuberRegressor, Lasso, LinearRegression, LogisticRegression,
                                  LogisticRegressionCV, Perceptron, PoissonRegressor, Ridge, RidgeClassifier, TweedieRegressor)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (FunctionTransformer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, OneHotEncoder,
                                   OrdinalEncoder, PowerTransformer, QuantileTransformer, RobustScaler,
                                   StandardScaler, TargetEncoder)
from sklearn.svm import LinearSVR
from sklearn.tree import DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier

os.chdir(tap.workspace())


def attribute_of_lists(make):
    """Some releases of the exporter hand onnx arrays and booleans, which it does not take."""
    def made(key, value, *more, **how):
        if isinstance(value, np.ndarray):
            value = value.ravel().tolist()
        if isinstance(value, list):
            value = [v.item() if isinstance(v, np.generic) else v for v in value]
            value = [int(v) if isinstance(v, bool) else v for v in value]
        return make(key, value, *more, **how)
    return made


onnx.helper.make_attribute = attribute_of_lists(onnx.helper.make_attribute)
for kind, operator in ((LGBMClassifier, lightgbm_operator), (XGBClassifier, xgboost_operator), (XGBRFClassifier, xgboost_operator)):
    update_registered_converter(kind, kind.__name__, calculate_linear_classifier_output_shapes, operator,
                                options={"nocl": [True, False], "zipmap": [True, False, "columns"]})
for kind, operator in ((LGBMRegressor, lightgbm_operator), (XGBRegressor, xgboost_operator)):
    update_registered_converter(kind, kind.__name__, calculate_linear_regressor_output_shapes, operator)

rng = np.random.default_rng(4)
numbers, words = ["age", "income", "visits", "ratio"], ["plan", "town"]


def people(n):
    d = pd.DataFrame({"age": rng.integers(18, 90, n).astype(np.float32),
                      "income": np.round(rng.lognormal(3, 1, n), 2).astype(np.float32),
                      "visits": rng.poisson(3, n).astype(np.float32),
                      "ratio": np.round(rng.random(n), 3).astype(np.float32),
                      "plan": rng.choice(["basic", "plus", "pro, gold"], n),
                      "town": rng.choice(["Oslo", "Bergen", "Tromsø", "Å"], n)})
    return d


train = people(900)
score = (train.age / 40 + np.log(train.income) * (train.plan == "basic") - train.visits / 3 + (train.town == "Oslo")
         + rng.normal(size=len(train)) * .3)
y2 = np.where(score > score.median(), "stay", "go")
y3 = np.select([score > score.quantile(.7), score > score.quantile(.3)], [2, 1], 0)
yr = score.to_numpy()
gaps = train.copy()
for c in numbers:
    gaps.loc[rng.random(len(gaps)) < .1, c] = np.nan
rows = people(60)
rows.loc[::7, "plan"], rows.loc[::9, "town"] = "never seen", "Nowhere"
holes = rows.copy()
for k, c in enumerate(numbers):
    holes.loc[k::5, c] = np.nan

TYPES = [(c, FloatTensorType([None, 1])) for c in numbers] + [(c, StringTensorType([None, 1])) for c in words]
OPSET = {"": 17, "ai.onnx.ml": 3}


def prepare(number=None, word=None):
    return ColumnTransformer([("number", number or StandardScaler(), numbers),
                              ("word", word or OneHotEncoder(handle_unknown="ignore"), words)])


def write(frame):
    frame.to_csv("rows.csv", index=False)
    return "rows.csv"


def plain(o):
    """An output as columns of text, its kind: ZipMap's maps too."""
    if isinstance(o, list):
        o = np.array([list(m.values()) for m in o])
    return o.T if o.ndim == 2 and len(o) == 1 else o.reshape(len(o), -1)


def compare(title, export, frame, within=1e-6):
    try:
        model = export()
    except Exception as e:      # the exporter's limits are not ours
        print("# skipped: %s: the exporter says %s" % (title, str(e).strip().split("\n")[0][:120]), flush=True)
        return
    with open("m.onnx", "wb") as f:
        f.write(model.SerializeToString())
    session = rt.InferenceSession("m.onnx")
    feed = {i.name: (frame[i.name].to_numpy(dtype=object) if "string" in i.type else
                     frame[i.name].to_numpy(dtype=np.int64 if "int64" in i.type else np.float32)).reshape(-1, 1)
            for i in session.get_inputs()}
    try:
        want = [plain(o) for o in session.run(None, feed)]
    except Exception as e:      # a category that the model refuses: so do we
        r = subprocess.run(["mlv-serve", "batch", "-i", write(frame), "m.onnx"], capture_output=True, text=True)
        return tap.ok(r.returncode == 3 and r.stderr.count("\n") == 1, title + ": refused by both", r.stderr.strip() + "\n" + str(e))
    r = subprocess.run(["mlv-serve", "batch", "-i", write(frame), "-o", "got.csv", "m.onnx"], capture_output=True, text=True)
    if r.returncode:
        return tap.ok(False, title, r.stderr.strip())
    with open("got.csv", newline="") as f:
        got = np.array(list(csv.reader(f))[1:], dtype=object)
    at, worst = 0, 0.0
    for o in want:
        part, at = got[:, at:at + o.shape[1]], at + o.shape[1]
        if o.dtype.kind in "OUS":
            if (part != o.astype(str)).any():
                return tap.ok(False, title, "another label: %s, not %s" % (part[(part != o.astype(str))][0], o[part != o.astype(str)][0]))
            continue
        p = np.where(part == "", "nan", part).astype(np.float64)
        if (np.isnan(p) != np.isnan(o.astype(np.float64))).any():
            return tap.ok(False, title, "NaN in other places")
        d = np.abs(p - o) / np.maximum(1, np.abs(o.astype(np.float64)))
        worst = max(worst, float(np.nanmax(d)) if d.size else 0)
    tap.ok(worst <= within and at == got.shape[1], title, "largest difference %.2g, %d columns" % (worst, at))


def pipeline(title, prep, model, y, frame=rows, x=train, options=None, types=TYPES, **how):
    def export():
        p = make_pipeline(prep, model).fit(x, y)
        return to_onnx(p, initial_types=types, target_opset=OPSET, options=options)
    compare(title, export, frame, **how)


for name, model, y in [
        ("logistic", LogisticRegression(), y2), ("logistic of three", LogisticRegression(), y3),
        ("logistic, cross-validated", LogisticRegressionCV(Cs=3, cv=2), y2),
        ("ridge classifier", RidgeClassifier(), y2), ("perceptron", Perceptron(), y3),
        ("one against the rest", OneVsRestClassifier(LogisticRegression()), y3),
        ("neural network", MLPClassifier((10, 5), max_iter=40, random_state=0), y2),
        ("random forest", RandomForestClassifier(20, random_state=0), y2),
        ("gradient boosting", GradientBoostingClassifier(n_estimators=20, random_state=0), y3),
        ("histogram boosting", HistGradientBoostingClassifier(max_iter=20), y2),
        ("histogram boosting of three", HistGradientBoostingClassifier(max_iter=10), y3),
        ("lightgbm", LGBMClassifier(n_estimators=20, verbose=-1), y2),
        ("lightgbm of three", LGBMClassifier(n_estimators=10, verbose=-1), y3),
        ("xgboost", XGBClassifier(n_estimators=20), (y2 == "stay").astype(int)),
        ("xgboost of three", XGBClassifier(n_estimators=10, objective="multi:softprob"), y3),
        ("xgboost forest", XGBRFClassifier(n_estimators=10), (y2 == "stay").astype(int)),
        ("isolation forest", IsolationForest(n_estimators=20, random_state=0), None),
        ("k-means", KMeans(4, n_init=1, random_state=0), None), ("k-means in batches", MiniBatchKMeans(4, n_init=1, random_state=0), None)]:
    pipeline(name, prepare(), model, y)
for name, model in [
        ("linear", LinearRegression()), ("lasso", Lasso(.01)), ("huber", HuberRegressor()), ("bayesian ridge", BayesianRidge()),
        ("linear svr", LinearSVR(max_iter=300)), ("tree", DecisionTreeRegressor(max_depth=6)), ("extra trees regressor", ExtraTreesRegressor(20, random_state=0)),
        ("histogram boosting regressor", HistGradientBoostingRegressor(max_iter=20)),
        ("histogram boosting regressor, absolute error", HistGradientBoostingRegressor(max_iter=20, loss="absolute_error")),
        ("voting regressor", VotingRegressor([("a", LinearRegression()), ("b", DecisionTreeRegressor(max_depth=3))])),
        ("lightgbm regressor", LGBMRegressor(n_estimators=20, verbose=-1)),
        ("lightgbm quantile", LGBMRegressor(n_estimators=20, objective="quantile", alpha=.8, verbose=-1)),
        ("xgboost regressor", XGBRegressor(n_estimators=20)),
        ("xgboost regressor, absolute error", XGBRegressor(n_estimators=20, objective="reg:absoluteerror"))]:
    pipeline(name, prepare(), model, yr)
positive = np.exp(yr / yr.std())
for name, model in [("poisson", PoissonRegressor()), ("tweedie", TweedieRegressor(power=1.5, link="log")),
                    ("xgboost poisson", XGBRegressor(n_estimators=20, objective="count:poisson")),
                    ("xgboost gamma", XGBRegressor(n_estimators=20, objective="reg:gamma")),
                    ("lightgbm poisson", LGBMRegressor(n_estimators=20, objective="poisson", verbose=-1)),
                    ("lightgbm tweedie", LGBMRegressor(n_estimators=20, objective="tweedie", verbose=-1)),
                    ("xgboost logistic regression", XGBRegressor(n_estimators=20, objective="reg:logistic"))]:
    pipeline(name, prepare(), model, positive / positive.max())
pipeline("several targets", prepare(), MultiOutputRegressor(LinearRegression()), np.c_[yr, yr ** 2])

fill = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
for name, number, word in [
        ("imputed", fill, None),
        ("imputed by a constant", SimpleImputer(strategy="constant", fill_value=-1), None),
        ("scaled to a range", make_pipeline(SimpleImputer(), MinMaxScaler(clip=True)), None),
        ("scaled robustly", make_pipeline(SimpleImputer(), RobustScaler()), None),
        ("scaled by the largest", make_pipeline(SimpleImputer(), MaxAbsScaler()), None),
        ("power", make_pipeline(SimpleImputer(), PowerTransformer()), None),
        ("quantiles", make_pipeline(SimpleImputer(), QuantileTransformer(n_quantiles=20)), None),
        ("bins", make_pipeline(SimpleImputer(), KBinsDiscretizer(4, encode="onehot-dense")), None),
        ("bins in order", make_pipeline(SimpleImputer(), KBinsDiscretizer(4, encode="ordinal")), None),
        ("components", make_pipeline(SimpleImputer(), StandardScaler(), PCA(2)), None),
        ("singular values", make_pipeline(SimpleImputer(), TruncatedSVD(2)), None),
        ("chosen", make_pipeline(SimpleImputer(), VarianceThreshold(), SelectKBest(k=2)), None),
        ("passed through", make_pipeline(SimpleImputer(), FunctionTransformer()), None),
        ("ordinal", fill, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)),
        ("one-hot, rare ones together", fill, OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=250)),
        ("one-hot, first dropped", fill, OneHotEncoder(handle_unknown="ignore", drop="first")),
        ("target encoded", fill, TargetEncoder(random_state=0))]:
    pipeline(name, prepare(number, word), LogisticRegression(max_iter=500), y2, holes, gaps)
    pipeline(name + ", in trees", prepare(number, word), RandomForestClassifier(5, random_state=0, max_depth=5), y2, holes, gaps)
for name, nb in [("multinomial bayes", MultinomialNB()), ("complement bayes", ComplementNB())]:
    pipeline(name, prepare(MinMaxScaler(clip=True)), nb, y3)
for name, model in [("histogram boosting", HistGradientBoostingClassifier(max_iter=20)), ("lightgbm", LGBMClassifier(n_estimators=20, verbose=-1)),
                    ("lightgbm, zero missing", LGBMClassifier(n_estimators=20, verbose=-1, zero_as_missing=True)),
                    ("xgboost", XGBClassifier(n_estimators=20)), ("xgboost, base score", XGBClassifier(n_estimators=20, base_score=.3))]:
    pipeline(name + " with gaps", ColumnTransformer([("n", "passthrough", numbers)]), model, (y2 == "stay").astype(int), holes, gaps,
             types=TYPES[:4])
# sums of logarithms in single precision
pipeline("bernoulli bayes", prepare(MinMaxScaler(clip=True)), BernoulliNB(), y3, within=5e-6)
for name, model, y in [("nearest neighbours", KNeighborsClassifier(5), y2), ("nearest neighbours by distance", KNeighborsClassifier(5, weights="distance"), y3),
                       ("nearest neighbours in blocks", KNeighborsRegressor(3, metric="manhattan"), yr), ("gaussian process", GaussianProcessRegressor(alpha=100.), yr),
                       ("local outlier factor", LocalOutlierFactor(novelty=True), None), ("quadratic discriminant", QuadraticDiscriminantAnalysis(reg_param=.5), y3)]:
    pipeline(name, prepare(), model, y)
# categories that are unknown are refused, and those that are known answered, though no text is known at load
strict = prepare(fill, OneHotEncoder())
for name, model, y in [("logistic", LogisticRegression(max_iter=300), y2), ("trees of three", RandomForestClassifier(5, random_state=0), y3), ("ridge", Ridge(), yr)]:
    pipeline("unknown refused, " + name, strict, model, y, holes, gaps)
    pipeline("known answered, " + name, strict, model, y, people(40), gaps)
# answers as maps, as columns, as one matrix
for zipmap in (True, False, "columns"):
    pipeline("probabilities, zipmap=%s" % zipmap, prepare(), LogisticRegression(), y2, options={"zipmap": zipmap})
    pipeline("of three, zipmap=%s" % zipmap, prepare(), RandomForestClassifier(5, random_state=0), y3, options={"zipmap": zipmap})
whole = [(c, Int64TensorType([None, 1])) for c in ("age", "visits")]
frame = rows[["age", "visits"]].astype(np.int64)
pipeline("whole numbers", ColumnTransformer([("n", StandardScaler(), ["age", "visits"])]), LogisticRegression(), y2,
         frame, train[["age", "visits"]].astype(np.int64), types=whole)
tap.ok(tap.count >= 96, "hardly anything was skipped")
tap.done()
