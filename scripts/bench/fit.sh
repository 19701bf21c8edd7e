#!/bin/sh
# scripts/bench/fit.sh [ROWS...]: boosted trees from a CSV file to a saved
# model, 'mlv-train fit' beside LightGBM, XGBoost, HistGradientBoosting,
# CatBoost and YDF, those that $PYTHON has, by default on 20,000, 100,000 and
# 1,000,000 generated rows of 28 numbers.
# Needs mlv-train in PATH and $PYTHON (scripts/bench/run sets both).
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
[ $# -gt 0 ] || set -- 20000 100000 1000000
"${PYTHON:-build/venv/bin/python}" "$here/fit.py" "$folder" "$@"
