"""Push, clone and gc --remote against servers of S3 that others wrote.

Those on PATH are started: versitygw (Go, which checks signatures and
conditions) and moto_server (Python).  One that is not there is skipped.
"""
import os
import shutil
import socket
import subprocess
import time
import urllib.request

import tap

top = os.path.realpath(tap.workspace())
os.chdir(top)
os.environ.update(AWS_ACCESS_KEY_ID="testkey", AWS_SECRET_ACCESS_KEY="testsecret123",
                  AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_CONFIG_FILE="/dev/null")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url):
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=2)
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def versitygw(port, folder):
    os.mkdir(folder + "/bucket")
    env = dict(os.environ, ROOT_ACCESS_KEY="testkey", ROOT_SECRET_KEY="testsecret123")
    return subprocess.Popen(["versitygw", "--port", "127.0.0.1:%d" % port, "--quiet", "posix", folder], env=env,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def moto(port, folder):
    return subprocess.Popen(["moto_server", "-H", "127.0.0.1", "-p", str(port)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def moto_bucket(endpoint):
    """moto looks at no signature."""
    urllib.request.urlopen(urllib.request.Request(endpoint + "/bucket", method="PUT", headers={
        "Authorization": "AWS4-HMAC-SHA256 Credential=testkey/20260101/us-east-1/s3/aws4_request"}))


def numbers(seed):
    x = seed
    with open("t.csv", "w") as f:
        f.write("id,x\n")
        for i in range(300000):
            x = (x * 1103515245 + 12345) % 2147483648
            f.write("%d,%d\n" % (i, x))


def leave_strays(endpoint):
    """What a push that was cut leaves: packs that no head lists."""
    for key in ("00" * 32, "ff" * 32):
        subprocess.run(["curl", "-sf", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "testkey:testsecret123",
                        "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-T", "t.csv",
                        "%s/bucket/prefix/packs/%s" % (endpoint, key)], check=True, stdout=subprocess.DEVNULL)


def play(name, endpoint):
    """Two versions pushed, one removed, its bytes freed, the other cloned."""
    url = "s3://bucket/prefix?endpoint=" + endpoint
    os.makedirs(name + "/author")
    os.chdir(name + "/author")
    tap.run("mlv-data", "init")
    tap.run("mlv-data", "remote", "add", "origin", url)
    for seed in (1, 2):
        numbers(seed)
        tap.run("mlv-data", "add", "t.csv")
        tap.run("mlv-data", "push")
    out = tap.run("mlv-data", "push").split("\t")
    tap.ok(out[1] == "current", name + ": a push of nothing new", out)
    tap.run("mlv-data", "rm", "data:t@1")
    tap.run("mlv-data", "push")
    leave_strays(endpoint)
    out = tap.run("mlv-data", "gc", "--remote", "origin", "--keep", "all", "--grace", "0")
    removed = int(out.splitlines()[-1].split("\t")[5])
    tap.ok(removed > 500000, name + ": gc --remote removes what nothing leads to", out)
    tap.ok(out.splitlines()[-1].split("\t")[10] == str(2 * os.path.getsize("t.csv")),
           name + ": gc --remote finds what no head lists", out)
    out = tap.run("mlv-data", "gc", "--remote", "origin", "--keep", "all", "--grace", "0")
    tap.ok(out.splitlines()[-1].split("\t")[10] == "0", name + ": and once more there is nothing of it", out)
    tap.run("mlv-data", "clone", url, "../reader")
    os.chdir("../reader")
    tap.run("mlv-data", "fsck", "--strong")
    tap.ok(tap.run("mlv-data", "cat", "data:t") == open("../author/t.csv").read(), name + ": a clone has the same bytes")
    os.chdir(top)


for name, program, start in (("versitygw", "versitygw", versitygw), ("moto", "moto_server", moto)):
    if shutil.which(program) is None:
        tap.skip(name + ": push, clone and gc --remote", "no " + program)
        continue
    port = free_port()
    endpoint = "http://127.0.0.1:%d" % port
    os.mkdir("kept-" + name)
    server = start(port, os.path.realpath("kept-" + name))
    try:
        if not wait_for(endpoint):
            tap.ok(False, name + " does not start")
            continue
        if name == "moto":
            moto_bucket(endpoint)
        play(name, endpoint)
    finally:
        server.terminate()
        server.wait()
tap.done()
