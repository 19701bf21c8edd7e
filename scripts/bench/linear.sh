#!/bin/sh
# scripts/bench/linear.sh [ROWS]: logistic regression from a CSV file to a
# saved model, 'mlv-train fit' beside scikit-learn's solvers, by default on
# 1,000,000 generated rows: 14 numbers and six categories, then 100 numbers.
# Needs mlv-train in PATH and $PYTHON (scripts/bench/run sets both).
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
"${PYTHON:-build/venv/bin/python}" "$here/linear.py" "$folder" "${1:-1000000}"
