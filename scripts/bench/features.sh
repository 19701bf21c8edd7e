#!/bin/sh
# Features, side by side in one run, medians of 5.
#	1a a point-in-time join of 1,000,000 rows with 10,000,000, from CSV to
#	   CSV, beside DuckDB's ASOF join; a tenth of it beside Feast's local
#	   store (FEAST: a python that has it).  Every row is compared with an
#	   oracle written in numpy, once with and once without `created`
#	1b the same with one key for all
#	2a get of one key by HTTP, of 100,000 with two features
#	2b ... of 1,000,000 (KEYS) with 50, beside a bare echo of the same
#	   library, the same from Redis, and Feast with SQLite and with Redis
#	   (FEAST): its server under the same load, which is like for like, and
#	   one get after the other in its process, without HTTP
#	2c a first load of 10,000,000 rows, and one of a day's append: seconds of
#	   processor and bytes written
#	3  check with 25 rules on rows of 20 columns, beside one parse, pandera on
#	   polars and Great Expectations (on a tenth of the rows: it takes long);
#	   CSV parse and Parquet scan beside DuckDB, polars and pyarrow
# ROWS scales the source down; SECTIONS="1b 3" picks some, RUNS says how often.
# Needs python with duckdb, numpy and pandas (PYTHON), for 2 wrk, for 3 polars,
# pyarrow, pandera and great_expectations, whichever are there.
set -eu
python=${PYTHON:-build/venv/bin/python}
rows=${ROWS:-10000000}
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# --- what the sections share ---
make_tables() {	# folder, rows of the source, keys
	"$python" - "$@" <<'P'
import sys
import numpy as np
import pandas as pd
folder, n, keys = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r = np.random.default_rng(1)


def text(t):
    return np.char.add(np.datetime_as_string(t, unit="s"), "Z")


def times(n):
    return np.datetime64("2026-01-01T00:00:00") + r.integers(0, 90 * 86400, n).astype("timedelta64[s]")


t = times(n)
pd.DataFrame({"customer_id": r.integers(0, keys, n), "event_timestamp": text(t),
              "created": text(t + r.integers(0, 3600, n).astype("timedelta64[s]")),
              "calls": np.arange(n), "spend": np.round(r.random(n) * 100, 2)}).to_csv(folder + "/usage.csv", index=False)
m = n // 10
pd.DataFrame({"customer_id": r.integers(0, keys, m), "event_timestamp": text(times(m)),
              "label": r.integers(0, 2, m)}).to_csv(folder + "/entities.csv", index=False)
P
	cat >"$1/features.yaml" <<-'Y'
		entities: {customer: {key: customer_id}}
		views:
		  usage: {entity: customer, source: usage.csv, timestamp: event_timestamp, ttl: 10d, features: [calls, spend]}
		services: {churn: [usage]}
	Y
}
median() {	# a file of numbers
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# --- 1: point-in-time join ---
join_by_duckdb() {	# folder
	"$python" - "$1" <<'P'
import resource
import sys
import time
import duckdb
f = sys.argv[1]
begin, before = time.perf_counter(), time.process_time()
duckdb.sql(f"""
copy (select e.customer_id, e.event_timestamp, e.label,
	case when e.event_timestamp - u.event_timestamp <= interval 10 days then u.calls end as usage__calls,
	case when e.event_timestamp - u.event_timestamp <= interval 10 days then u.spend end as usage__spend
	from read_csv('{f}/entities.csv') e asof left join read_csv('{f}/usage.csv') u
	on e.customer_id = u.customer_id and e.event_timestamp >= u.event_timestamp)
to '{f}/duckdb.csv' (header)""")
print("%.2f %.2f %d" % (time.perf_counter() - begin, time.process_time() - before,
                        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
P
}
join_by_us() {	# folder, MiB, features.yaml
	/usr/bin/time -f '%e %U %S %M' mlv-data feature join -q --memory "$2" --service churn \
	    "$1/$3" "$1/entities.csv" -o "$1/ours.csv" 2>&1 >/dev/null | awk '{ print $1, $2 + $3, $4 }'
}
join_by_feast() {	# folder
	(cd "$1" && "$FEAST" - <<'P'
import resource
import time
from datetime import timedelta
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64, Int64
pd.read_csv("usage.csv", parse_dates=["event_timestamp", "created"]).to_parquet("usage.parquet")
entities = pd.read_csv("entities.csv", parse_dates=["event_timestamp"])
store = FeatureStore(config=RepoConfig(project="p", provider="local", registry="join.r", offline_store={"type": "file"},
                                       entity_key_serialization_version=3))
who = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.INT64)
store.apply([who, FeatureView(name="usage", entities=[who], ttl=timedelta(days=10),
                              schema=[Field(name="calls", dtype=Int64), Field(name="spend", dtype=Float64)],
                              source=FileSource(path="usage.parquet", timestamp_field="event_timestamp"))])
begin, before = time.perf_counter(), time.process_time()
store.get_historical_features(entity_df=entities, features=["usage:calls", "usage:spend"]).to_df().to_csv("feast.csv")
print("%.2f %.2f %d" % (time.perf_counter() - begin, time.process_time() - before,
                        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
P
	) 2>/dev/null
}
# The rule by sorting: of the rows that are not later, within the ttl, and known
# by then where `created` counts, the latest; of those the one created last; of
# those the last in the source.  `calls` is a row's place.
compare_with_oracle() {	# folder, whether created counts (0 or 1)
	"$python" - "$@" <<'P'
import sys
import numpy as np
import pandas as pd
f, known = sys.argv[1], sys.argv[2] == "1"
DAY = 86400


def seconds(path, columns):
    parts = []
    for t in pd.read_csv(path, usecols=columns, chunksize=1000000):
        for c in columns[1:]:
            t[c] = pd.to_datetime(t[c]).astype("datetime64[s, UTC]").astype("int64")
        parts.append(t.to_numpy(np.int64))
    return np.concatenate(parts)


u = seconds(f + "/usage.csv", ["customer_id", "event_timestamp", "created"])
e = seconds(f + "/entities.csv", ["customer_id", "event_timestamp"])
ours = pd.read_csv(f + "/ours.csv")["usage__calls"].to_numpy(np.float64)
created = u[:, 2] if known else np.zeros(len(u), np.int64)
order = np.lexsort((np.arange(len(u)), created, u[:, 1], u[:, 0]))
# one number for key and time
start = min(u[:, 1].min(), e[:, 1].min())
place = (u[order, 0] << 32) + (u[order, 1] - start)
at = np.searchsorted(place, (e[:, 0] << 32) + (e[:, 1] - start), side="right") - 1
open_ = np.arange(len(e))
while known:
    i = at[open_]
    here = (i >= 0) & (u[order[i], 0] == e[open_, 0])
    open_ = open_[here & (created[order[i]] > e[open_, 1])]
    if len(open_) == 0:
        break
    at[open_] -= 1
row = order[at]
good = (at >= 0) & (u[row, 0] == e[:, 0]) & (e[:, 1] - u[row, 1] <= 10 * DAY)
want = np.where(good, row, -1)
got = np.where(np.isnan(ours), -1, ours).astype(np.int64)
print("    rows that differ from the oracle, %s created: %d of %d (%d with a value)"
      % ("with" if known else "without", (want != got).sum() if len(want) == len(got) else -1, len(e), good.sum()))
P
}
print_join() {	# title, a file of seconds, processor's seconds and KiB a run
	cut -d' ' -f2 "$2" >"$work/cpu"
	echo "  $1 $(median "$2") s, $(median "$work/cpu") s of processor," \
	    "$(cut -d' ' -f3 "$2" | sort -n | tail -n 1) KiB at most"
}
section_join() {	# title, keys
	make_tables "$work" "$rows" "$2"
	sed 's/event_timestamp,/event_timestamp, created: created,/' "$work/features.yaml" >"$work/known.yaml"
	: >"$work/a" && : >"$work/b" && : >"$work/c"
	for i in $(seq "$runs"); do
		join_by_us "$work" 1024 features.yaml >>"$work/a"
		join_by_duckdb "$work" >>"$work/b"
		join_by_us "$work" 256 features.yaml >>"$work/c"
	done
	echo "$1"
	print_join 'mlv-data feature join ' "$work/a"
	print_join '... --memory 256      ' "$work/c"
	print_join 'DuckDB ASOF join      ' "$work/b"
	compare_with_oracle "$work" 0
	join_by_us "$work" 256 known.yaml >"$work/c"
	compare_with_oracle "$work" 1
}
section_join_feast() {
	make_tables "$work" "$((rows / 10))" "$((rows / 100))"
	echo "join: the first, a tenth of the rows, once"
	join_by_us "$work" 1024 features.yaml >"$work/a"
	join_by_feast "$work" >"$work/b"
	print_join 'mlv-data feature join ' "$work/a"
	print_join "Feast's local store   " "$work/b"
	echo "    rows: $(($(wc -l <"$work/ours.csv") - 1)) of $((rows / 100)), Feast's: $(($(wc -l <"$work/feast.csv") - 1))"
}

# --- 2: online ---
section_online() {
	make_tables "$work" 1000000 100000
	begin=$(date +%s.%N)
	mlv-data feature load -q --store "$work/o.mdb" "$work/features.yaml" >/dev/null
	echo "online: 1,000,000 rows of 100,000 keys loaded in $(echo "$(date +%s.%N) - $begin" | bc) s"
	mlv-serve http --port 0 --grace 0 --features "$work/features.yaml" --feature-store "$work/o.mdb" \
	    tests/golden/onnx/ridge/model.onnx >"$work/url" 2>/dev/null &
	server=$!
	until grep -q http "$work/url"; do sleep 0.1; done
	cat >"$work/ask.lua" <<-'L'
		wrk.method = "POST"
		request = function()
		  return wrk.format(nil, "/get-online-features", nil,
		    '{"feature_service":"churn","entities":{"customer_id":[' .. math.random(0, 99999) .. ']}}')
		end
	L
	wrk -t1 -c4 -d5 --latency -s "$work/ask.lua" "$(cut -f1 "$work/url")" |
	    awk '/50%|99%|Requests\/sec/ { print "  HTTP " $1 " " $2 }'
	kill "$server"
}

# --- 2: wide rows, beside Feast ---
make_wide_rows() {	# folder, keys: usage.csv and wide.yaml there
	"$python" - "$@" <<'P'
import sys
from datetime import datetime, timedelta, timezone
import numpy as np
import pandas as pd
folder, keys = sys.argv[1], int(sys.argv[2])
names = [f"f{i}" for i in range(50)]
at = (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
r = np.random.default_rng(1)
with open(folder + "/usage.csv", "w") as out:
    for begin in range(0, keys, 50000):
        n = min(50000, keys - begin)
        t = pd.DataFrame(np.round(r.random((n, 50)), 4), columns=names)
        t.insert(0, "event_timestamp", at)
        t.insert(0, "customer_id", np.arange(begin, begin + n))
        t.to_csv(out, index=False, header=begin == 0)
open(folder + "/wide.yaml", "w").write(
    "entities: {customer: {key: customer_id}}\nviews: {usage: {entity: customer, source: usage.csv, "
    "timestamp: event_timestamp, ttl: 10d, features: [%s]}}\nservices: {churn: [usage]}\n" % ", ".join(names))
P
}
feast_gets() {	# folder, sqlite or redis, connection
	(cd "$1" && "$FEAST" - "$2" "$3" <<'P'
import sys
import time
from datetime import datetime, timedelta, timezone
import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64
kind, where = sys.argv[1:3]
keys, names = 10000, [f"f{i}" for i in range(50)]
t = pd.DataFrame({"customer_id": np.arange(keys), "event_timestamp": datetime.now(timezone.utc) - timedelta(hours=1),
                  **{f: np.round(np.random.rand(keys), 4) for f in names}})
t.to_parquet("u.parquet")
online = {"type": "sqlite", "path": where} if kind == "sqlite" else {"type": "redis", "connection_string": where}
store = FeatureStore(config=RepoConfig(project="p", provider="local", registry=kind + ".r", online_store=online,
                                       offline_store={"type": "file"}, entity_key_serialization_version=3))
who = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.INT64)
store.apply([who, FeatureView(name="usage", entities=[who], ttl=timedelta(days=10),
                              schema=[Field(name=f, dtype=Float64) for f in names],
                              source=FileSource(path="u.parquet", timestamp_field="event_timestamp"))])
store.write_to_online_store("usage", t)
took = []
for i in range(400):
    row = [{"customer_id": int(np.random.randint(keys))}]
    begin = time.perf_counter()
    store.get_online_features(features=[f"usage:{f}" for f in names], entity_rows=row).to_dict()
    took.append(time.perf_counter() - begin)
took = sorted(took[50:])
print("  Feast, %s, 10,000 keys, in its process: p50 %.2f ms, p99 %.2f ms, %.0f/s"
      % (kind, took[175] * 1e3, took[346] * 1e3, 350 / sum(took)))
P
	) 2>/dev/null
}
# Feast's own server on the store that was filled, one worker a processor.
feast_serves() {	# sqlite or redis, online_store of feature_store.yaml
	cat >"$work/feature_store.yaml" <<-Y
		project: p
		provider: local
		registry: $1.r
		online_store: $2
		offline_store: {type: file}
		entity_key_serialization_version: 3
	Y
	cat >"$work/feast.lua" <<-L
		wrk.method = "POST"
		wrk.headers["Content-Type"] = "application/json"
		request = function()
		  return wrk.format(nil, "/get-online-features", nil, '{"features":[$(seq -s, 0 49 |
		    sed 's/[0-9][0-9]*/"usage:f&"/g')],"entities":{"customer_id":[' .. math.random(0, 9999) .. ']}}')
		end
	L
	(cd "$work" && exec "$(dirname "$FEAST")/feast" serve -p 16397 --no-access-log -w "$(nproc)") >/dev/null 2>&1 &
	server=$!
	for i in $(seq 120); do
		curl -sf -o /dev/null http://127.0.0.1:16397/health && break
		sleep 1
	done
	ask_wide "Feast's server, $1, 10,000 keys" http://127.0.0.1:16397 "$work/feast.lua"
	kill "$server" && wait "$server" || :
}
ask_wide() {	# title, URL, script of wrk
	wrk -t1 -c4 -d5 --latency -s "$3" "$2" | awk -v title="$1" '
		/50%/ { p50 = $2 }
		/99%/ { p99 = $2 }
		/Requests\/sec/ { print "    " title ": p50 " p50 ", p99 " p99 ", " $2 "/s" }
		/Non-2xx/ { print "    " $0 }'
}
serve_wide() {	# title, store, keys
	echo "  $1: loaded in $(/usr/bin/time -f %e mlv-data feature load -q --store "$2" "$work/wide.yaml" 2>&1 >/dev/null) s"
	rm -f "$work/wide_url"
	mlv-serve http --port 0 --grace 0 --features "$work/wide.yaml" --feature-store "$2" \
	    tests/golden/onnx/ridge/model.onnx >"$work/wide_url" 2>/dev/null &
	server=$!
	until grep -q http "$work/wide_url" 2>/dev/null; do sleep 0.1; done
	cat >"$work/wide.lua" <<-L
		wrk.method = "POST"
		request = function()
		  return wrk.format(nil, "/get-online-features", nil,
		    '{"feature_service":"churn","entities":{"customer_id":[' .. math.random(0, $3 - 1) .. ']}}')
		end
	L
	for i in 1 2 3; do
		ask_wide 'HTTP, features' "$(cut -f1 "$work/wide_url")" "$work/wide.lua"
		ask_wide 'HTTP, a bare echo' "$(cat "$work/echo_url")" "$work/wide.lua"
	done
	kill "$server" && wait "$server" || :
}
section_wide() {
	keys=${KEYS:-1000000}
	echo "online: $keys keys of 50 features"
	make_wide_rows "$work" "$keys"
	build/tools/echo_http >"$work/echo_url" &
	echo=$!
	serve_wide 'LMDB' "$work/w.mdb" "$keys"
	redis=
	if command -v redis-server >/dev/null; then
		redis-server --port 16398 --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >/dev/null &
		redis=$!
		sleep 1
		make_wide_rows "$work" 10000
		serve_wide 'Redis, 10,000 keys' 'redis://127.0.0.1:16398/1' 10000
	fi
	if [ -n "${FEAST:-}" ]; then
		feast_gets "$work" sqlite o.db
		feast_serves sqlite '{type: sqlite, path: o.db}'
		if [ -n "$redis" ]; then
			feast_gets "$work" redis 127.0.0.1:16398
			feast_serves redis '{type: redis, connection_string: "127.0.0.1:16398"}'
		fi
	fi
	[ -z "$redis" ] || kill "$redis"
	kill "$echo"
}

# --- 2: loads ---
# A command's seconds of processor and MiB written, as the kernel counts them.
measure_load() {	# title
	/usr/bin/time -f '%U %S %O' mlv-data feature load -q --store "$work/l.mdb" "$work/load.yaml" \
	    2>&1 >/dev/null | awk -v title="$1" '{ printf "  %-10s %.2f s of processor, %.1f MiB written\n", title,
		$1 + $2, $3 / 2048 }'
}
section_loads() {
	make_tables "$work" "$rows" "$((rows / 10))"
	sed 's/event_timestamp,/event_timestamp, created: created,/' "$work/features.yaml" >"$work/load.yaml"
	echo "load: $rows rows of $((rows / 10)) keys; then with a thousandth more"
	measure_load 'first'
	measure_load 'again'
	awk -F, -v n="$((rows / 1000))" 'NR > 1 && NR < n + 2 {
		print $1 ",2026-04-02T00:00:" substr($2, 18) ",2026-04-02T01:00:00Z," $4 "," $5
	}' "$work/usage.csv" >"$work/day"
	cat "$work/day" >>"$work/usage.csv"
	measure_load 'a day more'
}

