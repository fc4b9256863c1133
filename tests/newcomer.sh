#!/usr/bin/env bash
# A newcomer enters by the ticket of a home that nobody reaches, and finds a direct way to it once there is one.
#
# Ada (open) is reached from everywhere; Ben (port) and Dora (port2) are each behind a router that lets in answers only
# (tests/lab). At first the internet carries nothing between those two routers, so that Dora can come to Ben through Ada
# alone, as a stranger, and stays on that way. Then it does, and the two have to notice by themselves. Needs root, ip, nft
# and tc.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lab/spaces.sh
needs ip nft tc
. tests/lab/routers.sh
. tests/lab/homes.sh

ada=open ben=port dora=port2
homes=("$ada" "$ben" "$dora")
internet
for name in "${homes[@]}"; do
  site "$name"
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  run "$name" --no-mdns --no-upnp --listen /ip4/0.0.0.0/tcp/4001 --listen /ip4/0.0.0.0/udp/4001/quic-v1
done
part "\"w${numbers[$ben]}\"" "\"w${numbers[$dora]}\""
for name in "${homes[@]}"; do
  soon 60 answers "$name" || fail "$name does not start"
  peers[$name]=$(peer "$name")
done

found_street "$ada" "$ben"
soon 120 is "$ada" open || fail "Ada does not learn that she is reached"
soon 120 is "$ben" through-neighbours || fail "Ben has no place at Ada's"

began=$SECONDS
enter "$dora" "$ben"
echo "ok: by the ticket of a home that nobody reaches a newcomer entered through a neighbour, within $((SECONDS - began)) s"
relayed() { [ "$(way "$dora" "$ben")" = relayed ]; }
soon 30 relayed || fail "Dora and Ben do not meet through Ada"
home "$dora" alert post --kind noise --title "Here I am" >/dev/null
soon 30 reads "$ben" "Here I am" || fail "Ben does not hear the newcomer"

heal
began=$SECONDS
soon 300 directly "$dora" "$ben" || fail "no direct way is found although there is one"
echo "ok: $((SECONDS - began)) s after there was a direct way, the two were connected directly"
soon 5 relayed && fail "the way through Ada is still used"
echo "ok: the way through the neighbour was given up"
