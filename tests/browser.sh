#!/usr/bin/env bash
# Two real homes and a fire department, lived with in a real browser: sign in, join by ticket, post, confirm, retract,
# share a clip that the neighbour plays and jumps in, stop serving, a bulletin, the ledger, an export, a program with
# its token, every page in German, the lock. Then the page from a phone, another device, a keeper; a thousand hostile strings;
# and the demo from start to end. On every page axe-core must find nothing, on a phone's and a laptop's screen.
#
# Debian's Chromium is driven by playwright-core. Pictures of every page are left in target/browser/screens.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

for program in node npm ffmpeg python3; do
  command -v "$program" >/dev/null || skip "no $program"
done
chromium=$(command -v chromium || command -v chromium-browser || true)
[ -n "$chromium" ] || skip "no Chromium (on Debian: apt install chromium)"

target=${CARGO_TARGET_DIR:-target}
[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-$target/debug/streetlamp}")

# The story runs beside its libraries and outside the tree's sources.
stage=$target/browser
mkdir -p "$stage" && rm -rf "$stage/screens"
cp tests/browser/* "$stage/"
(cd "$stage" && npm ci --silent --ignore-scripts --no-audit --no-fund) ||
  skip "playwright-core and axe-core cannot be installed"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
# Half a minute: red for 20 seconds, then blue.
ffmpeg -v error -f lavfi -i color=red:s=640x360:r=15:d=20 -f lavfi -i color=blue:s=640x360:r=15:d=10 \
  -f lavfi -i sine=frequency=440:duration=30 -filter_complex '[0][1]concat=n=2,noise=alls=4:allf=t[v]' \
  -map '[v]' -map 2:a -c:v libx264 -preset ultrafast -crf 22 -g 30 -pix_fmt yuv420p -c:a aac "$place/film.mp4"
# A few seconds of it, for what codes pictures anew.
ffmpeg -v error -t 3 -i "$place/film.mp4" -c copy "$place/short.mp4"

mkdir "$place/door" "$place/hostile" "$place/demo"
PROGRAM=$program SCREENS=$(realpath "$stage")/screens CHROMIUM=$chromium \
  PLACE=$place FILM=$place/film.mp4 SHORT=$place/short.mp4 timeout 300 node "$stage/story.mjs"

# The other stories, each with homes of its own.
for story in door hostile demo; do
  echo "-- $story"
  PROGRAM=$program SCREENS=$(realpath "$stage")/screens CHROMIUM=$chromium \
    PLACE=$place/$story SHORT=$place/short.mp4 timeout 300 node "$stage/$story.mjs"
done

# What was exported is what an outsider can check, and the area is black in it.
python3 -m zipfile -e "$place/export.zip" "$place/export"
exported=$(echo "$place"/export/clip-*.mp4)
"$program" clip verify "$exported" | tail -n 20
black=$(ffmpeg -v error -ss 1 -i "$exported" -frames:v 1 -vf 'crop=100:60:190:105,scale=1:1,format=gray' \
  -f rawvideo - | od -An -tu1)
[ "$black" -lt 40 ] || { echo "the area is not covered: $black"; exit 1; }
echo "ok"
