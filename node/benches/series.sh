#!/usr/bin/env bash
# Memory of a node that seals a series of clips of 2 GB altogether: it must not grow with what was sealed.
#
# Prints the peak of resident memory (VmHWM) after the first clip, after half of the series and after the last: the first
# ones warm the allocator up, and after that nothing may come on top. `PROGRAM` names another streetlamp than the release
# build, `BYTES` another length of the series.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v ffmpeg >/dev/null || { echo "SKIPPED: no ffmpeg here"; exit 0; }
[ -n "${PROGRAM:-}" ] || cargo build --quiet --release -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/release/streetlamp}")
place=$(mktemp -d -p "${SERIES_DIR:-/tmp}")
node_pid=
clean_up() {
  [ -z "$node_pid" ] || kill "$node_pid" 2>/dev/null || true
  wait
  rm -rf "$place"
}
trap clean_up EXIT
cd "$place"

home() { "$program" --home ./ada "$@"; }
peak() { awk '/VmHWM/ { print $2 }' "/proc/$node_pid/status"; }

export STREETLAMP_PASSPHRASE=maple
home init --name Ada --cell u33dc1 >/dev/null
"$program" --home ./ada run --json --no-mdns --web 127.0.0.1:0 --listen /ip4/127.0.0.1/tcp/0 >run.log 2>&1 &
node_pid=$!
for _ in $(seq 300); do
  home status --json 2>/dev/null | grep -q '"running": *true' && break
  sleep 0.2
done
# Noise does not compress: some 100 MB in ten seconds.
ffmpeg -loglevel error -f lavfi -i testsrc2=s=1280x720:r=25:d=10 -vf noise=alls=100:allf=t -c:v libx264 \
  -preset ultrafast -b:v 80M -minrate 80M -maxrate 80M -bufsize 8M film.mp4
bytes=$(stat -c %s film.mp4)
wanted=${BYTES:-2000000000}
sealed=0 count=0 first= half=
while [ "$sealed" -lt "$wanted" ]; do
  home clip add film.mp4 --json >added.json
  clip=$(grep -o '"clip":"[0-9a-f]*"' added.json | cut -d'"' -f4)
  sealed=$((sealed + bytes)) count=$((count + 1))
  first=${first:-$(peak)}
  [ "$sealed" -lt $((wanted / 2)) ] || half=${half:-$(peak)}
  # The series is about memory, not about room on the disk.
  home clip delete "$clip" >/dev/null
done
last=$(peak)
echo "sealed $count clips of $bytes bytes each"
echo "peak of memory after the first: $first kB; after half of them: $half kB; after the last: $last kB"
awk "BEGIN { printf \"ratio memory, last/half: %.2f\\n\", $last / $half }"