# --- 3: checks, parses and scans ---
make_wide() {	# file, rows
	"$python" - "$@" <<'P'
import sys
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
path, n = sys.argv[1], int(sys.argv[2])
r = np.random.default_rng(1)
c = {"id": np.arange(n) * 7 + 1000000}
for i in range(6):
    c[f"i{i}"] = r.integers(0, 10 ** (i + 1), n)
for i in range(6):
    c[f"f{i}"] = np.round(r.normal(50, 10, n), 2 + i % 3)
c["plan"] = np.array(["basic", "gold", "silver", "free"])[r.integers(0, 4, n)]
c["country"] = np.array(["DE", "FR", "US", "GB", "IT", "ES", "NL", "SE"])[r.integers(0, 8, n)]
c["city"] = np.char.add("city-", r.integers(0, 1000, n).astype(str))
c["code"] = np.char.add(np.char.add("A", r.integers(1000, 9999, n).astype(str)), "-X")
c["active"] = np.where(r.integers(0, 2, n) == 1, "true", "false")
t = np.datetime64("2026-01-01T00:00:00") + r.integers(0, 90 * 86400, n).astype("timedelta64[s]")
c["at"] = np.char.add(np.datetime_as_string(t, unit="s"), "Z")
c["note"] = np.where(r.random(n) < .1, "", "some words here")
t = pa.table(c)
pc.write_csv(t, path + ".csv", pc.WriteOptions(quoting_style="none"))
pq.write_table(t, path + ".parquet", compression="zstd", row_group_size=131072)
P
}
wide_schema() {
	echo 'rows: {min: 1000}'
	echo 'columns:'
	echo '  id: {type: int64, min: 0, unique: true, min_fraction: 1}'
	for i in 0 1 2 3 4 5; do
		echo "  i$i: {type: int64, min: 0, max: 999999}"
		echo "  f$i: {type: float64, min: -100, max: 200}"
	done
	cat <<-'Y'
		  plan: {type: category, values: [basic, gold, silver, free]}
		  country: {type: category, values: [DE, FR, US, GB, IT, ES, NL, SE]}
		  city: {type: category, min_length: 6, max_length: 8}
		  code: {type: text, pattern: 'A[0-9]{4}-X'}
		  active: {type: boolean}
		  at: {type: datetime, min: 2026-01-01, max: 2026-12-31}
		  note: {type: text, min_fraction: 0.5}
		rules: [{expr: i0 <= i3 or i3 < 10}]
	Y
}
# Seconds that a peer takes for a task: peer, task, file, threads.
ask_peer() {
	"$python" - "$@" 2>/dev/null <<'P'
import os
import sys
import time
from datetime import datetime, timezone
who, task, path, threads = sys.argv[1:4] + [int(sys.argv[4])]
os.environ["POLARS_MAX_THREADS"] = str(threads)
csv, parquet = path + ".csv", path + ".parquet"
if who == "polars":
    import polars as pl
    f = lambda: pl.read_csv(csv, try_parse_dates=True)
elif who == "pyarrow":
    import pyarrow as pa, pyarrow.csv as pc, pyarrow.parquet as pq
    pa.set_cpu_count(threads)
    f = (lambda: pc.read_csv(csv, read_options=pc.ReadOptions(use_threads=threads > 1))) if task == "csv" else \
        (lambda: pq.read_table(parquet, use_threads=threads > 1))
elif who == "duckdb":
    import duckdb
    c = duckdb.connect()
    c.execute(f"set threads={threads}")
    f = lambda: c.execute(f"create table t as from '{csv if task == 'csv' else parquet}'")
elif who == "pandera":
    import pandera.polars as pa, polars as pl
    C, K = pa.Column, pa.Check
    cols = {"id": C(pl.Int64, [K.ge(0)], unique=True), "plan": C(str, K.isin(["basic", "gold", "silver", "free"])),
            "country": C(str, K.isin(["DE", "FR", "US", "GB", "IT", "ES", "NL", "SE"])),
            "city": C(str, K.str_length(6, 8)), "code": C(str, K.str_matches(r"^A[0-9]{4}-X$")), "active": C(bool),
            "at": C(pl.Datetime, K.in_range(datetime(2026, 1, 1), datetime(2026, 12, 31)), coerce=True),
            "note": C(str, K(lambda d: d.lazyframe.select(pl.col("note").is_not_null().mean() >= .5)), nullable=True)}
    for i in range(6):
        cols[f"i{i}"] = C(pl.Int64, K.in_range(0, 999999))
        cols[f"f{i}"] = C(pl.Float64, K.in_range(-100, 200))
    rules = [K(lambda d: d.lazyframe.select(pl.len() >= 1000)),
             K(lambda d: d.lazyframe.select((pl.col("i0") <= pl.col("i3")) | (pl.col("i3") < 10)))]
    f = lambda: pa.DataFrameSchema(cols, rules).validate(pl.read_csv(csv, try_parse_dates=True), lazy=True)
else:
    import pandas as pd
    import great_expectations as gx
    E = gx.expectations
    suite = gx.ExpectationSuite("s")

    def f():
        ctx = gx.get_context(mode="ephemeral")
        batch = ctx.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
        batch = batch.get_batch({"dataframe": pd.read_csv(csv, parse_dates=["at"])})
        s = gx.ExpectationSuite("s")
        s.add_expectation(E.ExpectColumnValuesToBeUnique(column="id"))
        for i in range(6):
            s.add_expectation(E.ExpectColumnValuesToBeBetween(column=f"i{i}", min_value=0, max_value=999999))
            s.add_expectation(E.ExpectColumnValuesToBeBetween(column=f"f{i}", min_value=-100, max_value=200))
        s.add_expectation(E.ExpectColumnValuesToBeInSet(column="plan", value_set=["basic", "gold", "silver", "free"]))
        s.add_expectation(E.ExpectColumnValueLengthsToBeBetween(column="city", min_value=6, max_value=8))
        s.add_expectation(E.ExpectColumnValuesToMatchRegex(column="code", regex="^A[0-9]{4}-X$"))
        s.add_expectation(E.ExpectColumnValuesToBeBetween(column="id", min_value=0))
        s.add_expectation(E.ExpectColumnValuesToNotBeNull(column="id"))
        s.add_expectation(E.ExpectColumnValuesToBeInSet(
            column="country", value_set=["DE", "FR", "US", "GB", "IT", "ES", "NL", "SE"]))
        s.add_expectation(E.ExpectColumnValuesToBeInSet(column="active", value_set=[True, False]))
        s.add_expectation(E.ExpectColumnValuesToBeBetween(
            column="at", min_value=datetime(2026, 1, 1, tzinfo=timezone.utc),
            max_value=datetime(2026, 12, 31, tzinfo=timezone.utc)))
        s.add_expectation(E.ExpectColumnValuesToNotBeNull(column="note", mostly=.5))
        s.add_expectation(E.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="i3", column_B="i0", or_equal=True, mostly=.01))
        s.add_expectation(E.ExpectTableRowCountToBeBetween(min_value=1000))
        if len(batch.validate(s).results) != 24:
            sys.exit(1)
