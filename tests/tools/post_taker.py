"""post_taker FOLDER: an HTTP server on a port of its own, which it prints; what
is posted to it goes to FOLDER/got, a JSON object a line: headers, body, at which
second of a clock.  It
answers with the status in FOLDER/status, 204 without."""
import http.server
import json
import os
import sys
import time

folder = sys.argv[1]


class Taker(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(os.path.join(folder, "got"), "a") as f:
            f.write(json.dumps({"at": time.monotonic(), "headers": {k.lower(): v for k, v in self.headers.items()},
                                "body": body.decode()}) + "\n")
        try:
            with open(os.path.join(folder, "status")) as f:
                status = int(f.read())
        except OSError:
            status = 204
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
