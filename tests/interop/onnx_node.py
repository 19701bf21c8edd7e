"""The conformance tests of the onnx package (backend/test/data/node).

Every test of one node whose operator, version and types we have must give
the expected outputs within onnx's own tolerance (1e-3 relative, 1e-7
absolute).  A model we refuse must be refused with a reason; how many are
answered is written down below, so a new refusal is a failure too.
"""
import glob
import os
import re
import subprocess
import sys

import numpy as np
import onnx
from onnx import numpy_helper

import tap

engine = os.path.join(os.environ.get("BUILD", "build"), "tools", "onnx_run")
data = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "node")
kinds = {"float": np.float32, "double": np.float64, "int64": np.int64, "int32": np.int32, "int8": np.int8,
         "uint8": np.uint8, "bool": np.bool_}
LEAST = 727  # of onnx 1.22.0


def load(path):
    with open(path, "rb") as f:
        return numpy_helper.to_array(onnx.TensorProto.FromString(f.read()))


def parse(line):
    head, _, values = line.partition("]")
    kind, dims = head.split(" [")
    shape = tuple(int(d) for d in dims.split(",") if d)
    if kind in ("text", "string"):
        return np.array(values[1:].split(" ") if values else [], dtype=object).reshape(shape)
    wide = np.float64 if kind in ("float", "double") else np.int64
    return np.array(values.split(), dtype=wide).astype(kinds[kind]).reshape(shape)


def run(folder):
    """'' when right, 'refused: ...' or what is wrong."""
    here = os.path.join(folder, "test_data_set_0")
    inputs = sorted(glob.glob(os.path.join(here, "input_*.pb")), key=lambda p: int(re.findall(r"\d+", p)[-1]))
    outputs = sorted(glob.glob(os.path.join(here, "output_*.pb")), key=lambda p: int(re.findall(r"\d+", p)[-1]))
    got = subprocess.run([engine, os.path.join(folder, "model.onnx")] + inputs, capture_output=True, text=True,
                         timeout=60)
    if got.returncode == 3:
        return "refused: " + got.stderr.strip()
    if got.returncode:
        return "ended with %d" % got.returncode
    lines = got.stdout.rstrip("\n").split("\n")
    if len(lines) != len(outputs):
        return "%d outputs, not %d" % (len(lines), len(outputs))
    for line, path in zip(lines, outputs):
        try:
            have, want = parse(line), load(path)
        except Exception as x:
            return "refused: cannot compare: %s" % x
        if want.dtype == np.float16:
            return "refused: float16 is answered as float"
        if have.shape != want.shape:
            return "shape %s, not %s" % (have.shape, want.shape)
        if want.dtype.kind in "OUS":
            if [str(v) for v in have.ravel()] != [v.decode() if isinstance(v, bytes) else str(v) for v in want.ravel()]:
                return "texts differ"
        elif have.dtype != want.dtype:
            return "type %s, not %s" % (have.dtype, want.dtype)
        elif not np.allclose(have.astype(np.float64), want.astype(np.float64), rtol=1e-3, atol=1e-7, equal_nan=True):
            return "values differ"
    return ""


right, refused, wrong = [], [], []
for folder in sorted(glob.glob(os.path.join(data, "test_*"))):
    name = os.path.basename(folder)
    why = run(folder)
    (refused if why.startswith("refused") else wrong if why else right).append((name, why))
if "-v" in sys.argv:
    for name, why in refused + wrong:
        print("# %s: %s" % (name, why))
for name, why in wrong:
    tap.ok(False, name, why)
tap.ok(not wrong, "no answer is wrong", "%d right, %d refused" % (len(right), len(refused)))
tap.ok(len(right) >= LEAST, "at least %d answers are right" % LEAST, "%d right" % len(right))
tap.done()
