"""How good trials are: regret of our samplers beside Optuna's of the same name.

Functions after BBOB's, shifted and turned by the seed, in 2, 5 and 10
dimensions, and gbdt's parameters on a made table; budgets of 25, 50 and 100
trials.  Both run the same problem with the same number of startup trials.  A
cell is one problem, dimension and seed; of each budget: in how many cells we
are better, the mean of log10(our regret / its), and the two-sided Wilcoxon
signed-rank test on those logarithms.

SAMPLERS, DIMS, SEEDS and FUNCTIONS make it smaller.
"""
import json
import math
import os
import subprocess
import sys
import warnings

import numpy as np
import optuna
from scipy.stats import wilcoxon

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
BUDGETS = (25, 50, 100)
SEEDS = range(int(os.environ.get("SEEDS", "10")))
DIMS = [int(d) for d in os.environ.get("DIMS", "2,5,10").split(",")]
SAMPLERS = os.environ.get("SAMPLERS", "random,sobol,tpe,gp,cmaes").split(",")


def turned(d, rng):
    q, r = np.linalg.qr(rng.normal(size=(d, d)))
    return q * np.sign(np.diag(r))


def scales(d, power):
    return np.array([10 ** (power * (i / max(d - 1, 1))) for i in range(d)])


def sphere(z):
    return z @ z


def ellipsoid(z):
    return scales(len(z), 6) @ z ** 2


def rastrigin(z):
    return 10 * (len(z) - np.cos(2 * np.pi * z).sum()) + z @ z


def rosenbrock(z):
    z = max(1, math.sqrt(len(z)) / 8) * z + 1
    return (100 * (z[:-1] ** 2 - z[1:]) ** 2 + (z[:-1] - 1) ** 2).sum()


def sharp_ridge(z):
    return z[0] ** 2 + 100 * math.sqrt((z[1:] ** 2).sum())


def different_powers(z):
    return math.sqrt((abs(z) ** (2 + 4 * np.arange(len(z)) / max(len(z) - 1, 1))).sum())


def schaffer(z):
    s = np.sqrt(z[:-1] ** 2 + z[1:] ** 2)
    return (np.mean(np.sqrt(s) + np.sqrt(s) * np.sin(50 * s ** 0.2) ** 2)) ** 2


BBOB = {f.__name__: f for f in (sphere, ellipsoid, rastrigin, rosenbrock, sharp_ridge, different_powers, schaffer)}
NAMES = os.environ.get("FUNCTIONS", ",".join(BBOB) + ",tabular").split(",")


