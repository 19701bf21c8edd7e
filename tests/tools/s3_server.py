#!/usr/bin/env python3
"""A small S3 server that can be told to behave badly.

s3_server.py FOLDER PORTFILE [--seed N] [--bad SHARE] [--kinds LIST]
             [--ignore-conditions] [--log FILE] [--page N] [--no-list]
             [--refuse END] [--first-head FILE]

Objects are files in FOLDER/BUCKET; a bucket is there when its folder is.
Signatures are computed anew and must agree; the key is testkey with the
secret testsecret123.  A share of all requests goes wrong in one of the ways of
LIST: drop (no answer, nothing done), late (done, no answer), cut (half a body,
then the end), more (a body longer than asked for), slow (answered after a
while), 500, 503, error200 (status 200 with an error in the body, nothing
done), flip (one bit of the body is another).
"""
import argparse
import hashlib
import hmac
import http.server
import os
import random
import socketserver
import threading
import time
import urllib.parse

KEY, SECRET = "testkey", "testsecret123"
lock = threading.Lock()


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=(), declared=None):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length",
                         str(len(body) if declared is None else declared))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code, message="none", more=""):
        xml = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>"
        self.answer(status, xml.encode())

    def signed(self, body):
        given = self.headers.get("authorization", "")
        parts = dict(p.strip().split("=", 1) for p in
                     given.partition(" ")[2].split(",") if "=" in p)
        scope = parts.get("Credential", "").split("/")
        if len(scope) != 5 or scope[0] != KEY:
            self.error(403, "InvalidAccessKeyId")
            return False
        now = self.headers.get("x-amz-date", "")
        then = time.mktime(time.strptime(now, "%Y%m%dT%H%M%SZ")) - time.timezone
        here = time.time() + args.skew
        if abs(then - here) > 900:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(here))
            self.error(403, "RequestTimeTooSkewed", "the times differ by more than 15 minutes",
                       f"<ServerTime>{stamp}</ServerTime>")
            return False
        payload = self.headers.get("x-amz-content-sha256", "")
        names = parts["SignedHeaders"].split(";")
        path, _, query = self.path.partition("?")
        canonical = "\n".join([
            self.command, path, query,
            *[f"{n}:{' '.join(self.headers.get(n, '').split())}" for n in names],
            "", ";".join(names), payload])
        text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope[1:]),
                          hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + SECRET).encode()
        for word in scope[1:]:
            key = sign(key, word)
        if hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != parts["Signature"]:
            self.error(403, "SignatureDoesNotMatch")
            return False
        if payload != hashlib.sha256(body).hexdigest():
            self.error(400, "XAmzContentSHA256Mismatch")
            return False
        return True

    def end_here(self):
        self.close_connection = True

    def serve(self):
        with lock:
            args.now += 1
        try:
            return self.serve_one()
        finally:
            with lock:
                args.now -= 1

    def serve_one(self):
        with lock:
            bad = random.random() < args.bad
            kind = random.choice(args.kinds.split(",")) if bad else ""
            if args.log:
                with open(args.log, "a") as log:
                    log.write(f"{self.command} {self.path} {kind} at once: {args.now}\n")
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if kind == "drop":
            return self.end_here()
        if kind in ("500", "503"):
            return self.error(int(kind), "SlowDown" if kind == "503" else "InternalError")
        if kind == "error200":
            return self.error(200, "InternalError")
        if kind == "slow":
            time.sleep(0.3)
        if not self.signed(body):
            return None
        name = urllib.parse.unquote(self.path.partition("?")[0]).strip("/")
        path = os.path.join(args.folder, name)
        query = dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))
        if self.command == "PUT" and args.refuse and name.endswith(args.refuse):
            return self.error(403, "AccessDenied")
        if not os.path.isdir(os.path.join(args.folder, name.split("/")[0])):
            return self.error(404, "NoSuchBucket")
        if self.command == "PUT":
            return self.put(path, body, kind)
        if self.command == "DELETE":
            return self.delete(path, kind)
        if query.get("list-type") == "2":
            return self.list(path, query, kind)
        return self.get(path, kind)

    def list(self, bucket, query, kind):
        if args.no_list:
            return self.error(403, "AccessDenied")
        prefix = query.get("prefix", "")
        keys = sorted(os.path.relpath(os.path.join(at, f), bucket)
                      for at, _, files in os.walk(bucket) for f in files)
        after = query.get("continuation-token", "")[2:]
        keys = [k for k in keys if k.startswith(prefix) and k > after]
        page, rest = keys[:args.page], keys[args.page:]
        xml = "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        xml += f"<Prefix>{prefix}</Prefix><IsTruncated>{'true' if rest else 'false'}</IsTruncated>"
        if rest:
            xml += f"<NextContinuationToken>+&amp;{page[-1]}</NextContinuationToken>"
        for k in page:
            size = os.path.getsize(os.path.join(bucket, k))
            xml += f"<Contents><Key>{k}</Key><Size>{size}</Size></Contents>"
        body = (xml + "</ListBucketResult>").encode()
        if kind in ("cut", "late"):
            self.answer(200, body[:len(body) // 2], declared=len(body))
            return self.end_here()
        return self.answer(200, body)

    def put(self, path, body, kind):
        with lock:
            old = open(path, "rb").read() if os.path.exists(path) else None
            etag = old is not None and f"\"{hashlib.md5(old).hexdigest()}\""
            want = self.headers.get("if-match")
            if not args.ignore_conditions:
                if self.headers.get("if-none-match") == "*" and old is not None:
                    return self.error(412, "PreconditionFailed")
                if want is not None and want != etag:
                    return self.error(412, "PreconditionFailed")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path + ".tmp", "wb") as file:
                file.write(body)
            os.rename(path + ".tmp", path)
        if kind in ("late", "cut"):
            return self.end_here()
        return self.answer(200, headers=[("ETag", f"\"{hashlib.md5(body).hexdigest()}\"")])

    def delete(self, path, kind):
        with lock:
            if os.path.isfile(path):
                os.unlink(path)
        if kind in ("late", "cut"):
            return self.end_here()
        return self.answer(204)

    def get(self, path, kind):
        if not os.path.isfile(path):
            return self.error(404, "NoSuchKey")
        with lock:
            if args.first_head and path.endswith("/head"):
                path, args.first_head = args.first_head, None
        with open(path, "rb") as file:
            body = file.read()
        status, headers = 200, [("ETag", f"\"{hashlib.md5(body).hexdigest()}\"")]
        first, _, last = self.headers.get("range", "bytes=0-")[6:].partition("-")
        if "range" in self.headers:
            if int(first) >= len(body):
                return self.error(416, "InvalidRange")
            status = 206
            body = body[int(first):int(last) + 1 if last else None]
        if kind == "flip" and body:
            at = random.randrange(len(body))
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
        if kind == "more":
            body += body
        if kind in ("cut", "late"):
            self.answer(status, body[:len(body) // 2], headers, len(body))
            return self.end_here()
        return self.answer(status, body, headers)

    do_GET = do_PUT = do_HEAD = do_DELETE = serve


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("portfile")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--bad", type=float, default=0)
parser.add_argument("--kinds", default="drop,late,cut,slow,500,503,error200")
parser.add_argument("--skew", type=float, default=0, help="seconds its clock is ahead")
parser.add_argument("--ignore-conditions", action="store_true")
parser.add_argument("--log")
parser.add_argument("--page", type=int, default=1000, help="keys that a list has at once")
parser.add_argument("--no-list", action="store_true", help="its key may not list")
parser.add_argument("--refuse", help="keys that end so are not written")
parser.add_argument("--first-head", help="what the first one who reads the head is told")
args = parser.parse_args()
args.now = 0
random.seed(args.seed)
server = Server(("127.0.0.1", 0), Handler)
with open(args.portfile + ".new", "w") as out:
    out.write(str(server.server_address[1]))
os.rename(args.portfile + ".new", args.portfile)
server.serve_forever()
