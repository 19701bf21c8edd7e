#!/bin/sh
# Has a table of 20 columns drifted?  'mlv-drift compare' of two CSV files
# beside Evidently's DataDriftPreset in Python from the same files, at 100,000
# and at 1,000,000 rows a side.  Each is a whole process but for Python's
# imports; medians of 5, for Evidently of 3, and one run at 1,000,000 rows.
#
# Then against a stored profile; what runs each night: 'perf', labels joined and
# judged, beside pandas and scikit-learn; 'watch --window', rows a second;
# 'report', its time and size; and scripts/bench/alarms.py: 1,000 weeks without
# a drift and series with a small, a middling and a large one.
#
# ROWS sets all sizes (1,000,000; the report has a fifth unless REPORT_ROWS says
# more), SEED, WEEKS and SERIES those of alarms.py, PYTHON an environment with
# Evidently, scikit-learn and, for one column of the last table, NannyML.
# SECTIONS names those wanted of: compare stored perf watch report alarms.
set -eu
: "${ROWS:=1000000}" "${PERF_ROWS:=$ROWS}" "${REPORT_ROWS:=$((ROWS / 5))}"
export ROWS PERF_ROWS REPORT_ROWS
: "${SECTIONS:=compare stored perf watch report alarms}"
export SECTIONS
for s in $SECTIONS; do
	case $s in
	compare|stored|perf|watch|report|alarms)
		;;
	*)
		echo "drift.sh: error: no section '$s': compare, stored, perf, watch, report, alarms" >&2
		exit 2
		;;
	esac
done
python=${PYTHON:-build/venv/bin/python}

# Is one of these sections wanted?
wanted()
{
	for s in "$@"; do
		case " $SECTIONS " in
		*" $s "*)
			return 0
			;;
		esac
	done
	return 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
! wanted compare stored || "$python" - "$work" <<'P'
import os, statistics, subprocess, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
work, size = sys.argv[1], int(os.environ["ROWS"])
sections = os.environ["SECTIONS"].split()
if "compare" in sections:
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset


def write(path, rows, seed, shift):
    r = np.random.default_rng(seed)
    d = pd.DataFrame({"x%d" % i: r.normal(shift * i, 1, rows).astype(np.float32) for i in range(15)})
    for i in range(5):
        d["k%d" % i] = r.choice(list("abcdefghij")[:i * 2 + 2], rows)
    d.to_csv(path, index=False)


def evidently(a, b):
    """How many columns drifted, and the score of each."""
    ref, cur = pd.read_csv(a), pd.read_csv(b)
    run = Report([DataDriftPreset()]).run(Dataset.from_pandas(cur, DataDefinition()), Dataset.from_pandas(ref, DataDefinition()))
    metrics = run.dict()["metrics"]
    return metrics[0]["value"]["count"], {m["config"]["column"]: float(m["value"]) for m in metrics[1:]}


def ours(a, b, *options):
    """The score and the verdict of each column."""
    out = subprocess.run(["mlv-drift", "compare", *options, a, b], capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in out.splitlines()[:-1]]
    return {r[0]: (float(r[2]), r[4]) for r in rows}


def median(f, runs, *a):
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        f(*a)
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def side_by_side(rows, runs):
    a, b = work + "/a.csv", work + "/b.csv"
    write(a, rows, 1, 0)
    write(b, rows, 2, .02)
    found = []
    e = median(lambda: found.append(evidently(a, b)), runs)
    # Its verdicts are those of the tests alone; ours by default leave out what is sampling noise.
    same, usual = ours(a, b, "--evidently"), ours(a, b)
    count, scores = found[0]
    drifted = [c for c, v in same.items() if v[1] == "drift"]
    if set(same) != set(scores) or len(drifted) != count or any(abs(same[c][0] - v) > 1e-5 * abs(v) for c, v in scores.items()):
        sys.exit("drift.sh: error: not the same columns drifted, or not with the same scores")
    noise = sum(usual[c][1] != "drift" for c in drifted)
    t = median(ours, 5, a, b)
    print("%9s x 20: Evidently %6.2f s, mlv-drift %.3f s, %.0fx; %d columns drifted with the same scores, %d of them by noise"
          % (format(rows, ","), e, t, e / t, len(drifted), noise), flush=True)


def against_profile():
    write(work + "/a.csv", size, 1, 0)
    write(work + "/b.csv", size, 2, .02)
    with open(work + "/a.json", "w") as out:
        subprocess.run(["mlv-data", "profile", work + "/a.csv"], stdout=out, check=True)
    t = median(lambda: subprocess.run(["mlv-drift", "compare", work + "/a.json", work + "/b.csv"], capture_output=True), 5)
    print("%s x 20 against a stored profile: %.3f s" % (format(size, ","), t), flush=True)


