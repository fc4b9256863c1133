#!/usr/bin/env bash
# From the start of a home to the first alert that it missed, by the rung on which it climbs back to its street.
#
#   lan         both have other addresses than they remember, and find each other by multicast DNS
#   remembered  the neighbour is where he was
#   opened      the neighbour's router opened a port by UPnP
#   router      both are behind routers that let in answers only; a home that is reached is up, too, and has the alert.
#               `met` is when the two met through it or by chance, `direct` when they had a direct way
#
# Of the street all but the one stay up. Lines have no delay: what is measured is what the program
# waits for. Prints the median of RUNS (3). Needs root, ip, nft, tc and miniupnpd. PROGRAM (the release build) can be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
PROGRAM=${PROGRAM:-target/release/streetlamp}
[ -x "$PROGRAM" ] || cargo build --quiet --release -p streetlamp
. tests/lab/spaces.sh
needs ip nft tc miniupnpd
. tests/lab/routers.sh
. tests/lab/homes.sh
. tests/lab/matrix.sh

sites=(open open2 upnp port port2)
ports=(--listen /ip4/0.0.0.0/tcp/4001 --listen /ip4/0.0.0.0/udp/4001/quic-v1)
start() {
  case $1 in
    ada | ben) run "$1" "${ports[@]}" ;;
    upnp) run "$1" --no-mdns "${ports[@]}" ;;
    *) run "$1" --no-mdns --no-upnp "${ports[@]}" ;;
  esac
}
internet
for name in "${sites[@]}"; do
  site "$name"
done
# Two more on a LAN of their own.
for name in ada ben; do
  space "$name-$$"
done
cable "ada-$$" lan "ben-$$" lan
at() {
  ip -n "$1-$$" address flush dev lan
  ip -n "$1-$$" address add "192.168.77.$2/24" dev lan
}
at ada 1
at ben 2
for name in "${sites[@]}" ada ben; do
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  start "$name"
done
for name in "${sites[@]}" ada ben; do
  soon 120 answers "$name" || fail "$name does not start"
  peers[$name]=$(peer "$name")
done
found_street "${sites[@]}"
found_street ada ben
soon 90 opened upnp || fail "no port was opened"
soon 90 directly port port2 || fail "no direct way between two routers"

declare -A waited=()
count=0
# missed RUNG HOME AUTHOR: stops a home, lets another say something, and starts it; how long until it has that.
missed() {
  local rung=$1 home=$2 author=$3 title
  count=$((count + 1))
  title="Alert number $count"
  stop "$home"
  if [ "$rung" = lan ]; then
    at "$author" $((10 + count))
  fi
  home "$author" alert post --kind noise --title "$title" >/dev/null
  began=$(now)
  start "$home"
  until reads "$home" "$title" 2>/dev/null; do sleep 0.05; done
  waited[$rung]+=" $(($(now) - began))"
}

for _ in $(seq "${RUNS:-3}"); do
  missed lan ben ada
  missed remembered open2 open
  missed opened port upnp
  # The alert comes from whoever is met first; then the other one behind a router, through it, and directly.
  missed router port2 port
  until meets port2 port; do sleep 0.05; done
  waited[met]+=" $(($(now) - began))"
  soon 60 directly port2 port || fail "no direct way was found again"
  waited[direct]+=" $(($(now) - began))"
done
# shellcheck disable=SC2086
for rung in lan remembered opened router met direct; do
  printf '%-11s%s\n' "$rung" "$(seconds "$(median ${waited[$rung]})")"
done
