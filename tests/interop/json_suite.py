"""mlv-serve http under JSONTestSuite: texts that are JSON, are none, or may be
either, each as a value that a request carries and nobody reads.

JSON_TEST_SUITE names a checkout of nst/JSONTestSuite; without it all is
skipped.  What is JSON is answered, what is none is 400 with a reason, and the
server answers as ever when all have been asked.  What Python's json writes
for numbers that JSON has no words for is taken, as its clients send it.
"""
import collections
import glob
import http.client
import json
import os
import subprocess

import tap

TAKEN = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}
BIN = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "bin"))
MODEL = os.path.abspath("tests/golden/onnx/ridge/model.onnx")


def ask(port, text):
    """Status and what the answer says."""
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = b'{"inputs":[' + ROW + b'],"params":{"p":' + text + b"}}"
    c.request("POST", "/invocations", body, {"Content-Type": "application/json"})
    r = c.getresponse()
    try:
        return r.status, json.loads(r.read())
    except ValueError:
        return r.status, {}


suite = sorted(glob.glob(os.path.join(os.environ.get("JSON_TEST_SUITE", "/nowhere"), "test_parsing", "*.json")))
if not suite:
    tap.skip("JSONTestSuite", "no checkout: set JSON_TEST_SUITE")
    tap.done()
server = subprocess.Popen([BIN + "/mlv-serve", "http", "--port", "0", "--grace", "0", MODEL], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
try:
    port = int(server.stdout.readline().split("\t")[0].strip().rsplit(":", 1)[1])
    c = http.client.HTTPConnection("127.0.0.1", port)
    c.request("GET", "/v2/models/model")
    shape = json.loads(c.getresponse().read())["inputs"][0]["shape"]
    ROW = json.dumps([0.5] * shape[-1]).encode()
    before = ask(port, b"1")
    found, odd = collections.Counter(), collections.defaultdict(list)
    for path in suite:
        with open(path, "rb") as f:
            text = f.read()
        name = os.path.basename(path)
        status, said = ask(port, text)
        kind = "answered" if status == 200 else "refused" if status == 400 and said.get("message") else "else"
        found[name[0], kind] += 1
        if name in TAKEN and kind == "answered":
            continue
        if (name[0], kind) not in (("y", "answered"), ("n", "refused"), ("i", "answered"), ("i", "refused")):
            odd[name[0]].append("%s: %d %s" % (name, status, said))
    tap.ok(before[0] == 200, "a request that carries a value nobody reads is answered", before)
    for letter, kind, what in (("y", "answered", "is JSON is answered"), ("n", "refused", "is none is 400 with a reason, but for NaN and Infinity"),
                               ("i", "either", "may be either is answered or 400 with a reason")):
        n = sum(v for (first, _), v in found.items() if first == letter)
        tap.ok(n and not odd[letter], "what %s (%d texts)" % (what, n), "\n".join(odd[letter]))
    print("# of those that may be either, %d answered, %d refused" % (found["i", "answered"], found["i", "refused"]))
    tap.ok(ask(port, b"1") == before, "then it answers as before")
finally:
    server.terminate()
    tap.ok(server.wait(20) == 0, "it ends with 0")
tap.done()