if "compare" in sections:
    side_by_side(size // 10, 3)
    side_by_side(size, 1)
if "stored" in sections:
    against_profile()
P
! wanted perf watch report || "$python" - "$work" <<'P'
import os, resource, statistics, subprocess, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
work = sys.argv[1]
sections = os.environ["SECTIONS"].split()
if "perf" in sections:
    from sklearn import metrics
r = np.random.default_rng(7)


def peak_kib(pid):
    """Of its memory since it became this program: a child's rusage knows its parent's, too."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def timed(argv, runs=5):
    took, most = [], 0
    for _ in range(runs):
        begin = time.perf_counter()
        with open(work + "/out", "w") as out:
            p = subprocess.Popen(argv, stdout=out, stderr=subprocess.DEVNULL)
            while p.poll() is None:
                most = max(most, peak_kib(p.pid))
                time.sleep(.005)
        took.append(time.perf_counter() - begin)
    with open(work + "/out") as out:
        return statistics.median(took), most / 1024, out.read()


# --- labels that came late
def late_labels():
    n = int(os.environ.get("PERF_ROWS", "1000000"))
    a, b = work + "/answers.csv", work + "/late.csv"
    q = np.round(1 / (1 + np.exp(-r.normal(size=n) * 2)), 6)
    ids = np.char.add("c", r.permutation(n).astype(str))
    y = np.where(r.random(n) < q, "Yes", "No")
    pd.DataFrame({"id": ids, "when": np.char.add("2026-01-", np.char.zfill((np.arange(n) * 28 // n + 1).astype(str), 2)),
                  "probabilities.No": 1 - q, "probabilities.Yes": q, "label": np.where(q >= .5, "Yes", "No")}).to_csv(a, index=False)
    late = r.permutation(n)[:n * 8 // 10]
    pd.DataFrame({"id": ids[late], "churn": y[late]}).to_csv(b, index=False)

    def theirs():
        d = pd.read_csv(a).merge(pd.read_csv(b), on="id")
        found = {}
        for day, g in [("all", d)] + list(d.groupby("when")):
            t, p = g.churn == "Yes", g.label == "Yes"
            found[day] = [metrics.roc_auc_score(t, g["probabilities.Yes"]), metrics.accuracy_score(t, p),
                          metrics.precision_score(t, p), metrics.recall_score(t, p), metrics.f1_score(t, p),
                          metrics.log_loss(t, g["probabilities.Yes"]), metrics.brier_score_loss(t, g["probabilities.Yes"])]
        return found

    begin = time.perf_counter()
    want = theirs()
    them = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    us, mib, out = timed(["mlv-drift", "perf", "--labels", b, "--key", "id", "--time", "when", a], 3)
    far = 0
    names = ["auc", "accuracy", "precision", "recall", "f1", "logloss", "brier"]
    for line in out.splitlines():
        by, value, name, got = line.split("\t")[:4]
        if name in names:
            far = max(far, abs(float(got) - want["all" if by == "all" else value][names.index(name)]))
    print("perf, %s answers, %s labels: pandas and scikit-learn %.1f s, %.0f MiB; mlv-drift %.1f s, %.0f MiB; "
          "furthest apart %.0e" % (format(n, ","), format(len(late), ","), them, peak, us, mib, far), flush=True)


# --- windows, and the page
def table(path, rows, cols, shift=0, first=0):
    d = pd.DataFrame({"x%d" % i: r.normal(shift, 1, rows).astype(np.float32).round(4) for i in range(cols * 3 // 4)})
    for i in range(cols - cols * 3 // 4):
        d["k%d" % i] = r.choice(list("abcdefghij"), rows)
    d["x0"] += first
    d.to_csv(path, index=False)


def windows():
    size = int(os.environ["ROWS"])
    table(work + "/ref.csv", size // 10, 20)
    table(work + "/now.csv", size, 20)
    few = timed(["mlv-drift", "watch", "--window", "10000", work + "/ref.csv", work + "/ref.csv"])[0]
    many, mib, _ = timed(["mlv-drift", "watch", "--window", "10000", work + "/ref.csv", work + "/now.csv"])
    print("watch, 20 columns, windows of 10,000: %s rows a second, %.0f MiB" % (format(int(size * .9 / (many - few)), ","), mib),
          flush=True)


def page():
    rows = int(os.environ.get("REPORT_ROWS", "200000"))
    table(work + "/a.csv", rows, 100)
    table(work + "/b.csv", rows, 100, .05)
    took, mib, out = timed(["mlv-drift", "report", "--html", work + "/a.csv", work + "/b.csv"], 3)
    print("report, %s x 100 a side: %.1f s, %.0f MiB, a page of %.0f kB" % (format(rows, ","), took, mib, len(out) / 1000),
          flush=True)


for name, run in ("perf", late_labels), ("watch", windows), ("report", page):
    if name in sections:
        run()
P
! wanted alarms || "$python" -W ignore scripts/bench/alarms.py "$work"
