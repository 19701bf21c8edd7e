"""Repositories made by dvc and git-lfs themselves, taken over whole.

Needs dvc (pip install dvc) beside this Python or on PATH, and git-lfs.
"""
import hashlib
import os
import shutil
import subprocess
import sys

import tap

os.chdir(tap.workspace())
os.environ.update(GIT_CONFIG_GLOBAL="/dev/null", GIT_AUTHOR_NAME="t", GIT_AUTHOR_EMAIL="t@localhost",
                  GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@localhost", DVC_NO_ANALYTICS="1")
dvc = shutil.which("dvc", path=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])


def sha256(path):
    return "sha256:" + hashlib.sha256(open(path, "rb").read()).hexdigest()


def write(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def files():
    """What is in the work tree, but for git's, DVC's and our own."""
    found = {}
    for folder, folders, names in os.walk("."):
        folders[:] = [d for d in folders if d not in (".git", ".dvc", ".mlv")]
        for n in names:
            path = os.path.join(folder, n)[2:]
            if not n.startswith(".") and not n.endswith((".mlv", ".dvc", ".yaml", ".lock")):
                found[path] = sha256(path)
    return found


def take_over(tool, title):
    """Everything it keeps is there, and comes back after it was removed."""
    before = files()
    tap.run("mlv-data", "init")
    told = [line.split("\t") for line in tap.run("mlv-data", "import", tool, ".").splitlines()]
    for path in before:
        os.unlink(path)
    tap.run("mlv-data", "checkout", "-f")
    tap.ok(told and files() == before, "%s: %d versions, all %d files come back" % (title, len(told), len(before)))
    return told


def start(name):
    os.mkdir(name)
    os.chdir(name)
    tap.run("git", "init", "-q", ".")


if dvc:
    start("dvc")
    tap.run(dvc, "init", "-q")
    write("data.csv", b"id,x\n1,a\n2,b\n")
    write("raw/data.csv", b"id,x\r\n1,a\r\n")
    for i in range(50):
        write("images/%d/%d.bin" % (i % 5, i), bytes([i]) * i)
    tap.run(dvc, "add", "-q", "data.csv", "raw/data.csv", "images")
    tap.run(dvc, "stage", "add", "-q", "-n", "copy", "-d", "data.csv", "-o", "out.csv", "cp data.csv out.csv")
    tap.run(dvc, "repro", "-q")
    told = take_over("dvc", "dvc " + tap.run(dvc, "--version").strip())
    tap.ok({t[4]: t[2] for t in told} == {"data.csv": "2", "raw/data.csv": "1", "out.csv": "2", "images": "\\N"},
           "rows are counted, a folder is one version")
    os.chdir("..")
else:
    tap.skip("a repository of dvc", "no dvc")
if shutil.which("git-lfs"):
    start("lfs")
    tap.run("git", "lfs", "install", "--local")
    tap.run("git", "lfs", "track", "*.bin", "*.csv")
    write("a b.bin", os.urandom(100000))
    write("sub/t.csv", b"id,x\n1,a\n")
    tap.run("git", "add", ".")
    tap.run("git", "commit", "-qm", "lfs")
    take_over("lfs", "git-lfs")
    os.chdir("..")
    tap.run("git", "clone", "-q", "lfs", "clone")
    os.chdir("clone")
    tap.run("mlv-data", "init")
    r = subprocess.run(["mlv-data", "import", "lfs"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    whole = open("a b.bin", "rb").read(7) != b"version"
    tap.ok(r.returncode == (0 if whole else 3) and (whole or r.stderr.count("is missing") == 2),
           "a clone without objects: what is missing is named, unless git-lfs brought it")
else:
    tap.skip("a repository of git-lfs", "no git-lfs")
tap.done()
