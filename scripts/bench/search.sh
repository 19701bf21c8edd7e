#!/bin/sh
# Asking for a trial at 1,000 trials of 16 parameters, beside Optuna in a warm
# process and by its own command line; then 32 processes at one study.
# Medians, one run; WORK names the folder (tmpfs shows the work without the
# disk, a disk what users see).  Last how good the trials are, beside Optuna's
# samplers (search_quality.py, which says how to make it smaller); an hour or so,
# unless QUALITY=no.
set -eu
PATH=${BUILD:-$PWD/build}/bin:$PATH
python=${PYTHON:-build/venv/bin/python}
work=$(mktemp -d -p "${WORK:-${TMPDIR:-/tmp}}")
trap 'rm -rf "$work"' EXIT
case $python in /*) ;; *) python=$PWD/$python ;; esac
quality=$(cd "$(dirname "$0")" && pwd)/search_quality.py
cd "$work"

# --- a study of 1,000 trials, the same for both
for i in $(seq 16); do echo "x$i: {type: float, low: 0, high: 1}"; done >space.yaml
mlv-train search new s --space space.yaml --journal mlv >/dev/null
mlv-train search ask s -n 1000 --journal mlv >/dev/null
awk 'BEGIN {
	for (i = 0; i < 1000; i++)
		printf "{\"op_code\":6,\"worker_id\":\"x\",\"trial_id\":%d,\"state\":1,\"values\":[%.9f]," \
		    "\"datetime_complete\":\"2026-01-01T00:00:00+00:00\"}\n", i, i * 7919 % 1009 / 1009
}' >>mlv
cp mlv optuna
mlv-train search ask s --journal mlv >/dev/null
cp mlv mlv.full

cat >ask.py <<'P'
import subprocess, sys, time
def median(f, n):
    t = []
    for _ in range(n):
        a = time.perf_counter()
        f()
        t.append((time.perf_counter() - a) * 1000)
    return sorted(t)[n // 2]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
ours = median(lambda: subprocess.run(["mlv-train", "search", "ask", "s", "--journal", "mlv"], check=True, **quiet), 101)
start = median(lambda: subprocess.run(["mlv-train", "--version"], check=True, **quiet), 101)
import optuna
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
disk = optuna.load_study(study_name="s", storage=JournalStorage(JournalFileBackend("optuna")))
warm = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
warm.add_trials([t for t in disk.trials if t.state.is_finished()])
space = {"x%d" % i: optuna.distributions.FloatDistribution(0, 1) for i in range(1, 17)}
memory = median(lambda: warm.ask(space), 21)
disk.sampler = optuna.samplers.TPESampler(seed=1)
journal = median(lambda: disk.ask(space), 21)
words = ["-m", "optuna", "ask", "--storage", "optuna", "--storage-class", "JournalFileBackend", "--study-name", "s",
         "--sampler", "TPESampler", "--search-space",
         "{%s}" % ",".join('"x%d":{"name":"FloatDistribution","attributes":{"low":0,"high":1}}' % i for i in range(1, 17))]
cli = [sys.executable, "-c", "from optuna.cli import main; main()"] + words[2:]
r = subprocess.run(cli, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
line = median(lambda: subprocess.run(cli, check=True, **quiet), 5) if r.returncode == 0 else float("nan")
if r.returncode:
    print("optuna's command line:", r.stderr.strip().splitlines()[-1])
print("ask at 1,000 trials x 16 parameters, ms (median)")
print("mlv-train search ask, the whole command  %8.2f   (%.2f of it is any start)" % (ours, start))
print("Optuna %s in a warm process, in memory  %8.2f   %.1fx" % (optuna.__version__, memory, memory / ours))
print("Optuna in a warm process, its journal    %8.2f   %.1fx" % (journal, journal / ours))
print("Optuna's command line, its journal       %8.2f   %.1fx" % (line, line / ours))
P
"$python" ask.py

# --- 32 processes of 100 trials each
mlv-train search new many --space space.yaml --journal many --sampler "${SAMPLER:-random}" >/dev/null
begin=$(date +%s)
for w in $(seq 32); do
	(
		i=0
		while [ $i -lt 100 ]; do
			n=$(mlv-train search ask many --journal many | cut -f1)
			mlv-train search tell many "$n" "$w" --journal many >/dev/null
			echo "$n"
			i=$((i + 1))
		done
	) >"asked.$w" &
done
wait
end=$(date +%s)
cat asked.* | sort -n | uniq >once
twice=$(cat asked.* | sort -n | uniq -d | wc -l)
complete=$(mlv-train search show many --journal many --state complete | wc -l)
echo "32 processes x 100 trials at one study: $((end - begin)) s, $((3200 - $(wc -l <once))) lost, $twice twice, $complete complete"

# --- how good they are
[ "${QUALITY:-yes}" = no ] || "$python" "$quality"
