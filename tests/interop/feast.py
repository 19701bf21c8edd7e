"""Feast with Redis as its online store: each reads what the other has loaded.

FEAST names a python that has feast and redis; this one is asked where it is
not set."""
import json
import os
import shutil
import socket
import subprocess
import sys
import time

import tap

SCRIPT = '''
import json, os, sys
from datetime import timedelta
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Bool, Float64, Int64, String
port, mode, at = sys.argv[1:4]
fields = {"calls": Int64, "spend": Float64, "note": String, "gold": Bool}
rows = pd.DataFrame({"customer_id": [1, 2, 7], "event_timestamp": pd.to_datetime([at] * 3), "calls": [3, -4, 2 ** 40],
                     "spend": [0.1, -1e300, 2.5], "note": ["a", "", "\\u00fc,x"], "gold": [True, False, True]})
rows.to_parquet("u.parquet")
store = FeatureStore(config=RepoConfig(
    project="p", provider="local", registry=os.path.abspath("r.db"), offline_store={"type": "file"},
    online_store={"type": "redis", "connection_string": "127.0.0.1:" + port}, entity_key_serialization_version=3))
who = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.INT64)
store.apply([who, FeatureView(name="usage", entities=[who], ttl=timedelta(days=0),
                              schema=[Field(name=k, dtype=v) for k, v in fields.items()],
                              source=FileSource(path=os.path.abspath("u.parquet"), timestamp_field="event_timestamp"))])
if mode == "write":
    store.write_to_online_store("usage", rows)
print(json.dumps(store.get_online_features(features=["usage:" + k for k in fields],
                                           entity_rows=[{"customer_id": k} for k in (1, 2, 7, 9)]).to_dict()))
'''
YAML = """entities: {customer: {key: customer_id}}
views: {usage: {entity: customer, source: u.csv, timestamp: event_timestamp, features: [calls, spend, note, gold]}}
services: {s: [usage]}
"""
python = os.environ.get("FEAST", sys.executable)
server = shutil.which("redis-server") or shutil.which("valkey-server")
there = subprocess.run([python, "-c", "import feast, redis"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
if not server or there.returncode != 0:
    tap.skip("Feast with Redis", "no redis-server here" if not server else "FEAST names no python with feast and redis")
    tap.done()
d = tap.workspace()
os.chdir(d)
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = str(s.getsockname()[1])
redis = subprocess.Popen([server, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"],
                         stdout=subprocess.DEVNULL)
store = "redis://127.0.0.1:%s?project=p" % port


def feast(mode, at):
    r = subprocess.run([python, "-c", SCRIPT, port, mode, at], stdout=subprocess.PIPE, check=True,
                       stderr=subprocess.DEVNULL, text=True)
    return json.loads(r.stdout.splitlines()[-1])


def ours(key):
    lines = tap.run("mlv-data", "feature", "get", "f.yaml", "--service", "s", "--store", store, "--json",
                    "customer_id=%d" % key).splitlines()
    return [json.loads(x)["value"] for x in lines]


try:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", int(port))).close()
            break
        except OSError:
            time.sleep(0.1)
    open("f.yaml", "w").write(YAML)
    open("u.csv", "w").write("customer_id,event_timestamp,calls,spend,note,gold\n1,2026-01-02T03:04:05.5Z,5,0.25,z,true\n"
                             "2,2026-01-02,6,,\"a,b\",false\n")
    feast("write", "2026-01-01T00:00:00Z")
    tap.ok([ours(k) for k in (1, 2, 7)] == [[3, 0.1, "a", True], [-4, -1e300, "", False],
                                            [2 ** 40, 2.5, "\u00fc,x", True]],
           "what Feast wrote is read: int64, double, string, bool", [ours(k) for k in (1, 2, 7, 9)])
    tap.run("mlv-data", "feature", "load", "f.yaml", "--store", store)
    got = feast("read", "2026-01-01T00:00:00Z")
    want = {"customer_id": [1, 2, 7, 9], "calls": [5, 6, 2 ** 40, None], "spend": [0.25, None, 2.5, None],
            "note": ["z", "a,b", "\u00fc,x", None], "gold": [True, False, True, None]}
    tap.ok(got == want, "what we loaded Feast reads", got)
    feast("write", "2026-01-01T12:00:00Z")
    tap.ok(ours(1) == [5, 0.25, "z", True], "Feast's older rows do not replace ours", ours(1))
    feast("write", "2026-01-03T00:00:00Z")
    tap.run("mlv-data", "feature", "load", "f.yaml", "--store", store)
    tap.ok(ours(1) == [3, 0.1, "a", True], "and ours do not replace its newer ones", ours(1))
finally:
    redis.terminate()
    redis.wait()
tap.done()
