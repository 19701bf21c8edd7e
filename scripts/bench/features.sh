#!/bin/sh
# Features, side by side in one run, medians of 5.
#	1  a point-in-time join of 1,000,000 rows with 10,000,000, and the same
#	   with one key for all, from CSV to CSV, beside DuckDB's ASOF join
#	2  get of one key by HTTP: of 100,000 with two features; and of 10,000
#	   with 50 beside Feast's own get with SQLite (FEAST: a python that has
#	   it) and a bare answer of the same server
# ROWS scales the source down.  Needs python with duckdb, numpy and pandas
# (PYTHON), and for 2 wrk.
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

# --- 2: beside Feast ---
feast_gets() {	# folder: leaves usage.csv and wide.yaml there
	(cd "$1" && "$FEAST" - <<'P'
import time
from datetime import datetime, timedelta, timezone
import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64
keys, names = 10000, [f"f{i}" for i in range(50)]
at = datetime.now(timezone.utc) - timedelta(hours=1)
t = pd.DataFrame({"customer_id": np.arange(keys), "event_timestamp": at,
                  **{f: np.round(np.random.rand(keys), 4) for f in names}})
t.to_parquet("u.parquet")
t.assign(event_timestamp=at.strftime("%Y-%m-%dT%H:%M:%SZ")).to_csv("usage.csv", index=False)
open("wide.yaml", "w").write("entities: {customer: {key: customer_id}}\nviews: {usage: {entity: customer, "
                             "source: usage.csv, timestamp: event_timestamp, ttl: 10d, features: [%s]}}\n"
                             "services: {churn: [usage]}\n" % ", ".join(names))
store = FeatureStore(config=RepoConfig(project="p", provider="local", registry="r.db", offline_store={"type": "file"},
                                       online_store={"type": "sqlite", "path": "o.db"},
                                       entity_key_serialization_version=3))
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
print("  Feast, SQLite, in its process: p50 %.2f ms, p99 %.2f ms, %.0f/s"
      % (took[175] * 1e3, took[346] * 1e3, 350 / sum(took)))
P
	) 2>/dev/null
}
ask_wide() {	# title, path, options of wrk
	echo "  $1"
	at=$(cut -f1 "$work/wide_url")$2
	shift 2
	wrk -t1 -c4 -d5 --latency "$@" "$at" | awk '/50%|99%|Requests\/sec/ { print "    " $1 " " $2 }'
}
section_feast() {
	echo 'online: 10,000 keys of 50 features'
	feast_gets "$work"
	mlv-data feature load -q --store "$work/w.mdb" "$work/wide.yaml" >/dev/null
	mlv-serve http --port 0 --grace 0 --features "$work/wide.yaml" --feature-store "$work/w.mdb" \
	    tests/golden/onnx/ridge/model.onnx >"$work/wide_url" 2>/dev/null &
	server=$!
	until grep -q http "$work/wide_url"; do sleep 0.1; done
	cat >"$work/wide.lua" <<-'L'
		wrk.method = "POST"
		request = function()
		  return wrk.format(nil, "/get-online-features", nil,
		    '{"feature_service":"churn","entities":{"customer_id":[' .. math.random(0, 9999) .. ']}}')
		end
	L
	ask_wide 'HTTP, features' / -s "$work/wide.lua"
	ask_wide 'HTTP, a bare answer' /v2/health/live
	kill "$server"
}

section_join 'join: 1/10 as many rows as the source, many keys' "$((rows / 10))"
section_join 'join: the same, one key' 1
section_online
[ -z "${FEAST:-}" ] || section_feast
