#!/bin/sh
# scripts/bench/quantized.sh [ROWS [OPTION...]]: what use_quantized_grad costs in
# quality and saves in processor time, 'mlv-train fit' with it and without it,
# by default on 50,000 generated rows of six kinds, nine models of each.  Options
# are for the former only: -s split_fraction=0.3.
# Needs mlv-train in PATH and $PYTHON (scripts/bench/run sets both).
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
"${PYTHON:-build/venv/bin/python}" "$here/quantized.py" "$folder" "${@:-50000}"
