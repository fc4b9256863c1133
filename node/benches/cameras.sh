#!/usr/bin/env bash
# What cameras cost: CAMERAS (8) streams of 1080p at 4 Mbit/s over RTSP, recorded all the time and sealed, for
# SECONDS_MEASURED (90) after they have come up. Counted are the node's processor time and its memory, which must not grow.
# The node has two heaps (HEAPS), as where a service or a container starts it (decision 54).
#
# The film is generated; the server of the Python package aio-rtsp-toolkit plays it (RTSP_SERVER, or installed by pip). Server and
# node share the machine; only the node's time counts. A release build is needed for a figure that means anything.
set -euo pipefail
cd "$(dirname "$0")/../.."

cameras=${CAMERAS:-8} seconds=${SECONDS_MEASURED:-90}
place=$(mktemp -d)
node= server=
clean_up() {
  local code=$?
  for process in $node $server; do kill "$process" 2>/dev/null || true; done
  wait
  [ "$code" = 0 ] || tail -n 20 "$place"/*.log 2>/dev/null || true
  rm -rf "$place"
}
trap clean_up EXIT

rtsp_server=${RTSP_SERVER:-}
if [ -z "$rtsp_server" ]; then
  python3 -m venv "$place/venv"
  "$place/venv/bin/pip" -q install 'aio-rtsp-toolkit[server]==0.1.4' >"$place/pip.log" 2>&1
  rtsp_server=$place/venv/bin/rtsp-server
fi
[ -n "${PROGRAM:-}" ] || cargo build --quiet --release -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/release/streetlamp}")
export STREETLAMP_HOME=$place/home STREETLAMP_PASSPHRASE=maple
export MALLOC_ARENA_MAX=${HEAPS:-2}

# A picture with noise, so that four megabits are needed.
mkdir "$place/films"
ffmpeg -v error -f lavfi -i testsrc2=s=1920x1080:r=25:d=30 -vf noise=alls=12:allf=t -c:v libx264 -preset ultrafast -bf 0 -g 50 \
  -b:v 4M -minrate 4M -maxrate 4M -bufsize 2M -pix_fmt yuv420p "$place/films/part.mp4"
# Long enough for the whole measurement, at no cost of coding.
ffmpeg -v error -stream_loop $(((seconds + 89) / 30)) -i "$place/films/part.mp4" -c copy "$place/films/yard.mp4"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# A server plays to four more than the machine has cores (the threads that Python takes by itself): one for four cameras each.
ports=()
for n in $(seq $(((cameras + 3) / 4))); do
  port=$(free_port)
  "$rtsp_server" -d "$place/films" -H 127.0.0.1 -p "$port" -cp "$(free_port)" >"$place/server$n.log" 2>&1 & server="$server $!"
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.2; done
  ports+=("$port")
done

"$program" init --name Ada --cell u33dc1 >/dev/null
"$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >"$place/node.log" 2>&1 & node=$!
until "$program" status >/dev/null 2>&1; do sleep 0.2; done
for n in $(seq "$cameras"); do
  "$program" camera add --name "Yard $n" --rtsp "rtsp://127.0.0.1:${ports[(n - 1) / 4]}/yard.mp4" --allow-loopback --always >/dev/null
done
recording() { "$program" --json camera list | python3 -c "import json, sys; print(sum(c['state'] == 'recording' for c in json.load(sys.stdin)))"; }
until [ "$(recording)" = "$cameras" ]; do sleep 0.5; done
sleep 25

# Seconds of processor, memory in MB, sealed MB.
ticks() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) / hz }' "/proc/$node/stat"; }
memory() { awk '/VmRSS/ { print $2 / 1000 }' "/proc/$node/status"; }
sealed() { du -sb "$place/home" | awk '{ print $1 / 1e6 }'; }
before=$(ticks) sealed_before=$(sealed) began=$(date +%s.%N)
: >"$place/memory"
until awk -v now="$(date +%s.%N)" -v began="$began" -v all="$seconds" 'BEGIN { exit now - began < all }'; do
  memory >>"$place/memory"
  sleep 1
done
after=$(ticks) sealed_after=$(sealed) ended=$(date +%s.%N)
[ "$(recording)" = "$cameras" ] || { echo "a camera was lost meanwhile"; exit 1; }
awk -v cameras="$cameras" -v cpu="$after" -v cpu0="$before" -v mb="$sealed_after" -v mb0="$sealed_before" -v t="$ended" -v t0="$began" '
  { if (NR == 1 || $1 < least) least = $1; if ($1 > most) most = $1; last = $1; half[NR] = $1 }
  END {
    first = second = 0; middle = int(NR / 2)
    for (n = 1; n <= middle; n++) { if (half[n] > first) first = half[n]; if (half[n + middle] > second) second = half[n + middle] }
    printf "%d cameras, %.0f s: %.1f %% of one core; %.1f Mbit/s sealed; memory %.0f to %.0f MB (most in the first half %.0f, in the second %.0f)\n", cameras, t - t0, 100 * (cpu - cpu0) / (t - t0), 8 * (mb - mb0) / (t - t0), least, most, first, second
  }' "$place/memory"
