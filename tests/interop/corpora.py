"""CSV as others collected it, read by us and by what they say is right.

CSV_SPECTRUM names a checkout of max-mapper/csv-spectrum, POLLOCK one of
HPI-Information-Systems/Pollock, DUCKDB one of duckdb/duckdb (its data/csv, where
DuckDB and pandas read the same cells).  What is the same, what is refused and
what is read otherwise is counted; each file that is read otherwise is named.
Without a checkout a corpus is skipped.
"""
import collections
import concurrent.futures
import csv
import datetime
import glob
import io
import json
import os
import re
import subprocess

import tap

# Its own JSON has another telephone number.
SPECTRUM_KNOWN = {"location_coordinates.csv"}
# JSON Lines by what stands in it.
DUCKDB_KNOWN = {"test/5438.csv"}
ENVIRONMENT = dict(os.environ, MLV_THREADS="1")


def ours(path, *options):
    """Header and rows as text, or the line that refuses."""
    r = subprocess.run(["mlv-data", "convert", "-q", *options, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=ENVIRONMENT, timeout=60)
    if r.returncode:
        return None, r.stderr.decode(errors="replace").strip().split("\n")[-1]
    return list(csv.reader(io.StringIO(r.stdout.decode(errors="replace"), newline=""))), ""


def instant(s):
    """A date-time without a zone is UTC."""
    t = datetime.datetime.fromisoformat(s)
    return t if t.tzinfo else t.replace(tzinfo=datetime.timezone.utc)


def same_cell(a, b):
    """A date-time is written in one form, a number as short as it can be; spaces around a cell do not count."""
    a, b = a.strip(), (b or "").strip()
    if a == b or a.replace("\r\n", "\n") == b.replace("\r\n", "\n"):
        return True
    if a == "" and b in ("NA", "N/A", "NaN", "nan", "null", "NULL", "None"):
        return True
    try:
        return float(a) == float(b)
    except ValueError:
        pass
    if a.lower() in ("true", "false"):
        return a.lower() == b.lower()
    try:
        return instant(a) == instant(b)
    except ValueError:
        return False


def same_rows(got, want):
    want = [r for r in want if any(c for c in r)]
    got = [r for r in got if any(c for c in r)]
    return len(got) == len(want) and all(
        len(a) == len(b) and all(same_cell(x, y) for x, y in zip(a, b)) for a, b in zip(got, want))


def in_parallel(fn, items):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(fn, items))


def report(title, results, known=()):
    """Each result is (name, verdict); "otherwise" must be known."""
    count = collections.Counter(v for _, v in results)
    odd = sorted(n for n, v in results if v == "otherwise" and n not in known)
    tap.ok(not odd, title, "\n".join(["%d %s" % (n, v) for v, n in count.most_common()] + odd[:40]))


# --- csv-spectrum
top = os.environ.get("CSV_SPECTRUM", "")


def spectrum(path):
    with open(path.replace("/csvs/", "/json/").replace(".csv", ".json"), encoding="utf-8") as f:
        rows = json.load(f)
    rows = rows if isinstance(rows, list) else [rows]
    got, why = ours(path)
    name = os.path.basename(path)
    if got is None:
        return name, "refused: " + why
    want = [list(rows[0])] + [list(r.values()) for r in rows]
    return name, "same" if same_rows(got, want) else "otherwise"


if top:
    report("csv-spectrum", in_parallel(spectrum, sorted(glob.glob(top + "/csvs/*.csv"))), SPECTRUM_KNOWN)
else:
    tap.skip("csv-spectrum", "no checkout in CSV_SPECTRUM")

# --- Pollock
top = os.environ.get("POLLOCK", "")


