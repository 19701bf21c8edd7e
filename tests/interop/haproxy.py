"""HAProxy before two replicas of mlv-serve, with examples/serve/haproxy.cfg as
it is: no request fails while one replica ends in order and starts again; when
the other is killed, at most what it was answering does.  Skipped where no
haproxy is installed."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import tap

BIN = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "bin"))
MODELS = os.path.abspath("tests/golden/models")
CFG = os.path.abspath("examples/serve/haproxy.cfg")
haproxy = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")


def free_port():
    s = socket.create_server(("127.0.0.1", 0))
    held.append(s)
    return s.getsockname()[1]


def replica(name):
    """At the ports of that name; ready when it has printed its URL."""
    p = subprocess.Popen([BIN + "/mlv-serve", "http", "--name", "churn", "--port", str(at[name]), "--health-port",
                          str(at[name + "_HEALTH"]), "--grace", "2", "--canary", MODELS + "/churn-sklearn.onnx=50",
                          MODELS + "/churn-sklearn.onnx"], stdout=subprocess.PIPE, stderr=errors)
    if not p.stdout.readline():
        raise SystemExit("a replica does not start: " + open(d + "/errors").read())
    return p


def ask(port, unit=None, path="/invocations", body=None, connection=None, headers=()):
    c = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    h = {"Content-Type": "text/csv", **dict(headers)}
    if unit:
        h["X-Unit-Id"] = unit
    c.request("POST" if body else "GET", path, body, h)
    r = c.getresponse()
    return r.status, r.read(), r.getheader("X-Mlv-Variant")


def client(stream):
    c, n = None, 0
    while not over.is_set():
        n += 1
        try:
            c = c or http.client.HTTPConnection("127.0.0.1", at["LISTEN"], timeout=20)
            status, said, _ = ask(0, "u%d" % n, body=rows, connection=c)
            answers.append(status if status != 200 or json.loads(said)["predictions"] else 0)
        except (OSError, http.client.HTTPException) as e:
            answers.append(repr(e))
            c = None


def servers_up(n):
    """By what haproxy lets through: it logs what it sees."""
    for _ in range(200):
        with open(log) as f:
            text = f.read()
        state = {s: text.rfind("/%s is UP" % s) >= text.rfind("/%s is DOWN" % s) for s in ("one", "two")}
        if sum(state.values()) == n:
            return True
        time.sleep(0.05)
    return False


if not haproxy:
    tap.skip("HAProxy before two replicas", "no haproxy here")
    tap.done()
d = tap.workspace()
held, answers, over = [], [], threading.Event()
at = {k: free_port() for k in ("LISTEN", "ONE", "ONE_HEALTH", "TWO", "TWO_HEALTH")}
for s in held:
    s.close()
errors, log = open(d + "/errors", "w"), d + "/haproxy.log"
with open(MODELS + "/churn-rows.csv") as f:
    rows = "".join(f.readlines()[:3]).encode()
environment = dict(os.environ, MLV_LISTEN="127.0.0.1:%d" % at["LISTEN"], MLV_ONE="127.0.0.1:%d" % at["ONE"],
                   MLV_TWO="127.0.0.1:%d" % at["TWO"], MLV_ONE_HEALTH=str(at["ONE_HEALTH"]),
                   MLV_TWO_HEALTH=str(at["TWO_HEALTH"]))
checked = subprocess.run([haproxy, "-c", "-f", CFG], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True)
tap.ok(checked.returncode == 0 and "WARNING" not in checked.stdout, "haproxy -c has no word against the file",
       "" if checked.returncode == 0 else checked.stdout)
running = [replica("ONE"), replica("TWO")]
front = subprocess.Popen([haproxy, "-db", "-f", CFG], env=environment, stdout=open(log, "w"), stderr=subprocess.STDOUT)
try:
    for _ in range(100):
        try:
            if ask(at["LISTEN"], "u", body=rows)[0] == 200:
                break
        except OSError:
            pass
        time.sleep(0.05)
    variants = [[ask(at[r], "unit %d" % i, body=rows)[2] for i in range(40)] for r in ("ONE", "TWO")]
    tap.ok(variants[0] == variants[1] and len(set(variants[0])) == 2, "both replicas give a unit the same variant")
    tap.ok(ask(at["LISTEN"], path="/metrics")[0] == 404, "/metrics is not for clients")
    tap.ok(ask(at["LISTEN"], body=b"x", headers={"Content-Length": str(9 << 20)})[0] == 413,
           "a body that no replica would take is refused")
    threads = [threading.Thread(target=client, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    time.sleep(1)
    running[0].send_signal(signal.SIGTERM)
    tap.ok(running[0].wait(20) == 0 and servers_up(1), "a replica ends in order, and haproxy has seen it")
    running[0] = replica("ONE")
    tap.ok(servers_up(2), "it starts again and is asked again")
    bad, before = [a for a in answers if a != 200], len(answers)
    tap.ok(before > 200 and not bad, "no request failed meanwhile", "of %d: %s" % (before, bad[:5]))
    running[1].kill()
    running[1].wait()
    time.sleep(1.5)
    tap.ok(servers_up(1), "a replica that is killed is seen to be gone")
    over.set()
    for t in threads:
        t.join()
    bad = [a for a in answers[before:] if a != 200]
    tap.ok(len(answers) > before + 200 and len(bad) <= len(threads), "at most what it was answering failed",
           "of %d: %s" % (len(answers) - before, bad[:5]))
finally:
    over.set()
    front.terminate()
    for p in running:
        p.terminate()
    for p in [front, *running]:
        p.wait(20)
tap.done()
