"""Plays Frigate's HTTP interface as its documents and its source describe it: frigate.py PORT FILM LOG [CERTIFICATE KEY]

Films come in fragments, of no known length, without ranges. The first film that is asked for is not there yet, is then cut off
in the middle, then lacks its end, and is whole at last. Reviews are put into it over POST /test/review.
"""
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, film_path, log_path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
film = open(film_path, "rb").read()
short = open(film_path + ".short", "rb").read()
reviews, asked = [], {}
TOKEN = "eyJ0eXAi.stand-in.token"


class Frigate(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, text, *args):
        with open(log_path, "a") as log:
            log.write(text % args + "\n")

    def answer(self, status, body, cookie=None):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/login":
            good = body == {"user": "viewer", "password": "frigate-canary"}
            cookie = f"frigate_token={TOKEN}; HttpOnly; Path=/; SameSite=Lax"
            return self.answer(200, {}, cookie) if good else self.answer(401, {"message": "Login failed"})
        reviews.extend(body)
        self.answer(200, {})

    def do_GET(self):
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(401, {"message": "Unauthorized"})
        if self.path.startswith("/api/review?"):
            return self.answer(200, sorted(reviews, key=lambda r: -r["start_time"]))
        if not self.path.endswith("/clip.mp4"):
            return self.answer(404, {"detail": "Not Found"})
        asked.setdefault(self.path, 0 if not asked else 3)
        times = asked[self.path] = asked[self.path] + 1
        if times == 1:
            return self.answer(400, {"success": False, "message": "No recordings found for the specified time range"})
        body = {2: film, 3: short}.get(times, film)
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        end = len(body) // 2 if times == 2 else len(body)
        for at in range(0, end, 8192):
            piece = body[at:min(at + 8192, end)]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if times == 2:
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")


server = ThreadingHTTPServer(("127.0.0.1", port), Frigate)
if len(sys.argv) > 4:
    # As Frigate's port 8971, under TLS.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
