#!/usr/bin/env bash
# A home records a camera that is a real RTSP server by somebody else, and the plug is pulled in the middle.
#
# ffmpeg makes a film of a minute, the server of the Python package aio-rtsp-toolkit plays it as a camera would. The home
# records it in clips of at most ten seconds; the server is killed and comes back, and the node is stopped while it records. Then
# the camera is found by ONVIF, and its bell pressed;
# every clip must play in ffmpeg, and none may lack a picture in the middle.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

command -v ffmpeg >/dev/null || skip "no ffmpeg"
command -v python3 >/dev/null || skip "no python3"

place=$(mktemp -d)
node= server= onvif=
clean_up() {
  local code=$?
  [ -n "$node" ] && kill "$node" 2>/dev/null
  [ -n "$server" ] && kill "$server" 2>/dev/null
  [ -n "$onvif" ] && kill "$onvif" 2>/dev/null
  wait
  [ "$code" = 0 ] || tail -n 30 "$place"/*.log 2>/dev/null || true
  rm -rf "$place"
}
trap clean_up EXIT

rtsp_server=${RTSP_SERVER:-}
if [ -z "$rtsp_server" ]; then
  python3 -m venv "$place/venv" && "$place/venv/bin/pip" -q install 'aio-rtsp-toolkit[server]==0.1.4' >"$place/pip.log" 2>&1 ||
    skip "the Python package aio-rtsp-toolkit cannot be installed"
  rtsp_server=$place/venv/bin/rtsp-server
fi

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_HOME=$place/home STREETLAMP_PASSPHRASE=maple
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

mkdir "$place/films"
ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=15:d=60 -f lavfi -i sine=d=60:r=48000 -c:v libx264 -preset ultrafast -bf 0 -g 15 -pix_fmt yuv420p \
  -c:a aac "$place/films/porch.mp4"
port=$(free_port) control=$(free_port)
camera() {
  "$rtsp_server" -d "$place/films" -H 127.0.0.1 -p "$port" -cp "$control" >>"$place/server.log" 2>&1 & server=$!
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.2; done
}
camera

"$program" init --name Ada --cell u33dc1 >/dev/null
start() {
  "$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >>"$place/node.log" 2>&1 & node=$!
  until "$program" status >/dev/null 2>&1; do sleep 0.2; done
}
start

url=rtsp://127.0.0.1:$port/porch.mp4
"$program" camera add --name Porch --rtsp "$url" 2>/dev/null && { echo "this machine was taken without a word"; exit 1; }
"$program" camera add --name Porch --rtsp "$url" --allow-loopback
"$program" camera test Porch | tee "$place/test.txt"
grep -q '640x360 in H.264' "$place/test.txt"

state() { "$program" --json camera list | field "[0]['state']"; }
count() { "$program" --json clip list | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
until [ "$(state)" = ready ]; do sleep 0.2; done
[ "$(count)" = 0 ]
"$program" camera trigger Porch --for 15s
until [ "$(count)" -ge 2 ] && [ "$(state)" = ready ]; do sleep 0.5; done
first=$(count)

# The plug.
"$program" camera trigger Porch --for 1m
until [ "$(state)" = recording ]; do sleep 0.2; done
sleep 3
kill -9 "$server"
until [ "$(state)" = waiting ]; do sleep 0.2; done
until [ "$(count)" -gt "$first" ]; do sleep 0.2; done
camera
until [ "$(state)" = recording ]; do sleep 0.5; done
echo "the camera came back"

# Stopping in the middle of a recording keeps what came until then.
before=$(count)
sleep 3
kill -TERM "$node" && wait "$node"
start
after=$(count)
[ "$after" -gt "$before" ] || { echo "stopping lost the last seconds"; exit 1; }
echo "stopping sealed the last seconds"

# The same camera over ONVIF: it says where its stream is, and its bell begins a recording.
asked=$(free_port)
python3 tests/house/onvif.py "$asked" "$port" /porch.mp4 >"$place/onvif.log" 2>&1 & onvif=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$asked") 2>/dev/null; do sleep 0.2; done
export STREETLAMP_PASSWORD=bell-ringer
"$program" camera remove Porch >/dev/null
"$program" camera discover "127.0.0.1:$asked" --user watcher 2>/dev/null && { echo "this machine was asked without a word"; exit 1; }
STREETLAMP_PASSWORD=wrong "$program" camera discover "127.0.0.1:$asked" --user watcher --allow-loopback 2>/dev/null && { echo "a wrong password was right"; exit 1; }
"$program" camera discover "127.0.0.1:$asked" --user watcher --allow-loopback | tee "$place/found.txt"
grep -q "rtsp://127.0.0.1:$port/porch.mp4" "$place/found.txt"
door=(camera add --name Door --onvif "127.0.0.1:$asked" --user watcher --allow-loopback --on doorbell --sound --cover 0,0,50,50)
"$program" "${door[@]}" --try "$place/locked.jpg" 2>/dev/null && { echo "a locked home showed a picture"; exit 1; }
"$program" unlock >/dev/null
"$program" "${door[@]}" --try "$place/seen.jpg"
[ "$(ffprobe -v error -show_entries stream=codec_name,width -of csv=p=0 "$place/seen.jpg")" = mjpeg,640 ]
[ "$("$program" --json camera list)" = "[]" ]
"$program" lock >/dev/null
"$program" "${door[@]}" >/dev/null
"$program" camera test Door | grep 'and sound, which is kept'
until [ "$(state)" = ready ]; do sleep 0.2; done
before=$(count)
curl -s -X POST "http://127.0.0.1:$asked/press"
until [ "$(state)" = recording ]; do sleep 0.2; done
until [ "$(count)" -gt "$before" ]; do sleep 0.5; done
kill "$onvif" && wait "$onvif" || true
onvif=
until "$program" --json camera list | field "[0]['error']" | grep -q 'what it notices is not heard'; do sleep 0.5; done
[ ! -s "$place/onvif.log" ] || { cat "$place/onvif.log"; exit 1; }
! grep -r bell-ringer "$place/node.log" "$STREETLAMP_HOME" || { echo "the camera's password lies in the open"; exit 1; }
echo "the bell began a recording"

"$program" unlock >/dev/null
for clip in $("$program" --json clip list | python3 -c 'import json, sys; [print(c["clip"]) for c in json.load(sys.stdin)]'); do
  "$program" clip open "$clip" -o "$place/out.mp4" --force >/dev/null
  ffmpeg -v error -xerror -i "$place/out.mp4" -f null - || { echo "clip $clip does not play"; exit 1; }
  ffprobe -v error -show_entries packet=duration_time -select_streams v -of csv=p=0 "$place/out.mp4" |
    python3 -c 'import sys; gaps = [float(l.strip(",\n")) for l in sys.stdin if l.strip(",\n")]; assert gaps and max(gaps) < 0.3, gaps'
  # Brightness of the upper left quarter, and of all: only at the door is the first one black, and only there is sound.
  bright() { ffmpeg -v error -i "$place/out.mp4" -vf "$1scale=1:1,format=gray" -frames:v 1 -f rawvideo - | od -An -tu1 | tr -d ' '; }
  camera=$("$program" --json clip show "$clip" | field "['camera']")
  sound=$(ffprobe -v error -select_streams a -show_entries stream=codec_name -of csv=p=0 "$place/out.mp4")
  echo "$camera: corner $(bright crop=iw/2-8:ih/2-8:0:0,), all $(bright ''), sound '$sound'"
  case $camera in
    Door) [ "$(bright crop=iw/2-8:ih/2-8:0:0,)" -le 18 ] && [ "$(bright '')" -gt 30 ] && [ "$sound" = aac ] ;;
    *) [ "$(bright crop=iw/2-8:ih/2-8:0:0,)" -gt 30 ] && [ -z "$sound" ] ;;
  esac
  seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$place/out.mp4")
  python3 -c "assert $seconds < 11.1, $seconds"
  echo "clip ${clip:0:12} plays for $seconds seconds"
done
echo "ok"
