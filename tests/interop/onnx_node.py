"""The conformance tests of the onnx package (backend/test/data/node): all of
them, whatever their operator, domain and types.

Each is passed, refused by name or wrong; the table at the end has a line an
operator.  Right is within onnx's own tolerance (1e-3 relative, 1e-7
absolute; float16, which we hold as float, within its own precision).  A
refusal is one line that names an operator, an element type or a feature, and
its causes are written down at the end; how many pass is written down below,
so a new refusal is a failure, too.  onnx_node.py -v names every refusal.
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
kinds = {"float": np.float32, "double": np.float64, "bool": np.bool_}
kinds.update((k, np.dtype(k).type) for k in ("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"))
LEAST = 990  # of onnx 1.22.0's 1765
# what a refusal says: an operator, a type or a feature that we do not have
NAMED = re.compile("unsupported operator|is not supported|which is not supported|are not supported|dimensions|takes|is not float"
                   "|is bfloat16|sparse|sequence")


def operators(folder):
    """Operators of a test's graph, and whether an answer is no tensor."""
    model = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False)
    odd = any(not o.type.HasField("tensor_type") for o in model.graph.output)
    names = {(n.domain + "." if n.domain else "") + n.op_type for n in model.graph.node}
    return names, odd


def load(path):
    with open(path, "rb") as f:
        return numpy_helper.to_array(onnx.TensorProto.FromString(f.read()))


def parse(line):
    head, _, values = line.partition("]")
    kind, dims = head.split(" [")
    shape = tuple(int(d) for d in dims.split(",") if d)
    if kind in ("text", "string"):
        return np.array(values[1:].split(" ") if values else [], dtype=object).reshape(shape)
    wide = np.float64 if kind in ("float", "double") else np.uint64 if kind == "uint64" else np.int64
    return np.array(values.split(), dtype=wide).astype(kinds[kind]).reshape(shape)


def run(folder, odd):
    """'' when right, 'refused: ...' or what is wrong."""
    here = os.path.join(folder, "test_data_set_0")
    inputs = sorted(glob.glob(os.path.join(here, "input_*.pb")), key=lambda p: int(re.findall(r"\d+", p)[-1]))
    outputs = sorted(glob.glob(os.path.join(here, "output_*.pb")), key=lambda p: int(re.findall(r"\d+", p)[-1]))
    got = subprocess.run([engine, os.path.join(folder, "model.onnx")] + inputs, capture_output=True, text=True,
                         timeout=60)
    if got.returncode == 3:
        return "refused: " + got.stderr.strip()
    if got.returncode:
        return "ended with %d: %s" % (got.returncode, got.stderr)
    if odd:
        return "refused: the test expects a sequence or an optional"
    lines = got.stdout.rstrip("\n").split("\n")
    if len(lines) != len(outputs):
        return "%d outputs, not %d" % (len(lines), len(outputs))
    for line, path in zip(lines, outputs):
        try:
            want = load(path)
        except Exception as x:
            return "refused: the test expects %s" % x
        if line.startswith(("text", "string")) and any(" " in str(v) or not v for v in want.ravel()):
            have = want if line.partition("]")[2][1:] == " ".join(
                v.decode() if isinstance(v, bytes) else str(v) for v in want.ravel()) else np.array(0)
        else:
            have = parse(line)
        near = 1e-3
        if want.dtype == np.float16 or want.dtype.name == "bfloat16":     # held as float, by us
            near, want = 1e-2, want.astype(np.float32)
        if have.shape != want.shape:
            return "shape %s, not %s" % (have.shape, want.shape)
        if want.dtype.kind in "OUS":
            if [str(v) for v in have.ravel()] != [v.decode() if isinstance(v, bytes) else str(v) for v in want.ravel()]:
                return "texts differ"
        elif have.dtype != want.dtype:
            return "type %s, not %s" % (have.dtype, want.dtype)
        elif not np.allclose(have.astype(np.float64), want.astype(np.float64), rtol=near, atol=near * 1e-4, equal_nan=True):
            return "values differ"
    return ""


right, refused, wrong, table = [], [], [], {}
for folder in sorted(glob.glob(os.path.join(data, "test_*"))):
    name = os.path.basename(folder)
    names, odd = operators(folder)
    why = run(folder, odd)
    kind = 1 if why.startswith("refused") else 2 if why else 0
    (right, refused, wrong)[kind].append((name, why))
    for op in names if len(names) == 1 else ["(several)"]:
        table.setdefault(op, [0, 0, 0])[kind] += 1
if "-v" in sys.argv:
    for name, why in refused + wrong:
        print("# %s: %s" % (name, why))
print("# %-36s %7s %7s %7s" % ("operator", "passed", "refused", "wrong"))
for op in sorted(table):
    print("# %-36s %7d %7d %7d" % (op, *table[op]))
print("# %-36s %7d %7d %7d" % ("all", len(right), len(refused), len(wrong)))
causes = {}
for name, why in refused:
    cause = re.sub(r" in node.*|node '[^']*'|\(opset \d+\)|^refused: (onnx_run: error: )?", "", why)
    cause = re.sub(r"(in|out)put '[^']*'", r"\1put", re.sub(" +", " ", cause)).strip()
    causes[cause] = causes.get(cause, 0) + 1
for cause, n in sorted(causes.items(), key=lambda c: (-c[1], c[0])):
    print("# refused %3d: %s" % (n, cause))
for name, why in wrong:
    tap.ok(False, name, why)
unnamed = [(name, why) for name, why in refused if "\n" in why or not (NAMED.search(why) or "the test expects" in why)]
tap.ok(not wrong, "no answer is wrong", "%d right, %d refused" % (len(right), len(refused)))
tap.ok(not unnamed, "every refusal says in one line what is not supported", "\n".join("%s: %s" % u for u in unnamed[:20]))
tap.ok(len(right) >= LEAST, "at least %d answers are right" % LEAST, "%d right" % len(right))
tap.done()
