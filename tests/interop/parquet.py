"""Parquet read and written beside pyarrow and DuckDB.

Files of every encoding, codec, page version and type that pyarrow writes are
read by both; so are those of apache/parquet-testing, in the folder that
PARQUET_TESTING names.  What each refuses is counted.
"""
import datetime
import decimal
import itertools
import json
import math
import os
import subprocess
import sys
import uuid

from tap import done, ok, skip, workspace

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    skip("Parquet", "no pyarrow here; run 'make interop'")
    done()

tmp = workspace()
EPOCH = datetime.datetime(1970, 1, 1)


def flatten(schema, arrays):
    """Structs become columns of their own, as we name them."""
    for field, array in zip(schema, arrays):
        if pa.types.is_struct(field.type):
            parts = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            if isinstance(parts, pa.ChunkedArray):
                parts = pa.concat_arrays(parts.chunks) if parts.num_chunks else pa.array([], field.type)
            inner = [pa.field(field.name + "." + f.name, f.type) for f in field.type]
            yield from flatten(inner, parts.flatten())
        else:
            yield field, array


def nested(t):
    return pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_map(t)


def text_of(b):
    try:
        s = b.decode()
        if "\0" not in s:
            return s
    except UnicodeDecodeError:
        pass
    return "\\x" + b.hex()


def plain(v, t):
    """What we say of a value of pyarrow's."""
    if v is None:
        return None
    if pa.types.is_dictionary(t):
        return plain(v, t.value_type)
    if t == pa.uint64() and v > 2**63 - 1:
        return float(v)
    if pa.types.is_floating(t):
        v = float(v)
        return None if math.isnan(v) else "Infinity" if v == math.inf else "-Infinity" if v == -math.inf else v
    if pa.types.is_decimal(t):
        return float(v) if t.scale or t.precision > 18 else int(v)
    if pa.types.is_timestamp(t):
        return v // 1000 if t.unit == "ns" else v * {"s": 10**6, "ms": 1000, "us": 1}[t.unit]
    if pa.types.is_date(t):
        return int((datetime.datetime.combine(v, datetime.time()) - EPOCH) / datetime.timedelta(microseconds=1))
    if pa.types.is_time(t):
        s = v.isoformat() if isinstance(v, datetime.time) else str(v)
        return s.rstrip("0").rstrip(".") if "." in s else s
    if pa.types.is_binary(t) or pa.types.is_fixed_size_binary(t) or pa.types.is_large_binary(t):
        return text_of(v) or None
    if isinstance(v, uuid.UUID):
        return str(v)
    if pa.types.is_string(t) or pa.types.is_large_string(t):
        return v or None
    return v


def expected(path):
    table = pq.read_table(path, coerce_int96_timestamp_unit="us")
    out = {}
    for field, array in flatten(table.schema, table.columns):
        if nested(field.type):
            continue
        t = field.type
        if isinstance(t, pa.BaseExtensionType):
            array = array.cast(t.storage_type) if str(t) != "extension<arrow.uuid>" else array
            if str(t) != "extension<arrow.uuid>":
                t = t.storage_type
        if pa.types.is_timestamp(t):
            out[field.name] = [plain(v, t) for v in array.cast(pa.int64()).to_pylist()]
        elif pa.types.is_time(t) and t.unit == "ns":
            continue
        else:
            out[field.name] = [plain(v, t) for v in array.to_pylist()]
    return out, table.num_rows


def micros(s):
    """A date-time we wrote, as microseconds."""
    if s is None:
        return None
    d, _, rest = s.rstrip("Z").partition("T")
    neg, d = d.startswith("-"), d.lstrip("-")
    y, m, day = (int(x) for x in d.split("-"))
    h, mi, sec = rest.split(":")
    whole, _, frac = sec.partition(".")
    y = -y if neg else y
    era = (y if m > 2 else y - 1) // 400
    yoe = (y if m > 2 else y - 1) - era * 400
    doy = (153 * (m - 3 if m > 2 else m + 9) + 2) // 5 + day - 1
    days = era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468
    return ((days * 24 + int(h)) * 60 + int(mi)) * 60 * 10**6 + int(whole) * 10**6 + int((frac + "000000")[:6])


