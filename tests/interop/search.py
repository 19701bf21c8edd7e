"""Studies beside Optuna: it reads ours, we go on with its, both work at once."""
import json
import os
import subprocess
import sys
import threading

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState

import tap

optuna.logging.set_verbosity(optuna.logging.ERROR)
os.chdir(tap.workspace())
SPACE = """
lr:    {type: float, low: 1e-3, high: 0.3, log: true}
depth: {type: int, low: 2, high: 12}
q:     {type: float, low: 0, high: 1, step: 0.1}
kind:  {type: categorical, choices: [a, b, null, true, 1.5]}
sub:   {type: int, low: 1, high: 64, log: true, when: {kind: [a, b]}}
"""
open("space.yaml", "w").write(SPACE)


def search(verb, *args, want=0):
    return tap.run("mlv-train", "search", verb, *args, want=want)


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def storage(path, lock=None):
    return JournalStorage(JournalFileBackend(path, lock_obj=lock))


def objective(trial, kinds=("a", "b")):
    lr = trial.suggest_float("lr", 1e-3, 0.3, log=True)
    depth = trial.suggest_int("depth", 2, 12)
    kind = trial.suggest_categorical("kind", kinds)
    for step in range(3):
        trial.report(lr * step, step)
    return abs(lr - 0.1) + depth + (kind == "a")


# --- Optuna reads what we wrote
search("new", "ours", "--space", "space.yaml", "--journal", "j", "-d", "maximize",
       "--pruner", "asha", "--set", "pruner.min_resource=1", "--seed", "3")
for t in records(search("ask", "ours", "--journal", "j", "-n", "30", "--json")):
    n = t["number"]
    if n % 5 == 4:
        search("tell", "ours", n, "--state", "fail", "--journal", "j")
        continue
    r = subprocess.run(["mlv-train", "search", "report", "ours", str(n), "--step", "1", "--journal", "j",
                        str(n * 7 % 30)], stdout=subprocess.DEVNULL)
    if r.returncode == 0 and n < 28:
        search("tell", "ours", n, n * 7 % 30, "-c", "size=%g" % (n % 3 - 1), "--journal", "j")
search("ask", "ours", "--journal", "j")
shown = records(search("show", "ours", "--journal", "j", "--json"))
study = optuna.load_study(study_name="ours", storage=storage("j"))
tap.ok([t.state.name.lower() for t in study.trials] == [t["state"] for t in shown],
       "Optuna sees the state of each of our trials")
tap.ok({t["state"] for t in shown} == {"complete", "pruned", "fail", "running"}, "there is one of each")
tap.ok([t.params for t in study.trials] == [t["params"] for t in shown], "and its parameters, conditional ones too")
tap.ok([t.value for t in study.trials] == [t["value"] for t in shown], "and its value")
tap.ok(all(t.intermediate_values == ({1: t.number * 7 % 30} if t.number % 5 != 4 and t.number < 30 else {}) for t in study.trials),
       "and what it reported")
best = records(search("best", "ours", "--journal", "j", "--json"))[0]
tap.ok(study.best_trial.number == best["number"], "the same trial is the best, constraints counted",
       (study.best_trial.number, best["number"]))
study.sampler = optuna.samplers.TPESampler(seed=1, group=True)
study.optimize(lambda t: objective(t, ("a", "b", None, True, 1.5)), n_trials=2)
tap.ok(len(records(search("show", "ours", "--journal", "j", "--json"))) == 33, "Optuna goes on with our study")

# --- we go on with what Optuna wrote
for lock, title in ((None, "link"), (JournalFileOpenLock("k"), "open")):
    if os.path.exists("k"):
        os.remove("k")
    theirs = optuna.create_study(study_name="theirs", storage=storage("k", lock), direction="minimize",
                                 pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1))
    theirs.optimize(objective, n_trials=15)
    theirs.enqueue_trial({"lr": 0.125, "depth": 3})
    before = theirs.trials
    got = records(search("show", "theirs", "--journal", "k", "--json"))
    tap.ok([t["params"] for t in got] == [t.params for t in before], "we see Optuna's parameters (%s lock)" % title)
    tap.ok([t["value"] for t in got] == [t.value for t in before], "and values")
    first, second = records(search("ask", "theirs", "--journal", "k", "-n", "2", "--json"))
    tap.ok(first["number"] == 15 and first["params"]["lr"] == 0.125 and first["params"]["depth"] == 3,
           "the trial that Optuna queued is asked first", first)
    tap.ok(second["number"] == 16 and set(second["params"]) == {"lr", "depth", "kind"}, "then a new one", second)
    search("tell", "theirs", 15, 0.5, "--journal", "k")
    search("tell", "theirs", 16, 0.25, "--journal", "k")
    after = optuna.load_study(study_name="theirs", storage=storage("k", lock)).trials
    tap.ok([t.value for t in after[-2:]] == [0.5, 0.25] and after[15].params["depth"] == 3,
           "Optuna sees what we told")
    theirs.optimize(objective, n_trials=2)
    tap.ok(len(theirs.trials) == 19, "and goes on in the process that began it")

