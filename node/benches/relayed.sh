#!/usr/bin/env bash
# What a relay carries on one core: a clip fetched through a neighbour, against the same one fetched from that neighbour.
#
# The relay has a core of its own, the two ends share the other. The one who fetches is behind a router that lets in
# answers only, the owner behind one that gives each connection another port, so that no direct way is found. Prints both
# speeds and their ratio: a relay deciphers and enciphers what it passes on, once for each side, but writes and hashes
# nothing. Needs root, ip, nft, tc, taskset and ffmpeg. RUNS (3), SECONDS_OF_FILM (60) and PROGRAM (the release build) can
# be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
PROGRAM=${PROGRAM:-target/release/streetlamp}
[ -x "$PROGRAM" ] || cargo build --quiet --release -p streetlamp
. tests/lab/spaces.sh
needs ip nft tc taskset ffmpeg
. tests/lab/routers.sh
. tests/lab/homes.sh
uplink=40gbit
burst=16mbit
field() { grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }

internet
for name in open port symmetric; do
  site "$name"
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  core=1
  [ "$name" = open ] && core=0
  ON_CORE=$core run "$name" --no-mdns --no-upnp --relay-clips --listen /ip4/0.0.0.0/tcp/4001 \
    --listen /ip4/0.0.0.0/udp/4001/quic-v1
done
for name in open port symmetric; do
  soon 120 answers "$name" || fail "$name does not start"
  peers[$name]=$(peer "$name")
done
found_street open port symmetric
soon 60 is open open || fail "the relay does not know that it is reached"
relayed() { [ "$(way "$1" "$2")" = relayed ]; }
soon 90 relayed port symmetric || fail "they do not meet through the relay"

ffmpeg -y -loglevel error -f lavfi -i "testsrc2=s=1280x720:r=25:d=${SECONDS_OF_FILM:-60}" -vf "noise=alls=100:allf=t" \
  -c:v libx264 -preset ultrafast -b:v 12M -minrate 12M -maxrate 12M -bufsize 1M "$place/film.mp4"
knows() { home port clip list | grep -q "$1"; }

# speed OWNER: how fast one clip of a home is fetched, in bytes a second.
speed() {
  local clip begin
  home "$1" clip add "$place/film.mp4" >"$place/added"
  clip=$(field clip <"$place/added")
  home "$1" unlock >/dev/null
  home "$1" grant give "$clip" port >/dev/null
  soon 60 knows "$clip" || fail "the grant does not come"
  begin=$(now)
  home port clip fetch "$clip" >/dev/null
  echo $(($(stat -c %s "$place/$1/clips/$clip.sealed") * 1000 / ($(now) - begin)))
}

for _ in $(seq "${RUNS:-3}"); do
  echo "$(speed symmetric) $(speed open)"
done >"$place/speeds"
relayed port symmetric || fail "a direct way was found meanwhile"
awk '
  { printf "relayed %.1f MB/s, plain %.1f MB/s, ratio %.2f\n", $1 / 1e6, $2 / 1e6, $1 / $2; sum += $1 / $2 }
  END { printf "relayed/plain: %.2f on average of %d\n", sum / NR, NR }' "$place/speeds"
