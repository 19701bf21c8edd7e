#!/bin/sh
# Features, side by side in one run, medians of 5.
#	1  a point-in-time join of 1,000,000 rows with 10,000,000, and the same
#	   with one key for all, from CSV to CSV, beside DuckDB's ASOF join
#	2  get of one key by HTTP: of 100,000 with two features; and of 1,000,000
#	   (KEYS) with 50, beside a bare answer of the same server, the same from
#	   Redis, and Feast's own get with SQLite and with Redis (FEAST: a python
#	   that has it)
#	3  check with 25 rules on rows of 20 columns, beside one parse, pandera on
#	   polars and Great Expectations (on a tenth of the rows: it takes long);
#	   CSV parse and Parquet scan beside DuckDB, polars and pyarrow
# ROWS scales the source down; SECTIONS="3" picks some.  Needs python with
# duckdb, numpy and pandas (PYTHON), for 2 wrk, for 3 polars, pyarrow,
# pandera and great_expectations, whichever are there.
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
import sys
import time
import duckdb
f = sys.argv[1]
begin = time.perf_counter()
duckdb.sql(f"""
copy (select e.customer_id, e.event_timestamp, e.label,
	case when e.event_timestamp - u.event_timestamp <= interval 10 days then u.calls end as usage__calls,
	case when e.event_timestamp - u.event_timestamp <= interval 10 days then u.spend end as usage__spend
	from read_csv('{f}/entities.csv') e asof left join read_csv('{f}/usage.csv') u
	on e.customer_id = u.customer_id and e.event_timestamp >= u.event_timestamp)
to '{f}/duckdb.csv' (header)""")
print(time.perf_counter() - begin)
P
}
join_by_us() {	# folder, MiB
	/usr/bin/time -f '%e %M' mlv-data feature join -q --memory "$2" --service churn \
	    "$1/features.yaml" "$1/entities.csv" -o "$1/ours.csv" 2>&1 >/dev/null
}
# DuckDB keeps no order, and leaves ties to chance: rows that differ are
# allowed where two rows of the source have one time.
compare_joins() {	# folder
	"$python" - "$1" <<'P'
import sys
import duckdb
f = sys.argv[1]
print("    differing rows that are no tie: %d" % duckdb.sql(f"""
with u as (select * from read_csv('{f}/usage.csv')),
t as (select customer_id, event_timestamp t from u group by all having count(*) > 1),
d as (select * from (from read_csv('{f}/ours.csv') except all from read_csv('{f}/duckdb.csv')))
select count(*) from d left join u on u.calls = d.usage__calls
where not exists (select 1 from t where t.customer_id = d.customer_id and t.t = u.event_timestamp)""").fetchall()[0][0])
P
}
section_join() {	# title, keys
	make_tables "$work" "$rows" "$2"
	: >"$work/a" && : >"$work/b" && : >"$work/c"
	for i in $(seq "$runs"); do
		join_by_us "$work" 1024 >>"$work/a"
		join_by_duckdb "$work" >>"$work/b"
		join_by_us "$work" 64 >>"$work/c"
	done
	echo "$1"
	echo "  mlv-data feature join  $(median "$work/a") s, $(cut -d' ' -f2 "$work/a" | sort -n | tail -n 1) KiB"
	echo "  ... --memory 64        $(median "$work/c") s, $(cut -d' ' -f2 "$work/c" | sort -n | tail -n 1) KiB"
	echo "  DuckDB ASOF join       $(median "$work/b") s"
	compare_joins "$work"
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
ask_wide() {	# title, path, options of wrk
	echo "  $1"
	at=$(cut -f1 "$work/wide_url")$2
	shift 2
	wrk -t1 -c4 -d5 --latency "$@" "$at" | awk '/50%|99%|Requests\/sec/ { print "    " $1 " " $2 }'
}
serve_wide() {	# title, store, keys
	echo "  $1: loaded in $(/usr/bin/time -f %e mlv-data feature load -q --store "$2" "$work/wide.yaml" 2>&1 >/dev/null) s"
	mlv-serve http --port 0 --grace 0 --features "$work/wide.yaml" --feature-store "$2" \
	    tests/golden/onnx/ridge/model.onnx >"$work/wide_url" 2>/dev/null &
	server=$!
	until grep -q http "$work/wide_url"; do sleep 0.1; done
	cat >"$work/wide.lua" <<-L
		wrk.method = "POST"
		request = function()
		  return wrk.format(nil, "/get-online-features", nil,
		    '{"feature_service":"churn","entities":{"customer_id":[' .. math.random(0, $3 - 1) .. ']}}')
		end
	L
	for i in 1 2 3; do
		ask_wide 'HTTP, features' / -s "$work/wide.lua"
		ask_wide 'HTTP, a bare answer' /v2/health/live
	done
	kill "$server" && wait "$server" || :
}
section_wide() {
	keys=${KEYS:-1000000}
	echo "online: $keys keys of 50 features"
	make_wide_rows "$work" "$keys"
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
		[ -z "$redis" ] || feast_gets "$work" redis 127.0.0.1:16398
	fi
	[ -z "$redis" ] || kill "$redis"
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
            "city": C(str, K.str_length(6, 8)), "code": C(str, K.str_matches(r"^A[0-9]{4}-X$"))}
    for i in range(6):
        cols[f"i{i}"] = C(pl.Int64, K.in_range(0, 999999))
        cols[f"f{i}"] = C(pl.Float64, K.in_range(-100, 200))
    f = lambda: pa.DataFrameSchema(cols).validate(pl.read_csv(csv), lazy=True)
else:
    import pandas as pd
    import great_expectations as gx
    E = gx.expectations
    suite = gx.ExpectationSuite("s")

    def f():
        ctx = gx.get_context(mode="ephemeral")
        batch = ctx.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
        batch = batch.get_batch({"dataframe": pd.read_csv(csv)})
        s = gx.ExpectationSuite("s")
        s.add_expectation(E.ExpectColumnValuesToBeUnique(column="id"))
        for i in range(6):
            s.add_expectation(E.ExpectColumnValuesToBeBetween(column=f"i{i}", min_value=0, max_value=999999))
            s.add_expectation(E.ExpectColumnValuesToBeBetween(column=f"f{i}", min_value=-100, max_value=200))
        s.add_expectation(E.ExpectColumnValuesToBeInSet(column="plan", value_set=["basic", "gold", "silver", "free"]))
        s.add_expectation(E.ExpectColumnValueLengthsToBeBetween(column="city", min_value=6, max_value=8))
        s.add_expectation(E.ExpectColumnValuesToMatchRegex(column="code", regex="^A[0-9]{4}-X$"))
        batch.validate(s)
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

picked() { case " ${SECTIONS:-1 2 3} " in *" $1 "*) ;; *) return 1 ;; esac; }
if picked 1; then
	section_join 'join: 1/10 as many rows as the source, many keys' "$((rows / 10))"
	section_join 'join: the same, one key' 1
fi
if picked 2; then section_online; fi
if picked 2; then section_wide; fi
if picked 3; then section_check; fi
