#!/usr/bin/env python3
"""Cameras that misbehave, over RTSP with its data in the same connection: `rtsp.py PORT PICTURES A.h264 B.h264`.

Both files are H.264 as a stream of bytes (Annex B), with one slice a picture and PICTURES of them in a second. What a camera does
is its path: `/well`, `/stutter`, `/ahead`, `/back`, `/wrap`, `/runaway`, `/recode`, `/dies`, `/flood`. Everything that a camera does not get
wrong here, it does in real time.
"""
import base64
import re
import socket
import socketserver
import struct
import sys
import threading
import time

port, rate = int(sys.argv[1]), int(sys.argv[2])
CLOCK = 90_000


def pictures(path):
    """Pictures, each a list of NAL units; a key picture has its parameters before it."""
    made, units = [], []
    for unit in re.split(b"\x00\x00\x00\x01|\x00\x00\x01", open(path, "rb").read())[1:]:
        if unit[0] & 31 in (1, 5, 7, 8):
            units.append(unit)
        if unit[0] & 31 in (1, 5):
            made.append(units)
            units = []
    return made


films = [pictures(path) for path in sys.argv[3:5]]


class Camera(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            self.converse()
        except OSError:
            pass

    def converse(self):
        self.turn = threading.Lock()
        while True:
            lines = []
            while (line := self.rfile.readline().strip()):
                lines.append(line.decode())
            if not lines:
                return
            method, url, _ = lines[0].split(" ")
            cseq = next(line for line in lines if line.startswith("CSeq"))
            say = lambda *more, body="": self.write("\r\n".join(["RTSP/1.0 200 OK", cseq, *more, "", body]).encode())
            if method == "DESCRIBE":
                sps, pps = films[0][0][0], films[0][0][1]
                sets = ",".join(base64.b64encode(one).decode() for one in (sps, pps))
                body = (f"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/{CLOCK}\r\n"
                        f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sets}\r\na=control:picture\r\n")
                say("Content-Type: application/sdp", f"Content-Base: {url}/", f"Content-Length: {len(body)}", body=body)
            elif method == "SETUP":
                say("Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
            elif method == "PLAY":
                say("Session: 1", "Range: npt=0-")
                path = re.sub(".*/(?=[a-z]+/?$)", "", url).strip("/")
                threading.Thread(target=self.play, args=[path], daemon=True).start()
            else:
                say("Session: 1")

    def write(self, piece):
        with self.turn:
            self.wfile.write(piece)

    def play(self, path):
        try:
            self.pictures(path)
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def pictures(self, path):
        self.sequence = 0
        began, first = time.monotonic(), 2**32 - 3 * CLOCK if path == "wrap" else 1_000
        for number in range(rate * 600):
            film = films[1] if path == "recode" and number // rate % 2 else films[0]
            units = film[number % len(film)]
            at = number / rate
            due = at
            if path == "stutter":
                # A second at once, and then nothing for five.
                due = at = number // rate * 5 + at % 1
            elif path == "ahead" and at >= 5:
                at += 7_200
            elif path == "back" and at >= 5:
                at -= 3_600
            elif path == "runaway":
                at = number * 9
            elif path == "flood":
                units = [*units[:-1], b"\x0c" + b"\xff" * 2_000_000, units[-1]]
            time.sleep(max(0, began + due - time.monotonic()))
            for unit in units:
                self.send(unit, int(first + at * CLOCK) % 2**32, unit is units[-1])
            if path == "dies" and at > 4:
                return self.write(b"$\x00\x10\x00\x80\x60")

    def send(self, unit, at, last):
        """One NAL unit (RFC 6184): as it is, or in parts."""
        if len(unit) <= 1_400:
            return self.packet(unit, at, last)
        for start in range(1, len(unit), 1_400):
            part = unit[start:start + 1_400]
            begins, ends = start == 1, start + 1_400 >= len(unit)
            head = bytes([unit[0] & 0xE0 | 28, begins << 7 | ends << 6 | unit[0] & 31])
            self.packet(head + part, at, last and ends)

    def packet(self, payload, at, marked):
        head = struct.pack(">BBHII", 0x80, marked << 7 | 96, self.sequence, at, 7)
        self.sequence = (self.sequence + 1) % 2**16
        self.write(struct.pack(">cBH", b"$", 0, len(head) + len(payload)) + head + payload)


class Cameras(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


Cameras(("127.0.0.1", port), Camera).serve_forever()
