#!/usr/bin/env python3
"""A camera's ONVIF, as small as it gets: `onvif.py PORT RTSP_PORT PATH`, with HTTP Digest for watcher / bell-ringer.

It says where its stream is, at an address that is not its own as cameras behind two networks do. `POST /press` presses its
bell; a question for what it noticed is held back until then, or for as long as it asks.
"""
import hashlib
import re
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, rtsp_port, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
nonce, pressed = "f00dfeed", threading.Event()
md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
service = f"http://10.9.8.7:{port}/onvif"


def answer(question):
    now = datetime.now(timezone.utc)
    if "GetSystemDateAndTime" in question:
        time = f"<Time><Hour>{now.hour}</Hour><Minute>{now.minute}</Minute><Second>{now.second}</Second></Time>"
        date = f"<Date><Year>{now.year}</Year><Month>{now.month}</Month><Day>{now.day}</Day></Date>"
        return f"<GetSystemDateAndTimeResponse><SystemDateAndTime><DateTimeType>NTP</DateTimeType><DaylightSavings>false</DaylightSavings><UTCDateTime>{time}{date}</UTCDateTime></SystemDateAndTime></GetSystemDateAndTimeResponse>"
    if "GetCapabilities" in question:
        one = lambda name: f"<{name}><XAddr>{service}/{name.lower()}</XAddr></{name}>"
        return f"<GetCapabilitiesResponse><Capabilities>{one('Device')}{one('Media')}{one('Events')}</Capabilities></GetCapabilitiesResponse>"
    if "GetServices" in question:
        return "<GetServicesResponse/>"
    if "GetDeviceInformation" in question:
        return "<GetDeviceInformationResponse><Manufacturer>House</Manufacturer><Model>Bell 1</Model><FirmwareVersion>1</FirmwareVersion><SerialNumber>1</SerialNumber><HardwareId>1</HardwareId></GetDeviceInformationResponse>"
    if "GetProfiles" in question:
        return '<GetProfilesResponse><Profiles token="main"><Name>Main</Name><VideoEncoderConfiguration token="v"/></Profiles></GetProfilesResponse>'
    if "GetStreamUri" in question:
        return f"<GetStreamUriResponse><MediaUri><Uri>rtsp://10.9.8.7:{rtsp_port}{path}</Uri></MediaUri></GetStreamUriResponse>"
    if "CreatePullPointSubscription" in question:
        return f"<CreatePullPointSubscriptionResponse><SubscriptionReference><Address>{service}/pull</Address></SubscriptionReference></CreatePullPointSubscriptionResponse>"
    if "Renew" in question:
        return "<RenewResponse/>"
    if "PullMessages" in question:
        messages = ""
        if pressed.wait(5):
            pressed.clear()
            for state in ("true", "false"):
                messages += f'<NotificationMessage><Topic>tns1:RuleEngine/MyRuleDetector/Visitor</Topic><Message><Message PropertyOperation="Changed"><Source><SimpleItem Name="Source" Value="000"/></Source><Data><SimpleItem Name="State" Value="{state}"/></Data></Message></Message></NotificationMessage>'
        return f"<PullMessagesResponse>{messages}</PullMessagesResponse>"
    return None


class Camera(BaseHTTPRequestHandler):
    def is_proven(self):
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', self.headers.get("Authorization", "")))
        first = md5(f"watcher:camera:bell-ringer")
        second = md5(f"POST:{said.get('uri')}")
        wanted = md5(f"{first}:{nonce}:{said.get('nc')}:{said.get('cnonce')}:auth:{second}")
        return said.get("uri") == self.path and said.get("response") == wanted

    def do_POST(self):
        question = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/press":
            pressed.set()
            return self.reply(200, "")
        if "bell-ringer" in question:
            print("a password came in clear", flush=True)
        if not self.is_proven():
            return self.reply(401, "", [("WWW-Authenticate", f'Digest realm="camera", nonce="{nonce}", qop="auth", algorithm=MD5')])
        body = answer(question.split("Body>", 1)[-1])
        text = f"<Envelope><Body>{body or '<Fault/>'}</Body></Envelope>"
        self.reply(200 if body else 500, text)

    def reply(self, status, text, headers=()):
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Camera).serve_forever()
