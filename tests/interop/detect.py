"""mlv-drift watch against river's detectors, index for index.

detect.py FILE also freezes river's answers, with the streams, for
tests/golden/detect.sh.
"""
import os
import random
import subprocess
import sys

import numpy as np

from tap import done, ok, skip, workspace

try:
    from river import drift
    from river.drift import binary
except ImportError:
    skip("river's detectors", "no river here; run 'make interop'")
    done()

tmp = workspace()


def streams():
    """Those of river's own tests, and longer ones whose rate or mean wanders."""
    np.random.seed(12345)
    yield "digits", np.concatenate((np.random.randint(2, size=1000), np.random.randint(8, size=1000)))
    np.random.seed(12345)
    yield "errors", np.concatenate((np.random.binomial(1, 0.2, 1000), np.random.binomial(1, 0.8, 1000)))
    np.random.seed(12345)
    yield "turns", np.concatenate([np.random.normal(m, 0.1, 500) > 0 for m in (0, 0.25, 0, 0.25)]).astype(int)
    r = random.Random(42)
    yield "steps", np.array([x for _ in range(2) for low, high in ((0, 1), (4, 7)) for x in
                             r.choices(range(low, high + 1), k=1000)])
    yield "one", np.ones(1000, int)


def long_streams():
    rng = np.random.default_rng(9)
    rate = np.repeat(rng.uniform(0.05, 0.6, 20), 1000)
    yield "wandering errors", (rng.random(20000) < rate).astype(int)
    yield "wandering mean", np.round(np.repeat(rng.normal(0, 1.5, 20), 1000) + rng.normal(size=20000), 4)
    yield "slow rise", (rng.random(20000) < np.linspace(0.1, 0.7, 20000)).astype(int)


DETECTORS = [
    ("adwin", drift.ADWIN, {}), ("adwin", drift.ADWIN, {"delta": 0.05, "clock": 1, "grace_period": 30}),
    ("adwin", drift.ADWIN, {"max_buckets": 3, "min_window_length": 20}),
    ("page_hinkley", drift.PageHinkley, {}), ("page_hinkley", drift.PageHinkley, {"mode": "up", "threshold": 20}),
    ("page_hinkley", drift.PageHinkley, {"mode": "down"}),
    ("kswin", drift.KSWIN, {"seed": 1}),
    ("kswin", drift.KSWIN, {"alpha": 0.0001, "window_size": 200, "stat_size": 100, "seed": 42}),
    ("kswin", drift.KSWIN, {"alpha": 0.001, "window_size": 500, "stat_size": 20, "seed": 7}),
    ("ddm", binary.DDM, {}), ("ddm", binary.DDM, {"warm_start": 100, "drift_threshold": 2.5}),
    ("eddm", binary.EDDM, {}), ("eddm", binary.EDDM, {"alpha": 0.9, "beta": 0.8}),
    ("hddm_a", binary.HDDMA, {}), ("hddm_a", binary.HDDMA, {"two_sided_test": True}),
    ("hddm_w", binary.HDDMW, {}), ("hddm_w", binary.HDDMW, {"two_sided_test": True}),
    ("hddm_w", binary.HDDMW, {"lambda_val": 0.01, "drift_confidence": 1e-05}),
]


def theirs(make, options, values):
    detector, found = make(**options), []
    for i, x in enumerate(values.tolist()):
        detector.update(x)
        if detector.drift_detected:
            found.append(i)
    return found


def word(v):
    return str(v).lower() if isinstance(v, bool) else repr(v) if isinstance(v, float) else str(v)


def ours(name, options, values):
    path = os.path.join(tmp, "x.csv")
    with open(path, "w") as f:
        f.write("x\n" + "".join("%s\n" % x for x in values.tolist()))
    sets = [w for k, v in options.items() for w in ("--set", "%s=%s" % (k, word(v)))]
    r = subprocess.run(["build/bin/mlv-drift", "watch", "-d", name, "-c", "x", path] + sets, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True)
    if r.returncode > 1:
        raise SystemExit(r.stderr)
    return [int(line.split("\t")[3]) for line in r.stdout.splitlines()]


lines = []
for short, source in ((True, streams()), (False, long_streams())):
    for stream, values in source:
        if short:
            lines.append("stream\t%s\t%s\n" % (stream, "".join(map(str, values.tolist()))))
        for name, make, options in DETECTORS:
            if make.__module__.startswith("river.drift.binary") and set(values.tolist()) - {0, 1}:
                continue
            if name == "kswin" and not short:
                part = values[:5000]  # a millisecond a value there
            else:
                part = values
            want, got = theirs(make, options, part), ours(name, options, part)
            ok(want == got, "%s, %s %s: %d drifts" % (stream, name, options or "", len(want)), (want[:9], got[:9]))
            if short:
                sets = " ".join("%s=%s" % (k, word(v)) for k, v in options.items())
                lines.append("\t".join((name, sets or "-", stream, " ".join(map(str, want)))) + "\n")
if len(sys.argv) > 1:
    with open(sys.argv[1], "w") as f:
        f.writelines(lines)
done()
