"""mlv-drift multivariate's distance, ratio and mmd of an embedding against
Evidently's.

Evidently is skipped where it is not installed.
"""
import json
import os
import subprocess
import warnings

from tap import done, ok, skip, workspace

warnings.filterwarnings("ignore")
try:
    from evidently.legacy.metrics.data_drift.embedding_drift_methods import distance, mmd, ratio
    import numpy as np
    import pandas as pd
except ImportError:
    skip("Evidently's drift of embeddings", "no evidently here; pip install evidently into the environment")
    done()

tmp = workspace()
paths = [os.path.join(tmp, x) for x in ("ref.csv", "cur.csv")]
r = np.random.default_rng(1)
for shift in (0, .05, .3, 1):
    ref = pd.DataFrame(r.normal(size=(900, 16)), columns=["e_%d" % i for i in range(16)])
    cur = pd.DataFrame(r.normal(size=(701, 16)) + shift * (np.arange(16) % 3 == 0), columns=ref.columns)
    ref.to_csv(paths[0], index=False)
    cur.to_csv(paths[1], index=False)
    for name, method in (("distance", distance()), ("ratio", ratio()), ("mmd", mmd())):
        score, drifted, _ = method(cur.copy(), ref.copy())
        p = subprocess.run(["build/bin/mlv-drift", "multivariate", "--json", "-m", name, "-c", "e_*"] + paths,
                           capture_output=True, text=True)
        got = json.loads(p.stdout)
        far = abs(got["score"] - float(score))
        ok(far < 1e-9 and (got["verdict"] == "drift") == bool(drifted), "shifted by %s: %s" % (shift, name), far)
done()