def mlv(*words):
    return subprocess.run(["mlv-train", *[str(w) for w in words]], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


class Function:
    def __init__(self, name, d, seed):
        rng = np.random.default_rng([seed, d, sorted(BBOB).index(name)])
        self.f, self.at, self.turn = BBOB[name], rng.uniform(-4, 4, d), turned(d, rng)
        self.space = {"x%d" % i: {"type": "float", "low": -5, "high": 5} for i in range(d)}

    def __call__(self, p):
        return float(self.f(self.turn @ (np.array([p["x%d" % i] for i in range(len(self.at))]) - self.at)))


class Tabular:
    space = {"learning_rate": {"type": "float", "low": 0.01, "high": 0.5, "log": True},
             "num_leaves": {"type": "int", "low": 2, "high": 63, "log": True},
             "min_data_in_leaf": {"type": "int", "low": 1, "high": 100, "log": True},
             "lambda_l2": {"type": "float", "low": 1e-3, "high": 100, "log": True},
             "feature_fraction": {"type": "float", "low": 0.3, "high": 1}}

    def __init__(self, seed):
        for name, k in (("rows.csv", 2 * seed), ("valid.csv", 2 * seed + 1)):
            rng = np.random.default_rng(k)
            x = rng.normal(size=(1500, 8))
            y = x[:, 0] * x[:, 1] + x[:, 2] + rng.normal(size=1500) > 0
            np.savetxt(name, np.column_stack([x, y]), "%.5g", ",", header="a,b,c,d,e,f,g,h,y", comments="")

    def __call__(self, p):
        words = [w for k, v in p.items() for w in ("-s", "%s=%s" % (k, v))]
        out = mlv("fit", "rows.csv", "-v", "valid.csv", "-t", "y", "-l", "gbdt", "-o", "m.onnx", "--threads", 1,
                  "--json", "-s", "num_iterations=60", *words)
        return json.loads(out)["metrics"]["logloss"]["value"]


def ours(sampler, problem, seed):
    if os.path.exists("j"):
        os.remove("j")
    with open("space.yaml", "w") as f:
        json.dump(problem.space, f)
    mlv("search", "new", "s", "--space", "space.yaml", "--journal", "j", "--sampler", sampler, "--seed", seed)
    values = []
    for _ in range(BUDGETS[-1]):
        t = json.loads(mlv("search", "ask", "s", "--journal", "j", "--json"))
        values.append(problem(t["params"]))
        mlv("search", "tell", "s", t["number"], "--journal", "j", repr(values[-1]))
    return values


def theirs(sampler, problem, seed):
    makers = {"random": lambda: optuna.samplers.RandomSampler(seed=seed),
              "sobol": lambda: optuna.samplers.QMCSampler(
                  seed=seed, scramble=True, warn_independent_sampling=False),
              "tpe": lambda: optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True),
              "gp": lambda: optuna.samplers.GPSampler(seed=seed),
              "cmaes": lambda: optuna.samplers.CmaEsSampler(seed=seed)}
    study = optuna.create_study(sampler=makers[sampler]())

    def objective(trial):
        p = {}
        for name, s in problem.space.items():
            suggest = trial.suggest_int if s["type"] == "int" else trial.suggest_float
            p[name] = suggest(name, s["low"], s["high"], log=s.get("log", False))
        return problem(p)

    study.optimize(objective, BUDGETS[-1])
    return [t.value for t in study.trials]


def problems():
    for seed in SEEDS:
        for name in NAMES:
            if name == "tabular":
                yield name, 5, seed, Tabular(seed)
            else:
                for d in DIMS:
                    yield name, d, seed, Function(name, d, seed)


def lacks(sampler):
    try:
        theirs(sampler, Function("sphere", 2, 0), 0)
    except (ImportError, ModuleNotFoundError) as e:
        return str(e).splitlines()[0]
    return None


def main():
    cells = {}
    for name, d, seed, problem in problems():
        got = {(s, who): f(s, problem, seed) for s in SAMPLERS for who, f in (("ours", ours), ("theirs", theirs))}
        # of a table the best is not known: it is what anybody found, less a little
        least = 0 if name != "tabular" else min(min(v) for v in got.values()) - 1e-5
        for s in SAMPLERS:
            for b in BUDGETS:
                a, z = (max(min(got[s, who][:b]) - least, 1e-12) for who in ("ours", "theirs"))
                cells.setdefault((s, b), []).append((name, d, math.log10(a / z)))
    print("sampler  budget  cells  better  log10 regret ratio   p")
    for (s, b), v in sorted(cells.items()):
        x = np.array([r for _, _, r in v])
        p = wilcoxon(x).pvalue if np.any(x) else 1.0
        print("%-8s %6d  %5d  %5.0f%%  %+18.3f   %.3f" % (s, b, len(x), 100 * np.mean(x < 0), x.mean(), p))
    print("by family at %d trials, log10 regret ratio" % BUDGETS[-1])
    for s in SAMPLERS:
        per = {}
        for name, d, r in cells[s, BUDGETS[-1]]:
            per.setdefault(name, []).append(r)
        print("%-8s %s" % (s, "  ".join("%s %+.2f" % (k, np.mean(r)) for k, r in per.items())))


for sampler in list(SAMPLERS):
    why = lacks(sampler)
    if why:
        print("%s: left out: Optuna's needs what is not here: %s" % (sampler, why))
        SAMPLERS.remove(sampler)
if not SAMPLERS:
    sys.exit(0)
main()
