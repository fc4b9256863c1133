#!/usr/bin/env bash
# Homes behind routers find and reach each other: who meets whom, how, and after how long.
#
# One network namespace is the internet, with a subnet for each site (tests/lab/routers.sh has the kinds); no route leads
# outside. One home is reached from everywhere; it founds the street and is its relay. The others enter by ticket, and each
# has to meet each. Then things happen to them. Needs root, ip, nft and tc; UPnP and NAT-PMP need miniupnpd, too.
#
#   REACH=street    the default, in two minutes: homes behind each kind of router, two of which open ports, and at last
#                   nobody who is reached
#   REACH=kinds     two homes of most kinds, and those with IPv6
#   REACH=tcp, quic homes that listen by one of the two alone find a direct way by it
#   REACH=troubles  lost packets, a power cut, a parted internet, a resolver that lies, a router that
#                   starts again, one that gets another address
#   REACH=all       all of these, one after the other
set -euo pipefail
cd "$(dirname "$0")/.."

case ${REACH:=street} in
  all)
    for part in street kinds tcp quic troubles; do
      echo "== $part"
      REACH=$part bash tests/reach.sh
    done
    exit 0
    ;;
  street) sites=(open cone port port2 symmetric double upnp natpmp) ;;
  kinds) sites=(open cone port symmetric double cone2 port2 symmetric2 double2 dual dual2 ipv6) ;;
  tcp | quic) sites=(open port port2) ;;
  troubles) sites=(open cone port port2 symmetric) ;;
  *)
    echo "REACH is street, kinds, tcp, quic, troubles or all" >&2
    exit 2
    ;;
esac

. tests/lab/spaces.sh
needs ip nft tc conntrack
[ "$REACH" != troubles ] || needs dnsmasq
if [ "$REACH" = street ] && ! command -v miniupnpd >/dev/null; then
  echo "skipped: routers that open ports: no miniupnpd"
  sites=("${sites[@]/upnp/}")
  sites=("${sites[@]/natpmp/}")
  read -ra sites <<<"${sites[*]}"
fi
. tests/lab/routers.sh
. tests/lab/homes.sh
. tests/lab/matrix.sh
. tests/lab/scenes.sh

tcp=(--listen /ip4/0.0.0.0/tcp/4001 --listen /ip6/::/tcp/4001)
quic=(--listen /ip4/0.0.0.0/udp/4001/quic-v1 --listen /ip6/::/udp/4001/quic-v1)
case $REACH in
  tcp) listen=("${tcp[@]}") ;;
  quic) listen=("${quic[@]}") ;;
  *) listen=("${tcp[@]}" "${quic[@]}") ;;
esac

start() {
  local name=$1
  shift
  case $name in
    upnp* | natpmp*) run "$name" --no-mdns "${listen[@]}" "$@" ;;
    *) run "$name" --no-mdns --no-upnp "${listen[@]}" "$@" ;;
  esac
}

internet
for name in "${sites[@]}"; do
  site "$name"
done
for name in "${sites[@]}"; do
  home "$name" init --name "$name" --cell u33dc1 >/dev/null &
  inits+=("$!")
done
wait "${inits[@]}"
for name in "${sites[@]}"; do
  start "$name"
done
for name in "${sites[@]}"; do
  soon 60 answers "$name" || fail "$name does not start"
  peers[$name]=$(peer "$name")
done
began=$(now)
found_street "${sites[@]}"
soon 60 is open open || fail "a home without a router does not learn that it is reached"
echo "ok: ${#sites[@]} homes are on one street; the one without a router was proven to be reached, by a neighbour"
watch "${PATIENCE:-90}" "${sites[@]}"
matrix "${sites[@]}"
case $REACH in
  street | kinds | troubles) as_foreseen "${sites[@]}" ;;
esac
[ "${met_how[impossible]:-0}" = 0 ] || fail "some homes do not meet"
# Two homes behind ordinary routers that dial each other at one moment by chance need no punch to be agreed on.
directly port port2 || fail "no direct way between two ordinary routers"
! grep -q panicked "$place"/*.log || fail "a part of a home ended in a panic: $(grep -h -A1 panicked "$place"/*.log | head -n 2)"

case $REACH in
  street)
    is symmetric through-neighbours || fail "a home behind a router is not reached through a neighbour"
    soon 20 kept symmetric "${sites[@]}" || fail "a router forgets a neighbour after half a minute in which nothing is said"
    for name in upnp natpmp; do
      [ -n "${numbers[$name]:-}" ] || continue
      opened "$name" || fail "no port was opened by $name"
      is "$name" open || fail "a home whose router opened a port does not count as reached"
# A router that draws ports can punch nowhere but where a port is open.
      directly symmetric "$name" || fail "a home whose router opened a port is not reached directly"
      echo "ok: a router opened a port when asked by $name, and neighbours come in by it"
    done
    heard_by_all symmetric "Heard everywhere" 30 "${sites[@]}"
    echo "ok: an alert from behind a router with random ports is read by everybody"
    nobody_reached symmetric double "${sites[@]}"
    ;;
  kinds)
    heard_by_all symmetric "Heard everywhere" 30 "${sites[@]}"
    echo "ok: an alert from behind a router with random ports is read by everybody"
    ;;
  troubles)
    loss symmetric "${sites[@]}"
    power_cut port open
    partition open port2 open cone port port2 symmetric
    captive_dns port2 cone open
    router_reboot symmetric open
    another_address cone port open
    ;;
esac
! grep -q panicked "$place"/*.log || fail "a part of a home ended in a panic: $(grep -h -A1 panicked "$place"/*.log | head -n 2)"
