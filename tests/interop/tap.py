"""TAP for the interop scripts: ok(cond, title), then done()."""
import os
import shutil
import subprocess
import sys
import tempfile

count = 0
failed = 0


def ok(cond, title, detail=""):
    global count, failed
    count += 1
    good = bool(cond)
    print(("ok" if good else "not ok"), count, "-", title, flush=True)
    if detail:
        print("#   " + str(detail).replace("\n", "\n#   "), flush=True)
    if not good:
        failed += 1
    return good


def run(*argv, stdin=None, want=0, cwd=None):
    """Run one of the tools; stdout as text.  Another status ends the test."""
    r = subprocess.run([str(a) for a in argv], input=stdin, cwd=cwd,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if r.returncode != want:
        raise SystemExit("%s: exit %d, not %d\n%s" % (" ".join(map(str, argv)), r.returncode, want, r.stderr))
    return r.stdout


def workspace():
    """A fresh folder, removed at the end."""
    d = tempfile.mkdtemp(prefix="mlv-interop.")
    import atexit
    atexit.register(shutil.rmtree, d, True)
    return d


def skip(title, reason):
    global count
    count += 1
    print("ok", count, "-", title, "# SKIP", reason, flush=True)


def done():
    print("1..%d" % count)
    sys.exit(1 if failed else 0)
