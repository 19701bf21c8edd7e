"""A real PostgreSQL fills a dataset through a pipe: COPY ... TO STDOUT."""
import glob
import os
import pwd
import shutil
import subprocess

import tap

bins = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
d = tap.workspace()


def find(name):
    return shutil.which(name) or (bins and os.path.exists(bins[-1] + "/" + name) and bins[-1] + "/" + name)


def as_user():
    """Its server does not run as root."""
    if os.getuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return None
    return ["runuser", "-u", "postgres", "--"] if shutil.which("runuser") else None


SQL = """
create table orders (id bigint primary key, at timestamptz, amount numeric(10,2), note text, paid boolean);
insert into orders select i, timestamptz '2026-01-01 00:00:00Z' + i * interval '1 minute', i * 1.25,
    case when i % 7 = 0 then null when i % 5 = 0 then E'a "quoted", line\\nand another' else 'plain' end, i % 2 = 0
    from generate_series(1, 5000) i;
"""
SCHEMA = """
rows: {min: 5000, max: 5000}
columns:
  id: {type: int64, unique: true, least: {min: 1, max: 1}, greatest: {min: 5000, max: 5000}}
  at: {type: datetime, min_fraction: 1}
  amount: {type: float64, sum: {min: 15628125, max: 15628125}}
  note: {type: text, missing: {max: 0.143}}
  paid: {type: category, values: [t, f]}
"""
initdb, ctl, psql = find("initdb"), find("pg_ctl"), find("psql")
user = as_user()
if not (initdb and ctl and psql) or user is None:
    print("ok 1 - PostgreSQL fills a dataset # SKIP no PostgreSQL server here")
    print("1..1")
    raise SystemExit
os.chmod(d, 0o777)
data, sock = d + "/pg", d + "/sock"
os.mkdir(sock)
os.chmod(sock, 0o777)
quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
subprocess.run(user + [initdb, "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C"], check=True, cwd="/", **quiet)
subprocess.run(user + [ctl, "-D", data, "-w", "-o", "-c listen_addresses='' -k " + sock, "start"], check=True, cwd="/",
               **quiet)
try:
    base = user + [psql, "-h", sock, "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-q"]
    subprocess.run(base, input=SQL, text=True, check=True, cwd="/", **quiet)
    tap.run("mlv-data", "init", cwd=d)
    copy = " ".join("'%s'" % a for a in base) + " -c 'COPY orders TO STDOUT CSV HEADER'"
    r = subprocess.run(copy + " | mlv-data add --name orders -", shell=True, cwd=d, capture_output=True, text=True)
    tap.ok(r.returncode == 0 and r.stdout.startswith("data:orders@1"), "psql | mlv-data add --name orders -",
           r.stdout + r.stderr)
    with open(d + "/s.yaml", "w") as f:
        f.write(SCHEMA)
    r = subprocess.run(["mlv-data", "check", "-s", "s.yaml", "data:orders"], cwd=d, capture_output=True, text=True)
    tap.ok(r.returncode == 0 and r.stdout == "", "what came is what the server holds", r.stdout + r.stderr)
    r = subprocess.run(copy + " | mlv-data add --name orders -", shell=True, cwd=d, capture_output=True, text=True)
    tap.ok(r.returncode == 0 and "orders@2" not in r.stdout, "the same again is no new version", r.stdout + r.stderr)
    tap.run("mlv-data", "convert", "data:orders", "-o", "back.csv", cwd=d)
    back = "create table back (like orders); copy back from stdin csv header;\n" + open(d + "/back.csv").read() + "\\.\n"
    subprocess.run(base, input=back, text=True, check=True, cwd="/", **quiet)
    n = subprocess.run(base + ["-At", "-c", "select count(*) from (table orders except all table back) x"], text=True,
                       capture_output=True, check=True, cwd="/").stdout.strip()
    tap.ok(n == "0", "what convert writes is what the server reads back, row for row", n)
finally:
    subprocess.run(user + [ctl, "-D", data, "-m", "immediate", "stop"], cwd="/", **quiet)
tap.done()
