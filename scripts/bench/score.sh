#!/bin/sh
# scripts/bench/score.sh [SHAPE...]: forests answered on one thread, by the
# library behind mlv-serve, onnxruntime, LightGBM and, where they are
# installed, XGBoost, YDF, treelite and tl2cgen: rows together, and one row a
# call, every row another one.  Medians.
# SHAPE: 10x31 100x31 500x63 1000x255 100x2000 sets.
# Needs mlv-train in PATH and $PYTHON (scripts/bench/run sets both).
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
[ $# -gt 0 ] || set -- 10x31 100x31 500x63 1000x255 100x2000 sets
"${PYTHON:-build/venv/bin/python}" "$here/score.py" "$folder" "${BUILD:-build}" "$@"
