"""Real data for the interop scripts, from the folder that MLV_DATA names.

telco-churn.csv            IBM's churn sample
adult-train.csv, -test.csv the census rows of UCI, without a header
higgs-sample-train.tsv ... LightGBM's sample of Higgs, without a header

Each function gives frames of train and test, or None after a skipped test says why.
"""
import os

import pandas as pd

import tap


def paths(title, *names):
    top = os.environ.get("MLV_DATA")
    if top is None:
        return tap.skip(title, "set MLV_DATA to the folder of %s" % names[0])
    found = [os.path.join(top, n) for n in names]
    for f in found:
        if not os.path.exists(f):
            return tap.skip(title, "MLV_DATA has no %s" % os.path.basename(f))
    return found


def telco():
    p = paths("telco", "telco-churn.csv")
    if p is None:
        return None
    d = pd.read_csv(p[0], na_values=[" "]).drop(columns="customerID")
    test = pd.Series(range(len(d))) % 5 == 0
    return d[~test], d[test]


def adult():
    p = paths("adult", "adult-train.csv", "adult-test.csv")
    if p is None:
        return None
    names = ("age workclass fnlwgt education educationnum marital occupation relationship race sex gain loss "
             "hours country income").split()
    a, b = [pd.read_csv(f, names=names, skipinitialspace=True, na_values="?", comment="|") for f in p]
    b["income"] = b["income"].str.rstrip(".")
    return a, b


def higgs():
    p = paths("higgs", "higgs-sample-train.tsv", "higgs-sample-test.tsv")
    if p is None:
        return None
    a, b = [pd.read_csv(f, sep="\t", names=["y"] + ["f%d" % i for i in range(28)]) for f in p]
    a["y"], b["y"] = a["y"].astype(int), b["y"].astype(int)
    return a, b
