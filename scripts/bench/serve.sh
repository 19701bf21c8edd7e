#!/bin/sh
# A model of 100 trees by HTTP, 1 and 100 rows a request, at 1, 16 and 64
# connections: a bare libmicrohttpd echo, mlv-serve, FastAPI with onnxruntime,
# MLServer with its LightGBM runtime, BentoML with onnxruntime, mlflow models
# serve.  All run at once, each as it starts by default; one is asked at a time,
# in turn, with the load generator on the same machine.  Requests a second, the
# median and the 99th percentile of a request's time, and the CPU time of a
# request with all processes of its server; medians of 5 runs of 2 s.
#
# Then mlv-serve under three times as many requests as it can answer, at their
# times whether it has answered or not.
#
#	BENCH_VENVS=/opt/mlserver:/opt/bentoml:/opt/mlflow sh scripts/bench/run serve
#
# names virtual environments that hold mlserver with mlserver-lightgbm (1.7.1
# needs uvloop<0.22), bentoml with onnxruntime, mlflow with lightgbm: they do
# not fit into one.  Who is in none is left out and said so.  BENCH_PARTS="1 100 overload" are the parts,
# BENCH_CONNECTIONS="1 16 64", BENCH_PEERS, BENCH_RUNS=5, BENCH_SECONDS=2.
# All of it takes about nine minutes.
set -eu
python=${PYTHON:-build/venv/bin/python}
case $python in /*) ;; *) python=$PWD/$python ;; esac
build=$(cd "${BUILD:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
parts=${BENCH_PARTS:-1 100 overload} connections=${BENCH_CONNECTIONS:-1 16 64}
peers=${BENCH_PEERS:-echo mlv fastapi mlserver bentoml mlflow}
runs=${BENCH_RUNS:-5} seconds=${BENCH_SECONDS:-2}
command -v wrk >/dev/null 2>&1 || { echo "bench: error: wrk is not installed; 'make bench' installs it" >&2; exit 1; }
work=$(mktemp -d)
pids=
end_all() {
	for p in $pids; do
		kill $(processes "$p" | cut -d ' ' -f 1) 2>/dev/null || :
	done
	cd / && rm -rf "$work"
}
trap end_all EXIT
trap 'exit 130' INT TERM
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=1 BENTOML_DO_NOT_TRACK=True BENTOML_HOME=$work/bento-home
"$python" "$here/serve_peers.py" "$work"
cd "$work"
free_port() { "$python" "$here/serve_peers.py" --port; }
program_of() {	# name: in one of the virtual environments
	(IFS=:; for v in ${BENCH_VENVS:-}; do [ ! -x "$v/bin/$1" ] || { echo "$v/bin/$1"; break; }; done)
}
begin() {	# name, URL or none when it prints it, command
	name=$1 at=$2
	shift 2
	(cd "$name" && exec "$@") >"$name/url" 2>"$name/words" &
	eval "pid_$name=$!"
	pids="$pids $!"
	[ -z "$at" ] || echo "$at" >"$name/url.own"
	there="$there $name"
}
url() {
	case $1 in
	mlflow) path=/invocations ;;
	bentoml) path=/infer ;;
	*) path=/v2/models/m/infer ;;
	esac
	[ -s "$1/url.own" ] && from=$1/url.own || from=$1/url
	echo "$(head -n 1 "$from" | cut -f 1)$path"
}
there=
for name in $peers; do
	case $name in
	mlserver | bentoml | mlflow)
		program=$(program_of $name)
		[ -n "$program" ] || { echo "$name: in no environment of BENCH_VENVS, left out"; continue; }
		PATH=${program%/*}:$PATH
		;;
	esac
	case $name in
	echo) begin echo '' "$build/tools/echo_http" ;;
	mlv) begin mlv '' "$build/bin/mlv-serve" http --port 0 --name m "$work/m.onnx" ;;
	fastapi) begin fastapi '' "$python" app.py ;;
	mlserver)
		at=$("$python" -c 'import json; print(json.load(open("mlserver/settings.json"))["http_port"])')
		begin mlserver "http://127.0.0.1:$at" "$program" start .
		;;
	bentoml)
		at=$(free_port)
		begin bentoml "http://127.0.0.1:$at" "$program" serve service:M --host 127.0.0.1 --port "$at"
		;;
	mlflow)
		at=$(free_port)
		"${program%/*}/python" -c '
import warnings; warnings.filterwarnings("ignore")
import lightgbm, mlflow.lightgbm, sys
mlflow.lightgbm.save_model(lightgbm.Booster(model_file="m.txt"), "mlflow/model", pip_requirements=[])' 2>mlflow/words
		begin mlflow "http://127.0.0.1:$at" "$program" models serve -m model --env-manager local -h 127.0.0.1 -p "$at"
		;;
	esac
done
for n in $there; do
	k=0
	until [ -s "$n/url" -o -s "$n/url.own" ] && curl -sf -m 10 -o $n/answer -H 'Content-Type: application/json' \
	    -d "@$n/body100" "$(url $n)"; do
		k=$((k + 1))
		[ $k -lt 600 ] || { echo "bench: error: $n does not answer: $(tail -n 3 $n/words)" >&2; exit 1; }
		sleep 0.1
	done
	[ $n = echo ] || "$python" "$here/serve_peers.py" --probability $n $n/answer >$n/probability
done
# as answers, all are within 1e-6 of the first
for n in $there; do [ $n = echo ] || cat $n/probability; done | awk '{
	for (i = 1; i <= NF; i++)
		if (NR == 1) first[i] = $i
		else if (($i - first[i]) ^ 2 > 1e-12) { print "bench: error: another answer: " $i ", not " first[i]; bad = 1; exit }
	if (NF != 100) { print "bench: error: " NF " answers"; bad = 1; exit }
} END { exit bad }' >&2

# All of a server's processes: what it began, and so on.
processes() {	# pid
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v head="$1" '{
		pid = $1
		sub(/.*\) /, "")
		parent[pid] = $2
		ticks[pid] = $12 + $13 + $14 + $15
	} END {
		in_it[head] = 1
		for (more = 1; more; ) {
			more = 0
			for (p in parent)
				if (!(p in in_it) && parent[p] in in_it)
					more = in_it[p] = 1
		}
		for (p in in_it) print p, ticks[p] + 0
	}'
}
cpu() {	# name: in ticks of a hundredth of a second
	eval "processes \$pid_$1" | awk '{ sum += $2 } END { print sum + 0 }'
}
measure() {	# name, rows, connections, seconds: adds a line to the name's file
	before=$(cpu $1)
	wrk -t1 "-c$3" "-d$4s" --timeout 20s -s "$1/post$2.lua" "$(url $1)" >wrk
	after=$(cpu $1)
	set -- "$1" "$2" "$3" $(sed -n 's/^figures //p' wrk)
	[ $# = 8 ] && [ "$8" = 0 ] && [ "$4" -gt 0 ] || { echo "bench: error: $1: $(cat wrk)" >&2; exit 1; }
	echo "$(($4 * 1000000 / $5)) $6 $7 $(awk "BEGIN { print ($after - $before) * 10000 / $4 }")" >>"$1/$2-$3"
}
middle() { cut -d ' ' -f "$2" "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
for rows in $parts; do
	[ "$rows" != overload ] || continue
	for c in $connections; do
		k=0
		while [ $k -le "$runs" ]; do	# the first warms up
			for n in $there; do
				measure $n $rows $c $((k ? seconds : 1))
				[ $k != 0 ] || rm $n/$rows-$c
			done
			k=$((k + 1))
		done
		printf '%s rows, %s connections\n' "$rows" "$c"
		printf '%14s %10s %9s %9s %9s %8s\n' '' req/s 'p50 ms' 'p99 ms' 'CPU us' 'mlv is'
		for n in $there; do
			f=$n/$rows-$c
			echo "$n $(middle $f 1) $(middle $f 2) $(middle $f 3) $(middle $f 4)" \
			    "$([ ! -s mlv/$rows-$c ] || middle mlv/$rows-$c 1)"
		done | awk '{ printf "%14s %10d %9.3f %9.3f %9.1f %8.2f\n", $1, $2, $3 / 1000, $4 / 1000, $5, $6 / $2 }'
	done
done

# --- three times as many as it can answer, who wait half a second each
case " $parts " in *' overload '*) ;; *) exit 0 ;; esac
mkdir overload
cp mlv/body100 mlv/post100.lua overload/
# a thread: the other processors are for those who ask
begin overload '' "$build/bin/mlv-serve" http --threads 1 --port 0 --name m "$work/m.onnx"
until [ -s overload/url ] && curl -sf -o overload/answer -d @overload/body100 "$(url overload)"; do sleep 0.1; done
port=$(cut -f 1 overload/url) port=${port##*:}
k=0
while [ $k -le "$runs" ]; do
	wrk -t1 -c16 "-d${seconds}s" -s overload/post100.lua "$(url overload)" >wrk
	set -- $(sed -n 's/^figures //p' wrk)
	peak=$(($1 * 1000000 / $2))
	"$build/tools/pour" "$port" /v2/models/m/infer overload/body100 500 $((peak * 3)):3 $((peak / 2)):2 >poured
	[ $k = 0 ] || awk -v peak=$peak 'NR == 1 { printf "%d %d %.3f %.1f %.1f ", peak, $3 / $1, $3 / $1 / peak, $9 / 1000, $10 / 1000 }
	    NR == 2 { printf "%.1f %d\n", $11 / 1000, $6 }' poured >>overload/all
	k=$((k + 1))
done
column() { cut -d ' ' -f "$1" overload/all | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
echo 'mlv-serve with a thread, 100 rows, 3 times its peak for 3 s, who asks waits 0.5 s, then half of the peak'
printf '%14s %s\n' 'peak' "$(column 1) req/s" 'answered' "$(column 2) req/s in time, $(column 3) of the peak" \
    'p99' "$(column 4) ms of those, the sender itself at most $(column 5) ms late" \
    'recovered' "after $(column 6) ms, $(column 7) failed"
