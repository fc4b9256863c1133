#!/usr/bin/env bash
# Bytes that an idle home sends and receives: a street of 21 real nodes, each on a machine and a line of its own, counted
# at their network cards for MINUTES (10) once they had WARM_UP minutes (3) to find each other. Nobody says anything.
#
# Each home is connected to each. Every packet counts with its IP and transport headers, without the fourteen bytes that
# Ethernet adds. Bytes do not depend on how fast the machine is, so a debug build will do. Needs root, ip, nft and tc.
# NEIGHBOURS (20), MINUTES, WARM_UP and PROGRAM can be set; LISTEN=tcp for homes that have no QUIC.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lab/spaces.sh
needs ip nft tc
. tests/lab/routers.sh
. tests/lab/homes.sh

neighbours=${NEIGHBOURS:-20}
minutes=${MINUTES:-10}
listen=(--listen /ip4/0.0.0.0/tcp/4001)
[ "${LISTEN:-}" = tcp ] || listen+=(--listen /ip4/0.0.0.0/udp/4001/quic-v1)
homes=()
for n in $(seq 0 "$neighbours"); do
  homes+=("open$n")
done

internet
for name in "${homes[@]}"; do
  site "$name"
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  run "$name" --no-mdns --no-upnp "${listen[@]}"
done
for name in "${homes[@]}"; do
  soon 120 answers "$name" || fail "$name does not start"
done
found_street "${homes[@]}"
meets_all() { home "$1" status | grep -q "\"neighbours_connected\": *$neighbours\b"; }
for name in "${homes[@]}"; do
  soon 180 meets_all "$name" || fail "$name does not meet everybody"
done
sleep $((60 * ${WARM_UP:-3}))

# bytes NAME: sent and received so far, without Ethernet's headers.
bytes() {
  local at=/sys/class/net/lan/statistics
  ip netns exec "$1-$$" cat "$at/tx_bytes" "$at/tx_packets" "$at/rx_bytes" "$at/rx_packets" | tr '\n' ' ' | awk '{ print $1 - 14 * $2, $3 - 14 * $4 }'
}

declare -A before=()
for name in "${homes[@]}"; do
  before[$name]=$(bytes "$name")
done
sleep $((60 * minutes))
for name in "${homes[@]}"; do
  meets_all "$name" || fail "$name lost somebody meanwhile"
  echo "$(bytes "$name") ${before[$name]}"
done >"$place/counted"
awk -v day=$((24 * 60 / minutes)) '
  { sent = ($1 - $3) * day / 1e6; received = ($2 - $4) * day / 1e6; all += sent + received; if (sent + received > most) most = sent + received }
  END { printf "an idle home with %d neighbours: %.2f MB a day sent and received, on average; %.2f MB the most (from %d minutes)\n", NR - 1, all / NR, most, 1440 / day }' "$place/counted"
