#!/bin/sh
# Two versions of a table of 1,000,000 rows and 11 columns, 1 % of the rows
# changed and 0.1 % replaced: 'mlv-data diff --key id --stat' beside DuckDB's
# full join of the same two files on two threads.  Counts must be those of a
# third program, in plain Python, that knows neither.  Each is a whole process
# but for Python's imports; medians of 5, and the most memory of any run.
set -eu
python=${PYTHON:-build/venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$python" -c 'import duckdb' || { echo "data-diff.sh: error: no duckdb in $python: pip install duckdb" >&2; exit 1; }
"$python" - "$work" "${ROWS:-1000000}" >"$work/counts" <<'P'
import csv, random, sys
work, n = sys.argv[1], int(sys.argv[2])
old, new = work + "/old.csv", work + "/new.csv"
names = "id at city amount score age kind ratio count mail active".split()
r = random.Random(1)


def row(i):
    return [str(i), "2026-%02d-%02dT%02d:%02d:00Z" % (r.randint(1, 12), r.randint(1, 28), r.randint(0, 23), r.randint(0, 59)),
            r.choice(["Wien", "Graz", "Linz", "Salzburg", "Innsbruck"]), "%.2f" % r.uniform(0, 1000), "%.3f" % r.gauss(0, 1),
            str(r.randint(0, 100)), r.choice("abc"), "%.6f" % r.random(), str(r.randint(0, 10 ** 6)),
            "u%07d@example.com" % r.randint(0, 10 ** 7), r.choice(["true", "false"])]


def write(path, rows):
    with open(path, "w", newline="") as f:
        f.write(",".join(names) + "\n")
        f.writelines(",".join(x) + "\n" for x in rows)


def oracle():
    with open(old, newline="") as f, open(new, newline="") as g:
        a = {x[0]: x for x in csv.reader(f)}
        b = {x[0]: x for x in csv.reader(g)}
    return (len(b.keys() - a.keys()), len(a.keys() - b.keys()), sum(a[k] != b[k] for k in a.keys() & b.keys()))


rows = [row(i) for i in range(n)]
write(old, rows)
for k in r.sample(range(n), n // 100):
    rows[k][3] = "%.2f" % (float(rows[k][3]) + 1.25)
gone = set(r.sample(range(n), n // 1000))
write(new, [x for i, x in enumerate(rows) if i not in gone] + [row(n + i) for i in range(n // 1000)])
print(*oracle())
P
# what a child's memory is counted from is its parent's: a small one
"$python" - "$work" "${ROWS:-1000000}" "$(cat "$work/counts")" <<'P'
import os, statistics, subprocess, sys, time
work, n, want = sys.argv[1], int(sys.argv[2]), tuple(map(int, sys.argv[3].split()))
old, new = work + "/old.csv", work + "/new.csv"
names = "at city amount score age kind ratio count mail active".split()
differ = " or ".join("a.%s is distinct from b.%s" % (k, k) for k in names)
query = ("select count(*) filter (a.id is null), count(*) filter (b.id is null), "
         "count(*) filter (a.id is not null and b.id is not null and (%s)) "
         "from read_csv('%s') a full join read_csv('%s') b on a.id = b.id" % (differ, old, new))
peer = """
import duckdb, resource, sys, time
t = time.perf_counter()
c = duckdb.connect()
c.execute("set threads = 2; set enable_progress_bar = false")
found = c.execute(sys.argv[1]).fetchone()
print(*found, time.perf_counter() - t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def theirs():
    out = subprocess.run([sys.executable, "-c", peer, query], capture_output=True, text=True, check=True).stdout.split()
    return tuple(map(int, out[:3])), float(out[3]), int(out[4])


def ours():
    begin = time.perf_counter()
    p = subprocess.Popen(["mlv-data", "diff", "--key", "id", "--stat", old, new], stdout=subprocess.PIPE, text=True)
    last = p.stdout.read().splitlines()[-1].split("\t")
    usage = os.wait4(p.pid, 0)[2]
    return tuple(map(int, last[4:7])), time.perf_counter() - begin, usage.ru_maxrss


runs = [(ours(), theirs()) for _ in range(5)]
for a, b in runs:
    if a[0] != want or b[0] != want:
        sys.exit("data-diff.sh: error: not the same counts: %s, DuckDB %s, and %s" % (a[0], b[0], want))
t, u = (statistics.median(x[i][1] for x in runs) for i in (0, 1))
m, v = (max(x[i][2] for x in runs) // 1024 for i in (0, 1))
print("diff --key of %s rows, %d changed: DuckDB %.2f s, %d MiB; mlv-data %.2f s, %d MiB; %.1fx" %
      (format(n, ","), want[2], u, v, t, m, u / t), flush=True)
P
