#!/usr/bin/env bash
# A newcomer enters by the ticket of a home that nobody reaches, and finds a direct way to it once there is one.
#
# One network namespace is the internet. Ada is reached from everywhere; Ben and Dora are each behind a router that lets in
# answers only. At first the internet carries nothing between those two routers, so that Dora can come to Ben through Ada
# alone, as a stranger, and stays on that way. Then it does, and the two have to notice by themselves. Needs root, ip and nft.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

[ "$(id -u)" = 0 ] || skip "network namespaces need root"
command -v ip >/dev/null || skip "no ip command (iproute2)"
command -v nft >/dev/null || skip "no nft command (nftables)"

place=$(mktemp -d)
net="net-$$"
spaces=()
declare -A pids=() peers=()

clean_up() {
  local code=$? name
  for name in "${!pids[@]}"; do
    kill "${pids[$name]}" 2>/dev/null || true
  done
  wait
  for name in "${spaces[@]}"; do
    ip netns del "$name" 2>/dev/null || true
  done
  if [ "$code" != 0 ]; then
    tail -n 20 "$place"/*.log 2>/dev/null || true
  fi
  rm -rf "$place"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

space() {
  ip netns add "$1" 2>/dev/null || skip "no network namespace can be made here"
  spaces+=("$1")
  ip -n "$1" link set lo up
}

# cable ONE IF ADDRESS OTHER IF ADDRESS: and the other one's way out leads there.
cable() {
  ip -n "$1" link add "$2" type veth peer name "$5" netns "$4" 2>/dev/null || skip "no veth pair can be made here"
  ip -n "$1" address add "$3/24" dev "$2"
  ip -n "$4" address add "$6/24" dev "$5"
  ip -n "$1" link set "$2" up
  ip -n "$4" link set "$5" up
  ip -n "$4" route add default via "$3"
}

# behind_router NAME NUMBER
behind_router() {
  local router="r$2-$$"
  space "$router"
  space "$1-$$"
  cable "$net" "w$2" "11.0.$2.1" "$router" wan "11.0.$2.2"
  cable "$router" lan "192.168.$2.1" "$1-$$" lan "192.168.$2.2"
  ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1
  ip netns exec "$router" nft -f - <<RULES || skip "nftables does not work here"
table ip home {
  chain out { type nat hook postrouting priority 100; oifname "wan" masquerade; }
  chain through { type filter hook forward priority 0; iifname "wan" ct state new drop; }
  chain here { type filter hook input priority 0; iifname "wan" ct state new drop; }
}
RULES
}

space "$net"
ip netns exec "$net" sysctl -qw net.ipv4.ip_forward=1
space "ada-$$"
cable "$net" w1 11.0.1.1 "ada-$$" lan 11.0.1.2
behind_router ben 2
behind_router dora 3
ip netns exec "$net" nft -f - <<RULES || skip "nftables does not work here"
table ip trouble {
  chain between { type filter hook forward priority 0; iifname "w2" oifname "w3" drop; iifname "w3" oifname "w2" drop; }
}
RULES

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_PASSPHRASE=maple

home() {
  local name=$1
  shift
  "$program" --home "$place/$name" --json "$@"
}

# soon SECONDS COMMAND...: whether the command succeeds within this time.
soon() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.3
  done
}

flat() { home "$1" status 2>/dev/null | tr -d ' \n'; }
answers() { flat "$1" | grep -q '"running":true'; }
is() { flat "$1" | grep -q "\"how\":\"$2\""; }
# way ONE OTHER
way() { flat "$1" | grep -o "{\"peer_id\":\"${peers[$2]}\",\"way\":\"[^\"]*\"" | cut -d '"' -f 8 || true; }
goes() { [ "$(way "$1" "$2")" = "$3" ]; }
directly() { way "$1" "$2" | grep -q 'direct\|punched'; }

for name in ada ben dora; do
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  ip netns exec "$name-$$" "$program" --home "$place/$name" --json run --web 127.0.0.1:0 --no-mdns --no-upnp \
    --listen /ip4/0.0.0.0/tcp/4001 --listen /ip4/0.0.0.0/udp/4001/quic-v1 >>"$place/$name.log" 2>&1 &
  pids[$name]=$!
done
for name in ada ben dora; do
  soon 60 answers "$name" || fail "$name does not start"
  peers[$name]=$(grep -o '"peer_id":"[^"]*"' "$place/$name.log" | head -n 1 | cut -d '"' -f 4)
done

invite() { home "$1" street invite | grep -o 'streetlamp:[a-z0-9]*' | head -n 1; }

home ada street new "Maple Street" >/dev/null
home ben street join "$(invite ada)" >/dev/null || fail "Ben cannot enter"
soon 120 is ada open || fail "Ada does not learn that she is reached"
soon 120 is ben through-neighbours || fail "Ben has no place at Ada's"

began=$SECONDS
home dora street join "$(invite ben)" >/dev/null || fail "Dora cannot enter through Ada"
echo "ok: by the ticket of a home that nobody reaches a newcomer entered through a neighbour, within $((SECONDS - began)) s"
soon 30 goes dora ben relayed || fail "Dora and Ben do not meet through Ada"
home dora alert post --kind noise --title "Here I am" >/dev/null
reads() { home "$1" alert list | grep -q "$2"; }
soon 30 reads ben "Here I am" || fail "Ben does not hear the newcomer"

ip netns exec "$net" nft delete table ip trouble
began=$SECONDS
soon 300 directly dora ben || fail "no direct way is found although there is one"
echo "ok: $((SECONDS - began)) s after there was a direct way, the two were connected directly"
relayed() { goes dora ben relayed; }
soon 5 relayed && fail "the way through Ada is still used"
echo "ok: the way through the neighbour was given up"