# --- a torn line, which Optuna cannot read past
with open("k", "a") as f:
    f.write('{"op_code":6,"worker_id":"x","trial')
n = records(search("ask", "theirs", "--journal", "k", "--json"))[0]["number"]
tap.ok(len(optuna.load_study(study_name="theirs", storage=storage("k")).trials) == n + 1,
       "after we cut a torn line off Optuna reads the journal again")

# --- both at once
search("new", "both", "--space", "space.yaml", "--journal", "b", "--sampler", "random")
numbers = []


def ours():
    for _ in range(15):
        n = records(search("ask", "both", "--journal", "b", "--json"))[0]["number"]
        search("tell", "both", n, 1, "--journal", "b")
        numbers.append(n)


script = """
import optuna, sys
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
s = optuna.load_study(study_name="both", storage=JournalStorage(JournalFileBackend("b")),
                      sampler=optuna.samplers.RandomSampler())
for _ in range(15):
    t = s.ask()
    t.suggest_float("lr", 1e-3, 0.3, log=True)
    s.tell(t, 2)
    print(t.number)
"""
threads = [threading.Thread(target=ours) for _ in range(3)]
others = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
for p in others:
    numbers += [int(line) for line in p.communicate()[0].split()]
trials = optuna.load_study(study_name="both", storage=storage("b")).trials
tap.ok(sorted(numbers) == list(range(75)), "three of ours and two of Optuna's at once: no trial lost, none twice",
       len(numbers))
tap.ok(len(trials) == 75 and all(t.state == TrialState.COMPLETE for t in trials), "all are complete")
# --- what we queue and add is Optuna's, too
open("add.yaml", "w").write("lr: {type: float, low: 0, high: 1}\nkind: {type: categorical, choices: [a, b]}\n")
search("new", "added", "--space", "add.yaml", "--journal", "q")
search("add", "added", "-p", "lr=0.25", "-p", "kind=b", "--journal", "q")
study = optuna.load_study(study_name="added", storage=storage("q"))
tap.ok(study.trials[0].state == TrialState.WAITING, "Optuna sees a trial we queued waiting")
first = study.ask()
tap.ok(first.number == 0 and first.suggest_float("lr", 0, 1) == 0.25 and
       first.suggest_categorical("kind", ["a", "b"]) == "b", "and asks it with our values")
study.tell(first, 2)

# --- importance: shares agree as those of two of Optuna's own seeds do
def shares(name, space, f, n):
    open("imp.yaml", "w").write(space)
    search("new", name, "--space", "imp.yaml", "--sampler", "random", "--seed", "5", "--journal", name)
    for t in records(search("ask", name, "--journal", name, "-n", n, "--json")):
        search("tell", name, t["number"], f(t["params"]), "--journal", name)
    ours = {r["name"]: r["share"] for r in records(search("importance", name, "--journal", name, "--json"))}
    study = optuna.load_study(study_name=name, storage=storage(name))
    theirs = [optuna.importance.get_param_importances(
        study, evaluator=optuna.importance.FanovaImportanceEvaluator(seed=k)) for k in range(4)]
    mean = {k: sum(t[k] for t in theirs) / 4 for k in ours}
    apart = max(abs(t[k] - mean[k]) for t in theirs for k in ours)
    off = max(abs(ours[k] - mean[k]) for k in ours)
    tap.ok(abs(sum(ours.values()) - 1) < 1e-12, "%s: shares sum to 1" % name)
    tap.ok(off <= max(0.03, 2 * apart), "%s: shares as Optuna's fANOVA" % name, (ours, mean, apart))


try:
    import sklearn  # noqa: F401
except ImportError:
    sklearn = None
if not sklearn:
    tap.skip("importance: shares as Optuna's fANOVA", "no scikit-learn here")
else:
    shares("numbers", """
a: {type: float, low: -3, high: 5}
b: {type: float, low: 1e-4, high: 1, log: true}
c: {type: int, low: 0, high: 20}
d: {type: float, low: 0, high: 1}
""", lambda p: p["a"] ** 2 + 5 * p["b"] + 0.3 * p["c"], 150)
    shares("choices", """
k: {type: categorical, choices: [u, v, w]}
m: {type: categorical, choices: [x, y]}
a: {type: float, low: 0, high: 1}
""", lambda p: {"u": 0, "v": 1, "w": 3}[p["k"]] + p["a"] * (p["m"] == "x"), 150)

tap.done()
