#!/usr/bin/env bash
# Cameras that misbehave cost their own feeds and nothing else: one that does well records without a pause beside them.
#
# One stutters, the clocks of others leap, go back or run away, one codes its pictures anew all the time, one dies in the middle of a
# packet again and again, and one floods (`tests/house/rtsp.py`). Whatever was recorded must play in ffmpeg.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in ffmpeg python3; do
  command -v "$program" >/dev/null || { echo "SKIPPED: no $program"; exit 0; }
done

place=$(mktemp -d)
node= server=
clean_up() {
  local code=$?
  [ -n "$node" ] && kill "$node" 2>/dev/null
  [ -n "$server" ] && kill "$server" 2>/dev/null
  wait
  [ "$code" = 0 ] || tail -n 30 "$place"/*.log 2>/dev/null || true
  rm -rf "$place"
}
trap clean_up EXIT

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_HOME=$place/home STREETLAMP_PASSPHRASE=maple

for size in 320x240 160x120; do
  ffmpeg -v error -f lavfi -i "testsrc2=s=$size:r=10:d=20" -c:v libx264 -preset ultrafast -bf 0 -g 10 -pix_fmt yuv420p \
    -x264-params sliced-threads=0:slices=1 -bsf:v h264_mp4toannexb -f h264 "$place/$size.h264"
done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 tests/house/rtsp.py "$port" 10 "$place"/{320x240,160x120}.h264 2>"$place/server.log" & server=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.2; done

"$program" init --name Ada --cell u33dc1 >/dev/null
"$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >>"$place/node.log" 2>&1 & node=$!
until "$program" status >/dev/null 2>&1; do sleep 0.2; done
memory() { awk '/VmHWM/ { print int($2 / 1000) }' "/proc/$node/status"; }
before=$(memory)
cameras=(well stutter ahead back wrap runaway recode dies)
for camera in "${cameras[@]}"; do
  "$program" camera add --name "$camera" --rtsp "rtsp://127.0.0.1:$port/$camera" --allow-loopback --always >/dev/null
done
"$program" camera add --name flood --rtsp "rtsp://127.0.0.1:$port/flood" --allow-loopback >/dev/null

# What each was seen to do, until every one was seen in all that is expected of it.
"$program" --json camera list >"$place/list" && touch "$place/seen"
look() {
  "$program" --json camera list | python3 -c '
import json, sys
seen = set(open(sys.argv[1]).read().splitlines())
for camera in json.load(sys.stdin):
    name, state, error = camera["camera"], camera["state"], camera["error"]
    seen.add(f"{name} {state}")
    if state == "recording" and f"{name} waiting" in seen:
        seen.add(f"{name} again")
    if error:
        seen.add(f"{name}: {error}")
open(sys.argv[1], "w").write("\n".join(sorted(seen)))' "$place/seen"
}
expected=("well recording" "stutter recording" "wrap recording" "flood ready" "runaway: the camera's clock runs away"
  "recode: the camera codes its pictures in another way all the time: give it one setting for day and night")
for camera in ahead back dies; do expected+=("$camera recording" "$camera waiting" "$camera again"); done
all_seen() { for line in "${expected[@]}"; do grep -qxF "$line" "$place/seen" || return 1; done; }
clips_of() { "$program" --json clip list | python3 -c "import json, sys; [print(c['clip'], c['camera'], c['recorded']) for c in json.load(sys.stdin) if c['camera'] == '$1']"; }
began=$SECONDS
until look && all_seen && [ "$(clips_of well | wc -l)" -ge 3 ] && [ "$(clips_of stutter | wc -l)" -ge 2 ]; do
  [ $((SECONDS - began)) -lt 180 ] || { echo "not all was seen"; cat "$place/seen"; printf '%s\n' "${expected[@]}"; exit 1; }
  sleep 0.3
done
for camera in well stutter wrap flood; do
  ! grep -q "^$camera waiting" "$place/seen" || { echo "$camera was given up"; cat "$place/seen"; exit 1; }
done
grown=$(($(memory) - before))
[ "$grown" -lt 250 ] || { echo "the cameras cost $grown MB of memory"; exit 1; }
echo "nine cameras cost $grown MB of memory at most"
for camera in "${cameras[@]}" flood; do "$program" camera remove "$camera" >/dev/null; done

"$program" unlock >/dev/null
played=0
while read -r clip camera; do
  "$program" clip open "$clip" -o "$place/out.mp4" --force >/dev/null
  ffmpeg -nostdin -v error -xerror -i "$place/out.mp4" -f null - || { echo "clip $clip of $camera does not play"; exit 1; }
  if [ "$camera" = well ] || [ "$camera" = wrap ]; then
    ffprobe -v error -show_entries packet=duration_time -select_streams v -of csv=p=0 "$place/out.mp4" |
      python3 -c 'import sys; gaps = [float(l.strip(",\n")) for l in sys.stdin if l.strip(",\n")]; assert gaps and max(gaps) < 0.5, gaps'
  fi
  played=$((played + 1))
done < <("$program" --json clip list | python3 -c 'import json, sys; [print(c["clip"], c["camera"]) for c in json.load(sys.stdin)]')
[ "$played" -ge 8 ]
# A camera that runs away makes a clip for each time that it was asked, and not one for each picture.
[ "$(clips_of runaway | wc -l)" -le 20 ]
echo "ok: $played clips play"