def ours(path):
    r = subprocess.run(["mlv-data", "convert", "--to", "jsonl", path], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True)
    return r.returncode, [json.loads(line) for line in r.stdout.splitlines()], r.stderr


def same(a, b):
    if isinstance(b, float) and isinstance(a, int) and not isinstance(a, bool):
        return float(a) == b
    if a == b or (isinstance(a, str) and isinstance(b, int) and not isinstance(b, bool) and micros(a) == b):
        return True
    # a column of texts that are all dates is read as dates
    return isinstance(a, str) and isinstance(b, str) and a.endswith("Z") and micros(a) is not None and \
        b[:10] == a[:10]


def differs(path):
    """None, or where we differ from pyarrow."""
    code, rows, err = ours(path)
    want, n = expected(path)
    if code:
        return "exit %d: %s" % (code, err.strip().splitlines()[-1])
    if len(rows) != n:
        return "%d rows, not %d" % (len(rows), n)
    for name, values in want.items():
        for i, (row, v) in enumerate(zip(rows, values)):
            if name not in row:
                return "no column %s" % name
            if not same(row[name], v):
                return "%s, row %d: %r, not %r" % (name, i + 1, row[name], v)
    return None


def sample(n=2000):
    """A table of every type, with and without missing cells."""
    at = [datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=i, microseconds=i * 7) for i in range(n)]

    def gaps(values, every):
        return [None if i % every == 0 else v for i, v in enumerate(values)]
    cols = {
        "i8": pa.array([i % 100 - 50 for i in range(n)], pa.int8()),
        "u8": pa.array([i % 250 for i in range(n)], pa.uint8()),
        "i16": pa.array(gaps([i - 1000 for i in range(n)], 7), pa.int16()),
        "u32": pa.array([2**32 - 1 - i for i in range(n)], pa.uint32()),
        "i32": pa.array(gaps([(i * 7919) % 65537 - 3 for i in range(n)], 3), pa.int32()),
        "i64": pa.array([i * i * 1000003 - 5 for i in range(n)], pa.int64()),
        "u64": pa.array(gaps([i for i in range(n)], 11), pa.uint64()),
        "big": pa.array([2**63 + 4096 * i for i in range(n)], pa.uint64()),
        "f32": pa.array(gaps([i / 3 for i in range(n)], 5), pa.float32()),
        "f64": pa.array([math.nan if i % 50 == 0 else math.inf if i % 51 == 0 else i / 7 for i in range(n)]),
        "flag": pa.array(gaps([i % 3 == 0 for i in range(n)], 13)),
        "day": pa.array([a.date() for a in at], pa.date32()),
        "ms": pa.array(gaps(at, 9), pa.timestamp("ms")),
        "us": pa.array(at, pa.timestamp("us", "UTC")),
        "ns": pa.array(at, pa.timestamp("ns")),
        "t_ms": pa.array([a.time().replace(microsecond=0) for a in at], pa.time32("ms")),
        "t_us": pa.array(gaps([a.time() for a in at], 4), pa.time64("us")),
        "dec9": pa.array([decimal.Decimal(i * 31 - 500) / 100 for i in range(n)], pa.decimal128(9, 2)),
        "dec38": pa.array([decimal.Decimal(10**30 + i) / 10**5 for i in range(n)], pa.decimal128(38, 5)),
        "dec60": pa.array([decimal.Decimal(-(10**50) - i) for i in range(n)], pa.decimal256(60, 0)),
        "text": pa.array(gaps(["word %d" % (i % 40) for i in range(n)], 6)),
        "unique": pa.array(["key,%d \"x\"" % i for i in range(n)]),
        "bytes": pa.array([bytes([i % 256, 255]) for i in range(n)], pa.binary()),
        "fixed": pa.array([b"%04d" % (i % 10000) for i in range(n)], pa.binary(4)),
        "half": pa.array([float(i % 64) / 4 for i in range(n)], pa.float32()).cast(pa.float16()),
        "none": pa.nulls(n, pa.int32()),
        "kind": pa.array(["a", "b"] * (n // 2)).dictionary_encode(),
        "place": pa.array([None if i % 8 == 0 else {"x": i, "y": {"z": str(i)}} for i in range(n)]),
        "list": pa.array([None if i % 5 == 0 else [None if k == 1 else k for k in range(i % 4)] for i in range(n)],
                         pa.list_(pa.int32())),
    }
    return pa.table(cols)


def check_lists():
    t = pa.table({"a": [[1, 2], [], None, [None, 3]], "m": pa.array([[("k", 1.5)], [], None, [("x", None)]],
                                                                    pa.map_(pa.string(), pa.float64()))})
    path = os.path.join(tmp, "lists.parquet")
    pq.write_table(t, path)
    _, rows, _ = ours(path)
    ok([r["a"] for r in rows] == ["[1,2]", "[]", None, "[null,3]"], "a list is a cell of JSON", rows)
    ok([r["m.key"] for r in rows] == ['["k"]', "[]", None, '["x"]'] and
       [r["m.value"] for r in rows] == ["[1.5]", "[]", None, "[null]"], "a map is two lists", rows)


def check_written():
    table = sample()
    n = bad = 0
    notes = []
    for codec, version, page in itertools.product(["none", "snappy", "gzip", "zstd", "lz4"], ["1.0", "2.6"],
                                                  ["1.0", "2.0"]):
        for dictionary in (True, False):
            path = os.path.join(tmp, "t.parquet")
            pq.write_table(table, path, compression=codec, version=version, data_page_version=page,
                           use_dictionary=dictionary, row_group_size=700, data_page_size=4096,
                           write_page_checksum=True)
            why = differs(path)
            n += 1
            if why:
                bad += 1
                notes.append("%s %s %s %s: %s" % (codec, version, page, dictionary, why))
    ok(not bad, "%d files of every type, codec and page version are read as pyarrow reads them" % n,
       "\n".join(notes[:10]))
    encodings = [
        ("DELTA_BINARY_PACKED", ["i32", "i64", "u32", "us", "day"]),
        ("DELTA_LENGTH_BYTE_ARRAY", ["text", "unique", "bytes"]),
        ("DELTA_BYTE_ARRAY", ["text", "unique", "fixed"]),
        ("BYTE_STREAM_SPLIT", ["f32", "f64", "i32", "i64", "fixed", "half"]),
        ("RLE", ["flag"]),
        ("PLAIN", table.column_names),
    ]
    for encoding, names in encodings:
        notes = []
        for page, codec in itertools.product(["1.0", "2.0"], ["none", "zstd"]):
            path = os.path.join(tmp, "e.parquet")
            pq.write_table(table.select(names), path, use_dictionary=False, data_page_version=page,
                           compression=codec, column_encoding={c: encoding for c in names if c not in
                                                               ("kind", "place", "list")})
            why = differs(path)
            if why:
                notes.append("page %s, %s: %s" % (page, codec, why))
        ok(not notes, "%s is read as pyarrow reads it" % encoding, "\n".join(notes))


# Where we and pyarrow differ on purpose.
ON_PURPOSE = {
    "int96_from_spark.parquet": "a date that does not fit is refused, not wrapped",
    "unknown-logical-type.parquet": "an annotation of a later version: pyarrow refuses, we read what is stored",
}


def check_testing(folder):
    read = agree = refuse = both = 0
    notes, skips = [], []
    for kind in ("data", "data/geospatial", "bad_data"):
        for name in sorted(os.listdir(os.path.join(folder, kind))):
            path = os.path.join(folder, kind, name)
            if not name.endswith(".parquet"):
                continue
            code, rows, err = ours(path)
            last = err.strip().splitlines()[-1] if err.strip() else ""
            if code not in (0, 3):
                notes.append("%s: exit %d: %s" % (name, code, last))
            try:
                pq.read_table(path, coerce_int96_timestamp_unit="us", page_checksum_verification=True)
                theirs = True
            except Exception as e:
                theirs, why = False, str(e)
            if kind == "bad_data":
                refuse += code == 3
                if code == 0 and not theirs:
                    notes.append("%s is bad, but was read" % name)
                continue
            if code == 0:
                read += 1
            if name in ON_PURPOSE:
                skips.append("%s: %s" % (name, ON_PURPOSE[name]))
            elif theirs and code == 0:
                why = differs(path)
                agree += not why
                if why:
                    notes.append("%s: %s" % (name, why))
            elif theirs:
                skips.append("%s: %s" % (name, last.split(": ", 2)[-1]))
            elif code == 3:
                both += 1
            else:
                skips.append("%s: pyarrow refuses: %s" % (name, why.splitlines()[0]))
    ok(not notes, "parquet-testing: %d read, %d equal to pyarrow, %d refused by both, %d bad files refused" %
       (read, agree, both, refuse), "\n".join(notes))
    for s in skips:
        name, _, why = s.partition(": ")
        skip("parquet-testing " + name, why)


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def i32(n):
    return varint(n << 1 if n >= 0 else (-n << 1) - 1)


def bomb(rows, pages):
    """Few bytes that say that they are many rows, all of them missing."""
    each = rows // pages
    levels = varint(each << 1) + b"\0"
    body = len(levels).to_bytes(4, "little") + levels
    head = b"\x15" + i32(0) + b"\x15" + i32(len(body)) + b"\x15" + i32(len(body)) + \
        b"\x2c\x15" + i32(each) + b"\x15\0\x15" + i32(3) + b"\x15" + i32(3) + b"\0\0"
    data = (head + body) * pages
    column = b"\x15" + i32(2) + b"\x19\x15\0\x19\x18\x01x\x15\0\x16" + i32(rows) + b"\x16" + i32(len(data)) + \
        b"\x16" + i32(len(data)) + b"\x26" + i32(4) + b"\0"
    group = b"\x19\x1c\x26\0\x1c" + column + b"\0\x16" + i32(len(data)) + b"\x16" + i32(rows) + b"\0"
    schema = b"\x48\x01r\x15\x02\0" + b"\x15" + i32(2) + b"\x25" + i32(1) + b"\x18\x01x\0"
    footer = b"\x15\x02\x19\x2c" + schema + b"\x16" + i32(rows) + b"\x19\x1c" + group + b"\0"
    return b"PAR1" + data + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def freeze(folder):
    """Small files for tests/golden/parquet.sh, with what pyarrow says of them."""
    t = sample(60)
    files = {
        "types": (t, {"write_page_checksum": True, "row_group_size": 25}),
        "plain": (t.select(["i32", "f64", "flag", "text", "us"]), {"use_dictionary": False, "compression": "none",
                                                                  "write_page_checksum": True}),
        "delta": (t.select(["i32", "i64", "text", "unique"]), {
            "use_dictionary": False, "compression": "zstd", "data_page_version": "2.0", "column_encoding": {
                "i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY",
                "unique": "DELTA_LENGTH_BYTE_ARRAY"}}),
        "split": (t.select(["f32", "f64", "i64", "flag"]), {
            "use_dictionary": False, "compression": "gzip", "column_encoding": {
                "f32": "BYTE_STREAM_SPLIT", "f64": "BYTE_STREAM_SPLIT", "i64": "BYTE_STREAM_SPLIT", "flag": "RLE"}}),
        "lz4": (t.select(["i32", "text", "list", "place"]), {"compression": "lz4", "data_page_version": "2.0"}),
    }
    for name, (table, options) in files.items():
        path = os.path.join(folder, name + ".parquet")
        pq.write_table(table, path, **options)
        why = differs(path)
        if why:
            raise SystemExit("%s: %s" % (name, why))
        out = subprocess.run(["mlv-data", "convert", "-q", path], stdout=subprocess.PIPE, check=True).stdout
        open(os.path.join(folder, name + ".csv"), "wb").write(out)
    open(os.path.join(folder, "bomb.parquet"), "wb").write(bomb(1 << 31, 64))
    open(os.path.join(folder, "small.parquet"), "wb").write(bomb(64, 8))


def convert(*args):
    r = subprocess.run(["mlv-data", "convert", "-q"] + list(args), stderr=subprocess.PIPE, text=True)
    if r.returncode:
        raise SystemExit("convert %s: %s" % (" ".join(args), r.stderr))


def check_ours():
    """What we write, read by pyarrow and DuckDB and by ourselves."""
    n = 300000
    lines = ["i,f,flag,kind,id,at,empty,wild"]
    for i in range(n):
        lines.append("%s,%s,%s,%s,id%d,%s,,%s" % (
            "" if i % 17 == 0 else (i * 7919) % 1000 if i < n // 2 else i * 10**12, "" if i % 5 == 0 else i / 8,
            "" if i % 3 == 0 else ("true" if i % 2 else "false"), ["red", "green", '"b,l"', "\u00e9"][i % 4], i,
            (EPOCH + datetime.timedelta(days=i % 30000, microseconds=i)).isoformat(), -0.0 if i % 2 else 1e300))
    csv = os.path.join(tmp, "w.csv")
    with open(csv, "w") as f:
        f.write("\n".join(lines) + "\n")
    back = os.path.join(tmp, "back.csv")
    convert(csv, "-o", back)
    text = open(back).read()
    for packing in ("zstd", "snappy", "none"):
        path = os.path.join(tmp, "w.parquet")
        convert("--compression", packing, csv, "-o", path)
        t = pq.ParquetFile(path, page_checksum_verification=True).read()
        t.validate(full=True)
        ok(t.num_rows == n and t.column("i").to_pylist() == [
            None if i % 17 == 0 else (i * 7919) % 1000 if i < n // 2 else i * 10**12 for i in range(n)] and
            t.column("f").to_pylist() == [None if i % 5 == 0 else i / 8 for i in range(n)] and
            t.column("flag").to_pylist() == [None if i % 3 == 0 else bool(i % 2) for i in range(n)] and
            t.column("id").to_pylist() == ["id%d" % i for i in range(n)] and
            t.column("kind").to_pylist() == [["red", "green", "b,l", "\u00e9"][i % 4] for i in range(n)] and
            t.column("at").cast(pa.int64()).to_pylist() == [i % 30000 * 86400 * 10**6 + i for i in range(n)] and
            t.column("empty").null_count == n, "%s: pyarrow reads the values that were written" % packing)
        convert(path, "-o", back)
        ok(open(back).read() == text, "%s: there and back is the same CSV" % packing)
        try:
            import duckdb
        except ImportError:
            skip(packing + ": DuckDB", "no duckdb here")
            continue
        got = duckdb.sql("select count(*), sum(i), sum(f), count(flag), count(distinct id), min(\"at\"), max(kind), "
                         "sum(wild > 0) from '%s'" % path).fetchall()[0]
        want = (n, sum(v for v in t.column("i").to_pylist() if v), sum(i / 8 for i in range(n) if i % 5),
                sum(1 for i in range(n) if i % 3), n, EPOCH, "\u00e9", n // 2)
        ok(got[:5] == want[:5] and got[5].replace(tzinfo=None) == want[5] and got[6:] == want[6:],
           "%s: DuckDB counts, sums and bounds what was written" % packing, "%r\n%r" % (got, want))
        skipped = duckdb.sql("select count(*) from '%s' where i > 299999 * 1000000000000" % path).fetchall()[0]
        ok(skipped == (0,), "%s: DuckDB prunes by our bounds and finds nothing beyond them" % packing)


if len(sys.argv) > 1:
    freeze(sys.argv[1])
    sys.exit(0)
check_lists()
check_written()
check_ours()
where = os.environ.get("PARQUET_TESTING")
if where:
    check_testing(where)
else:
    skip("parquet-testing", "PARQUET_TESTING does not name a checkout of it")
done()
