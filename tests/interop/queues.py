"""mlv-serve stream between the topics of a real broker, with
examples/serve/kafka.sh and mqtt.sh: killed half-way and started again, each
message is answered at least once, and with the answer of mlv-serve batch.

KAFKA_LIB names a folder with the jars of Kafka 3.9 (org.apache.kafka:kafka_2.13
and org.slf4j:slf4j-simple, with what they need); kcat and Java besides.  MQTT
wants mosquitto and mosquitto-clients.  What is not there is skipped by its name.
"""
import collections
import csv
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import tap

BIN = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"), "bin"))
MODEL = os.path.abspath("tests/golden/models/churn-sklearn.onnx")
KAFKA, MQTT = os.path.abspath("examples/serve/kafka.sh"), os.path.abspath("examples/serve/mqtt.sh")
MESSAGES = 6000
BROKEN = {1500: "{\"customerID\":\"broken\"", 4500: "[1]"}
d = tap.workspace()
environment = dict(os.environ, PATH=BIN + ":/usr/sbin:" + os.environ["PATH"], TMPDIR=d)
log = open(d + "/log", "w")
started = []


def start(argv, **more):
    """In a session of its own, so that all of it can be found and killed."""
    p = subprocess.Popen(argv, env=environment, cwd=d, stderr=log, start_new_session=True, **more)
    started.append(p)
    return p


