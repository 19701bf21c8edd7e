"""Our reader of TOML under toml-test, the test suite of the format: each valid
document as the values it should be, each invalid one refused with its line.

TOML_TEST names a checkout or an unpacked module of toml-lang/toml-test (1.6.0);
without it all is skipped.
"""
import json
import math
import os
import subprocess

import tap

TOOL = os.path.join(os.environ.get("BUILD", "build"), "tools", "toml_json")
tests = os.path.join(os.environ.get("TOML_TEST", "/nowhere"), "tests")
# What we refuse though it is TOML: a NUL in a key.
REFUSED = {"valid/key/quoted-unicode.toml"}


def moment(text):
    """Dates as the suite writes them: T and Z large, no zeros that say nothing."""
    text = text.upper().replace(" ", "T")
    if "." in text:
        head, tail = text.split(".", 1)
        digits = tail[:len(tail) - len(tail.lstrip("0123456789"))]
        text = head + ("." + digits.rstrip("0") if digits.rstrip("0") else "") + tail[len(digits):]
    return text


def same(want, got):
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(same, want, got))
    if set(want) != {"type", "value"} or not isinstance(want["type"], str):
        return isinstance(got, dict) and set(want) == set(got) and all(same(want[k], got[k]) for k in want)
    kind, value = want["type"], want["value"]
    if kind == "string":
        return got == value
    if kind == "bool":
        return got is (value == "true")
    if kind == "integer":
        return type(got) is int and got == int(value)
    if kind == "float":
        number = float(value)
        # our JSON has no words for these
        return got is None if not math.isfinite(number) else type(got) in (int, float) and float(got) == number
    return isinstance(got, str) and moment(got) == moment(value)


names = os.path.join(tests, "files-toml-1.0.0")
if not os.path.exists(names) or not os.path.exists(TOOL):
    tap.skip("toml-test", "no checkout: set TOML_TEST" if os.path.exists(TOOL) else "no " + TOOL)
    tap.done()
with open(names) as f:
    names = [n for n in f.read().split() if n.endswith(".toml")]
wrong, taken, mute, valid = [], [], [], 0
for name in names:
    with open(os.path.join(tests, name), "rb") as f:
        r = subprocess.run([TOOL], stdin=f, capture_output=True)
    if name.startswith("invalid/"):
        if r.returncode != 1:
            taken.append(name)
        elif b"line" not in r.stderr and b"UTF-8" not in r.stderr:
            mute.append(name)
        continue
    valid += 1
    if name in REFUSED:
        if r.returncode != 1:
            wrong.append(name)
        continue
    with open(os.path.join(tests, name[:-5] + ".json")) as f:
        want = json.load(f)
    if r.returncode or not same(want, json.loads(r.stdout)):
        wrong.append(name + ": " + r.stderr.decode().strip())
tap.ok(valid > 100 and not wrong, "%d valid documents are read as what they are" % valid, "\n".join(wrong))
tap.ok(len(names) - valid > 200 and not taken, "%d invalid ones are refused" % (len(names) - valid), "\n".join(taken))
tap.ok(not mute, "each with its line, or as other than UTF-8", "\n".join(mute))
tap.done()
