"""mlv-serve http --events: what it sends is read by the CloudEvents SDK, in each mode of HTTP."""
import http.server
import importlib.util
import json
import os
import subprocess
import tempfile
import threading
import urllib.request

import tap

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "onnx", "ridge", "model.onnx")
IDS = ("r1", 'of "Zoë"')


def take(mode):
    """Two requests; what was posted, as (headers, body)."""
    got = []

    class Taker(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            n = int(self.headers["Content-Length"])
            got.append((dict(self.headers.items()), self.rfile.read(n)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    taker = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=taker.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            ["mlv-serve", "http", "--port", "0", "--grace", "0", "--log", folder, "--name", "ridge",
             "--events", f"http://127.0.0.1:{taker.server_port}/", "--events-mode", mode, GOLDEN],
            stdout=subprocess.PIPE, text=True)
        url = server.stdout.readline().split("\t")[0].strip()
        with urllib.request.urlopen(url + "/v2/models/ridge") as answer:
            x = json.load(answer)["inputs"][0]
        width = x["shape"][-1]
        for i in IDS:
            body = {"id": i, "inputs": [{"name": x["name"], "shape": [1, width], "datatype": "FP32",
                                         "data": [0.5] * width}]}
            urllib.request.urlopen(urllib.request.Request(
                url + "/v2/models/ridge/infer", json.dumps(body).encode(), {"Content-Type": "application/json"}))
        server.terminate()
        server.wait(timeout=60)
    taker.shutdown()
    return got


def events_of(got):
    try:
        from cloudevents.v1.http import from_http, from_json
    except ImportError:
        from cloudevents.http import from_http, from_json
    for headers, body in got:
        if "batch" in headers["Content-Type"]:
            yield from (from_json(json.dumps(one)) for one in json.loads(body))
        else:
            yield from_http(headers, body)


def is_right(event, id, subject):
    a = event.get_attributes()
    data = event.get_data()
    return (a["specversion"], a["type"], a["source"], a["subject"], a["time"], data["id"]) == (
        "1.0", "mlv.request.answered", "/v2/models/ridge/versions/1", subject, data["time"], id)


for mode in ("structured", "binary", "batch"):
    title = f"the CloudEvents SDK reads what --events sends in mode {mode}"
    if importlib.util.find_spec("cloudevents") is None:
        tap.skip(title, "there is no cloudevents")
        continue
    events = list(events_of(take(mode)))
    # the SDK leaves %XX of headers as it is
    second = "of%20%22Zo%C3%AB%22" if mode == "binary" else IDS[1]
    tap.ok(len(events) == 2 and is_right(events[0], "r1", "r1") and is_right(events[1], IDS[1], second), title,
           "" if len(events) == 2 else f"{len(events)} events")
tap.done()