begin = time.perf_counter()
f()
print(time.perf_counter() - begin)
P
}
# A line of medians: title, then the command that prints seconds.
timed() {
	title=$1
	shift
	: >"$work/t"
	for i in $(seq "$runs"); do "$@" >>"$work/t" || :; done
	[ -s "$work/t" ] && printf '  %-32s %s s\n' "$title" "$(median "$work/t")"
}
check_by_us() { /usr/bin/time -f %e mlv-data check -s "$work/wide.yaml" "$1" 2>&1 >/dev/null; }
parse_by_us() { build/tools/table_parse "$1" "$2" 1 | cut -d' ' -f1; }
section_check() {
	make_wide "$work/wide" "$rows"
	wide_schema >"$work/wide.yaml"
	echo "check: $rows rows of 20 columns, 25 rules; parse and scan of the same"
	timed 'mlv-data check' check_by_us "$work/wide.csv"
	timed 'mlv-data check of Parquet' check_by_us "$work/wide.parquet"
	timed 'pandera (polars)' ask_peer pandera check "$work/wide" 2
	make_wide "$work/tenth" "$((rows / 10))"
	timed 'Great Expectations, 1/10 of it' ask_peer gx check "$work/tenth" 2
	timed 'mlv-data check, 1/10 of it' check_by_us "$work/tenth.csv"
	for t in 1 2; do
		timed "CSV parse, $t thread(s): mlv" parse_by_us "$work/wide.csv" $t
		for p in duckdb polars pyarrow; do timed "  $p" ask_peer $p csv "$work/wide" $t; done
	done
	timed 'Parquet scan, 1 thread: mlv' parse_by_us "$work/wide.parquet" 1
	for p in duckdb pyarrow; do timed "  $p" ask_peer $p parquet "$work/wide" 1; done
}

# 2 is 2a, 2b and 2c.
picked() {
	for section in ${SECTIONS:-1 2 3}; do
		case $1 in "$section"*) return 0 ;; esac
	done
	return 1
}
if picked 1a; then
	section_join 'join: 1/10 as many rows as the source, many keys' "$((rows / 10))"
	[ -z "${FEAST:-}" ] || section_join_feast
fi
if picked 1b; then section_join 'join: the same, one key' 1; fi
if picked 2a; then section_online; fi
if picked 2b; then section_wide; fi
if picked 2c; then section_loads; fi
if picked 3; then section_check; fi
