"""Takes whatever is posted, as an ntfy server and as a program behind a webhook do: sink.py PORT LOG

Each request is a line of JSON in the log: path, headers, body. Under /down it is refused.
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        with open(sys.argv[2], "a") as log:
            log.write(json.dumps({"path": self.path, "headers": headers, "body": body}) + "\n")
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()