def said(path):
    """What its parameters say, as options."""
    with open(path.replace("/csv/", "/parameters/") + "_parameters.json", encoding="utf-8") as f:
        p = json.load(f)
    o = []
    if p.get("delimiter"):
        o += ["--delimiter", p["delimiter"]]
    if p.get("quotechar"):
        o += ["--quote", p["quotechar"]]
    if p.get("escapechar") and p["escapechar"] != p.get("quotechar"):
        o += ["--escape", p["escapechar"]]
    if p.get("preamble_lines"):
        o += ["--skip-lines", str(p["preamble_lines"])]
    if p.get("encoding") and p["encoding"] not in ("ascii", "utf_8", "utf-8"):
        o += ["--encoding", p["encoding"]]
    return o


EVERYTHING = tap.workspace() + "/any.yaml"
with open(EVERYTHING, "w", encoding="utf-8") as f:
    f.write("columns: {}\nextra: true\n")


def set_aside(path, want):
    """Are the good rows of check --bad those of the clean file, but for a few lines?"""
    bad = EVERYTHING + "." + os.path.basename(path)
    r = subprocess.run(["mlv-data", "check", "-q", "-s", EVERYTHING, path, "--bad", bad], stdout=subprocess.PIPE,
                       stderr=subprocess.DEVNULL, env=ENVIRONMENT, timeout=60)
    good = list(csv.reader(io.StringIO(r.stdout.decode(errors="replace"), newline="")))
    rest = iter(want)
    return r.returncode == 1 and len(want) - len(good) <= 3 and all(
        any(len(g) == len(w) and all(same_cell(x, y) for x, y in zip(g, w)) for w in rest) for g in good)


def pollock(path):
    name = os.path.basename(path)
    with open(path.replace("/csv/", "/clean/"), encoding="utf-8", errors="replace", newline="") as f:
        want = list(csv.reader(f))
    got, _ = ours(path)
    if got is not None and same_rows(got, want):
        return name, "same"
    told, why = ours(path, *said(path))
    if told is not None and same_rows(told, want):
        return name, "same, with its parameters said"
    if got is None and set_aside(path, want):
        return name, "refused with its line; check --bad keeps all rows but one to three"
    if got is None or told is None:
        return name, "refused with its line"
    return name, "otherwise, as no reader can tell: " + re.sub("[0-9]+", "N", name)


if top:
    report("Pollock", in_parallel(pollock, sorted(glob.glob(top + "/polluted_files/csv/*.csv"))))
else:
    tap.skip("Pollock", "no checkout in POLLOCK")

# --- DuckDB's, where pandas agrees
top = os.environ.get("DUCKDB", "")


def agreed(path):
    """The cells that DuckDB and pandas both read, or None."""
    import duckdb
    import pandas as pd
    try:
        c = duckdb.connect()
        c.execute("set threads=1")
        r = c.execute("select * from read_csv(?, all_varchar=true, header=true)", [path])
        a = [[d[0] for d in r.description]] + [["" if v is None else v for v in row] for row in r.fetchall()]
        t = pd.read_csv(path, dtype=str, keep_default_na=False)
        b = [list(t.columns)] + t.values.tolist()
    except Exception:       # whatever a peer says, there is nothing to agree with
        return None
    return a if len(a) > 1 and a == b else None


def duck(path):
    name = os.path.relpath(path, top + "/data/csv")
    want = agreed(path)
    if want is None:
        return name, "skipped: the two do not agree"
    got, why = ours(path, "--header")
    if got is None:
        return name, "refused: " + why[len("mlv-data: error: "):].replace(path, "")[:60].split(":")[-1].strip()[:40]
    return name, "same" if same_rows(got, want) else "otherwise"


if top:
    try:
        import duckdb  # noqa: F401
        import pandas  # noqa: F401
        files = sorted(f for f in glob.glob(top + "/data/csv/**/*.csv", recursive=True) if os.path.getsize(f) < 1 << 20)
        report("DuckDB's CSV, where pandas agrees", in_parallel(duck, files), DUCKDB_KNOWN)
    except ImportError:
        tap.skip("DuckDB's CSV", "no duckdb or pandas here")
else:
    tap.skip("DuckDB's CSV", "no checkout in DUCKDB")
tap.done()