def members(p, name):
    """Processes of the session that p began, by name."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as f:
                pid, rest = f.read().split(" (", 1)
        except OSError:
            continue
        comm, rest = rest.rsplit(") ", 1)
        if comm == name and int(rest.split()[3]) == p.pid:
            found.append(int(pid))
    return found


def kill_all(p):
    try:
        os.killpg(p.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    p.wait()


def until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


with open("tests/golden/models/churn-rows.csv", newline="") as f:
    table = list(csv.DictReader(f))
rows = [dict(table[i % len(table)], customerID="c%d" % i, tenure=i % 72) for i in range(MESSAGES)]
messages = [BROKEN.get(i) or json.dumps(r) for i, r in enumerate(rows)]
answerable = [json.dumps(r) for i, r in enumerate(rows) if i not in BROKEN]
want = {r.pop("customerID"): r for r in map(json.loads, tap.run(
    BIN + "/mlv-serve", "batch", "-q", "--format", "jsonl", "--keep", "customerID", MODEL,
    stdin="\n".join(answerable) + "\n").splitlines())}


def feed(pipe, first, last, pause=0.02):
    """Some hundred at a time, slowly: what comes must be answered meanwhile."""
    for i in range(first, last, 100):
        pipe.write("".join(m + "\n" for m in messages[i:min(i + 100, last)]))
        pipe.flush()
        time.sleep(pause)


def judge(what, answers):
    """Each at least once, and right; how many came again."""
    counts, wrong, refused = collections.Counter(), [], 0
    for a in map(json.loads, answers):
        a.pop("kafka_offset", None)
        if "error" in a:
            refused += 1
            continue
        who = a.pop("customerID")
        counts[who] += 1
        if a != want[who]:
            wrong.append(who)
    tap.ok(len(counts) == len(want), what + ": each message is answered",
           "%d of %d, %d of them again%s" % (len(counts), len(want), sum(counts.values()) - len(counts),
                                             "".join(", not " + w for w in sorted(set(want) - set(counts))[:5])))
    tap.ok(not wrong, what + ": with the answer of mlv-serve batch", wrong[:3])
    tap.ok(refused >= len(BROKEN), what + ": what cannot be answered is told in its place", "%d times" % refused)


def kafka(lib):
    port, control = free_port(), free_port()
    with open(d + "/server.properties", "w") as f:
        f.write("process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:%d\n"
                "listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d\n"
                "advertised.listeners=PLAINTEXT://127.0.0.1:%d\ncontroller.listener.names=CONTROLLER\n"
                "inter.broker.listener.name=PLAINTEXT\n"
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\nlog.dirs=%s/kraft\n"
                "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=1\n"
                "transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n"
                "group.initial.rebalance.delay.ms=0\nnum.partitions=2\n" % (control, port, control, port, d))
    java = ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
            lib + "/*"]
    subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c",
                    d + "/server.properties"], check=True, stdout=log, stderr=log)
    broker = "127.0.0.1:%d" % port
    start([*java, "kafka.Kafka", d + "/server.properties"], stdout=log)

    def kcat(*argv):
        return subprocess.run(["kcat", "-q", "-b", broker, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=log, text=True).stdout
    if not tap.ok(until(lambda: "broker 1" in kcat("-L", "-m", "2")), "Kafka: a broker is there"):
        return
    # who asks for a topic as a producer does makes it
    if not tap.ok(until(lambda: all("partition 1, leader 1" in kcat("-P", "-L", "-m", "2", "-t", t)
                                    for t in ("in", "out"))), "Kafka: two topics of two partitions are there"):
        return

    def out():
        return kcat("-C", "-t", "out", "-p", "1", "-e", "-o", "beginning").splitlines()

    def run():
        return start(["sh", KAFKA, broker, "in", "out", "1", "customerID", MODEL])
    ask = subprocess.Popen(["kcat", "-q", "-P", "-b", broker, "-t", "in", "-p", "1"], stdin=subprocess.PIPE, text=True)
    serve = run()
    feed(ask.stdin, 0, 2000)
    tap.ok(until(lambda: len(out()) > 200), "Kafka: messages are answered as they come")
    for pid in members(serve, "mlv-serve"):
        os.kill(pid, signal.SIGKILL)
    feed(ask.stdin, 2000, 3000)
    tap.ok(until(lambda: serve.poll() is not None, 20), "Kafka: where the model is killed the pipeline ends")
    serve = run()
    until(lambda: members(serve, "mlv-serve"), 20)
    feed(ask.stdin, 3000, 5000, 0)
    time.sleep(0.3)
    kill_all(serve)
    before = len(out())
    tap.ok(before < MESSAGES, "Kafka: all of it is killed half-way", "%d answers by then" % before)
    feed(ask.stdin, 5000, MESSAGES)
    ask.stdin.close()
    ask.wait()
    serve = run()
    tap.ok(until(lambda: '"c%d"' % (MESSAGES - 1) in "".join(out()[-3:])), "Kafka: the last one is not held back")
    kill_all(serve)
    answers = out()
    judge("Kafka", answers)
    at = [json.loads(a)["kafka_offset"] for a in answers if "kafka_offset" in a]
    tap.ok(set(at) == set(range(MESSAGES)) - set(BROKEN), "Kafka: an answer has the offset of its question")


def mqtt():
    port = free_port()
    with open(d + "/m.conf", "w") as f:
        f.write("listener %d 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n" % port)
        if os.getuid() == 0:
            f.write("user root\n")
    start([shutil.which("mosquitto", path=environment["PATH"]), "-c", d + "/m.conf"], stdout=log)
    where = ["-h", "127.0.0.1", "-p", str(port)]

    def run(verb):
        return start(["sh", MQTT, verb, d + "/box", "127.0.0.1:%d" % port, "churn", "customerID", MODEL])

    def count(name):
        try:
            with open(d + "/box/" + name, "rb") as f:
                return f.read().count(b"\n")
        except OSError:
            return 0
    time.sleep(0.5)
    listen = start(["mosquitto_sub", *where, "-t", "churn/answers", "-q", "1", "-c", "-i", "listener"],
                   stdout=open(d + "/answers", "w"))
    take, answer, give = run("take"), run("answer"), run("give")
    until(lambda: members(take, "mosquitto_sub"), 10)
    time.sleep(0.5)     # till the session is at the broker
    ask = subprocess.Popen(["mosquitto_pub", *where, "-t", "churn", "-q", "1", "-l"], stdin=subprocess.PIPE, text=True)
    feed(ask.stdin, 0, 2000)
    tap.ok(until(lambda: count("answered") > 200), "MQTT: messages are answered as they come")
    for pid in members(answer, "mlv-serve"):
        os.kill(pid, signal.SIGKILL)
    tap.ok(until(lambda: answer.poll() is not None, 20), "MQTT: where the model is killed its part ends")
    take.terminate()    # what comes now waits at the broker
    take.wait()
    feed(ask.stdin, 2000, 4000)
    before = count("given") and int(open(d + "/box/given").read())
    kill_all(give)
    tap.ok(before < MESSAGES, "MQTT: the parts are killed half-way", "%d answers by then" % before)
    take, answer = run("take"), run("answer")
    feed(ask.stdin, 4000, 5000)
    kill_all(answer)
    with open(d + "/box/answered", "a") as f:
        f.write('{"customerID":"c')     # as the last one may have been left
    feed(ask.stdin, 5000, MESSAGES)
    ask.stdin.close()
    ask.wait()
    answer, give = run("answer"), run("give")
    until(lambda: count("asked") == count("answered") == MESSAGES)
    tap.ok(count("asked") == MESSAGES and count("answered") == MESSAGES, "MQTT: a line of answers for each line asked",
           "%d and %d" % (count("asked"), count("answered")))
    until(lambda: open(d + "/box/given").read().strip() == str(MESSAGES))
    time.sleep(1)
    listen.terminate()
    listen.wait()
    for p in (take, answer, give):
        kill_all(p)
    with open(d + "/answers") as f:
        judge("MQTT", f.read().splitlines())


try:
    lib = os.environ.get("KAFKA_LIB", "")
    if not glob.glob(lib + "/kafka_*.jar") or not shutil.which("java"):
        tap.skip("Kafka to mlv-serve stream to Kafka", "KAFKA_LIB names no jars of Kafka, or no java")
    elif not shutil.which("kcat"):
        tap.skip("Kafka to mlv-serve stream to Kafka", "no kcat here")
    else:
        kafka(lib)
    if not shutil.which("mosquitto", path=environment["PATH"]) or not shutil.which("mosquitto_sub"):
        tap.skip("MQTT to mlv-serve stream to MQTT", "no mosquitto or mosquitto-clients here")
    else:
        mqtt()
finally:
    for p in started:
        kill_all(p)
tap.done()
