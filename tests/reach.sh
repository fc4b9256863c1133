#!/usr/bin/env bash
# Homes behind routers find and reach each other: who meets whom, how, and after how long.
#
# One network namespace is the internet, with a subnet for each site; each site is a machine, or a machine behind one or
# two routers whose NAT nftables does. No route leads outside. One home is reached from everywhere; it founds the street
# and is its relay. The others enter by ticket, and each has to meet each:
#
#   open       no router
#   cone       everything that comes to the router goes to the home (full cone)
#   port       the router lets in answers only, and keeps ports (port-restricted)
#   symmetric  the router lets in answers only, and gives each connection another port (masquerade random)
#   double     a router behind a carrier's router
#   ipv6       no IPv4 address at all
#
# Then one router gets another address while its home is up, one forgets every connection, and at last the relay goes,
# which doctor has to say. Needs root, ip and nft. REACH=all takes two homes of each kind and a home of IPv6 alone; without
# it a smaller street is tried, in under three minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

[ "$(id -u)" = 0 ] || skip "network namespaces need root"
command -v ip >/dev/null || skip "no ip command (iproute2)"
command -v nft >/dev/null || skip "no nft command (nftables)"

if [ "${REACH:-}" = all ]; then
  sites=(open cone port symmetric double cone2 port2 symmetric2 double2 ipv6)
else
  sites=(open cone port port2 symmetric double)
fi

place=$(mktemp -d)
net="net-$$"
spaces=("$net")
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
  [ "$1" = "$net" ] || spaces+=("$1")
  ip -n "$1" link set lo up
}

# cable ONE IF OTHER IF
cable() {
  ip -n "$1" link add "$2" type veth peer name "$4" netns "$3" 2>/dev/null || skip "no veth pair can be made here"
  ip -n "$1" link set "$2" up
  ip -n "$3" link set "$4" up
}

# router NAME WAN: lets answers in only, and hides what is behind it.
router() {
  ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1
  ip netns exec "$1" nft -f - <<RULES || skip "nftables does not work here"
table ip nat {
  chain out {
    type nat hook postrouting priority 100;
    oifname "wan" masquerade $2
  }
}
table ip filter {
  chain through {
    type filter hook forward priority 0; policy accept;
    iifname "wan" ct state new drop
  }
  # A router does not tell strangers that nobody is there.
  chain here {
    type filter hook input priority 0; policy accept;
    iifname "wan" ct state new drop
  }
}
RULES
}

# full_cone NAME INSIDE
full_cone() {
  ip netns exec "$1" nft -f - <<RULES
table ip cone {
  chain in {
    type nat hook prerouting priority -100;
    iifname "wan" dnat to $2
  }
}
flush chain ip filter through
RULES
}

space "$net"
ip netns exec "$net" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
number=0

# site KIND: a machine of this name, and what stands before it.
site() {
  local kind=$1 n inner
  number=$((number + 1))
  n=$number
  space "$kind-$$"
  case $kind in
    open | ipv6*)
      cable "$net" "w$n" "$kind-$$" lan
      if [ "$kind" = open ]; then
        ip -n "$net" address add "11.0.$n.1/24" dev "w$n"
        ip -n "$kind-$$" address add "11.0.$n.2/24" dev lan
        ip -n "$kind-$$" route add default via "11.0.$n.1"
      fi
      ip -n "$net" address add "2600:$n::1/64" dev "w$n" nodad
      ip -n "$kind-$$" address add "2600:$n::2/64" dev lan nodad
      ip -n "$kind-$$" route add default via "2600:$n::1"
      return
      ;;
  esac
  space "r$n-$$"
  cable "$net" "w$n" "r$n-$$" wan
  ip -n "$net" address add "11.0.$n.1/24" dev "w$n"
  ip -n "r$n-$$" address add "11.0.$n.2/24" dev wan
  ip -n "r$n-$$" route add default via "11.0.$n.1"
  case $kind in
    symmetric*) router "r$n-$$" "fully-random" ;;
    *) router "r$n-$$" "" ;;
  esac
  inner="r$n-$$"
  case $kind in
    cone*) full_cone "r$n-$$" "192.168.$n.2" ;;
    double*)
      inner="h$n-$$"
      space "$inner"
      cable "r$n-$$" lan "$inner" wan
      ip -n "r$n-$$" address add "100.64.$n.1/24" dev lan
      ip -n "$inner" address add "100.64.$n.2/24" dev wan
      ip -n "$inner" route add default via "100.64.$n.1"
      router "$inner" ""
      ;;
  esac
  cable "$inner" lan "$kind-$$" lan
  ip -n "$inner" address add "192.168.$n.1/24" dev lan
  ip -n "$kind-$$" address add "192.168.$n.2/24" dev lan
  ip -n "$kind-$$" route add default via "192.168.$n.1"
}

# The router of a site.
router_of() {
  local n=0 other
  for other in "${sites[@]}"; do
    n=$((n + 1))
    [ "$other" != "$1" ] || echo "$n"
  done
}

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

answers() { home "$1" status 2>/dev/null | grep -q '"running": *true'; }
reads() { home "$1" alert list | grep -q "$2"; }

start() {
  local name=$1
  shift
  ip netns exec "$name-$$" "$program" --home "$place/$name" --json run --web 127.0.0.1:0 --no-mdns --no-upnp "$@" \
    --listen /ip4/0.0.0.0/tcp/4001 --listen /ip4/0.0.0.0/udp/4001/quic-v1 \
    --listen /ip6/::/tcp/4001 --listen /ip6/::/udp/4001/quic-v1 >>"$place/$name.log" 2>&1 &
  pids[$name]=$!
}

stop() {
  kill "${pids[$1]}"
  wait "${pids[$1]}" || fail "$1 does not stop well"
  unset "pids[$1]"
}

# ways NAME: a line for each peer that is connected, its id and the way to it.
ways() {
  home "$1" status | tr -d ' \n' | grep -o '{"peer_id":"[^"]*","way":"[^"]*"}' | cut -d '"' -f 4,8 --output-delimiter ' ' || true
}

# way ONE OTHER
way() { ways "$1" | sed -n "s/^${peers[$2]} //p"; }
how() { home "$1" status | tr -d ' \n' | grep -o '"how":"[^"]*"' | cut -d '"' -f 4; }
is() { [ "$(how "$1")" = "$2" ]; }
meets() { [ -n "$(way "$1" "$2")" ]; }
directly() { way "$1" "$2" | grep -q 'direct\|punched'; }
apart() { ! meets "$1" "$2"; }
now() { date +%s%N | cut -c 1-13; }

for kind in "${sites[@]}"; do
  site "$kind"
done
[ -z "$(ip -n "$net" route show default)" ] || fail "there is a way out"

for name in "${sites[@]}"; do
  home "$name" init --name "$name" --cell u33dc1 >/dev/null &
done
wait
for name in "${sites[@]}"; do
  start "$name"
done
for name in "${sites[@]}"; do
  soon 60 answers "$name" || fail "$name does not start"
  peers[$name]=$(home "$name" status | tr -d ' \n' | grep -o '"peer_id":"[^"]*","web"' | cut -d '"' -f 4)
  [ -n "${peers[$name]}" ] || peers[$name]=$(grep -o '"peer_id":"[^"]*"' "$place/$name.log" | head -n 1 | cut -d '"' -f 4)
done
home open street new "Maple Street" >/dev/null
began=$(now)
for name in "${sites[@]:1}"; do
  ticket=$(home open street invite | grep -o 'streetlamp:[a-z0-9]*' | head -n 1)
  home "$name" street join "$ticket" >/dev/null || fail "$name cannot enter"
done
soon 60 is open open || fail "a home without a router does not learn that it is reached"
echo "ok: ${#sites[@]} homes are on one street; the one without a router was proven to be reached, by a neighbour"

# Who meets whom, and when; direct ways may still be found after the first.
declare -A first=() found=()
deadline=$((SECONDS + ${PATIENCE:-75}))
while [ "$SECONDS" -lt "$deadline" ]; do
  left=0
  for one in "${sites[@]}"; do
    all=$(ways "$one")
    at=$(($(now) - began))
    for other in "${sites[@]}"; do
      [ "$one" != "$other" ] || continue
      it=$(echo "$all" | sed -n "s/^${peers[$other]} //p")
      if [ -n "$it" ]; then
        first[$one,$other]=${first[$one,$other]:-$at}
        case $it in
          punched) found[$one,$other]=punched ;;
          direct) found[$one,$other]=${found[$one,$other]:-direct} ;;
          *) [ -n "${found[$one,$other]:-}" ] || found[$one,$other]=relayed ;;
        esac
        [ "$it" != relayed ] || left=$((left + 1))
        [ "$it" = relayed ] || found[$one,$other]=$it
      else
        left=$((left + 1))
      fi
    done
  done
  [ "$left" -gt 0 ] || break
  sleep 1
done

printf '\n%-11s' ""
printf '%-18s' "${sites[@]}"
echo
direct=0 relayed=0 impossible=0
for one in "${sites[@]}"; do
  printf '%-11s' "$one"
  for other in "${sites[@]}"; do
    if [ "$one" = "$other" ]; then
      printf '%-18s' "-"
      continue
    fi
    it=${found[$one,$other]:-impossible}
    # Either side may be the one that knows how they met.
    [ "${found[$other,$one]:-}" != punched ] || [ "$it" = relayed ] || it=punched
    case $it in
      direct | punched) direct=$((direct + 1)) ;;
      relayed) relayed=$((relayed + 1)) ;;
      *) impossible=$((impossible + 1)) ;;
    esac
    if [ "$it" = impossible ]; then
      printf '%-18s' "$it"
    else
      printf '%-18s' "$it $((first[$one,$other] / 1000)).$(((first[$one,$other] % 1000) / 100)) s"
    fi
  done
  echo
done
total=$((direct + relayed + impossible))
echo
echo "of $total: $((100 * direct / total)) % direct or punched, $((100 * relayed / total)) % relayed, $((100 * impossible / total)) % impossible (seconds since the first ticket)"
[ "$impossible" = 0 ] || fail "some homes do not meet"
[ "${found[port,port2]:-}" = punched ] || [ "${found[port2,port]:-}" = punched ] || fail "no direct way between two ordinary routers"
is symmetric through-neighbours || fail "a home behind a router is not reached through a neighbour"

home symmetric alert post --kind noise --title "Heard everywhere" >/dev/null
for name in "${sites[@]}"; do
  soon 30 reads "$name" "Heard everywhere" || fail "$name does not hear an alert"
done
echo "ok: an alert from behind a router with random ports is read by everybody"

# The provider gives a router another address, while the home behind it is up and one neighbour is away.
n=$(router_of cone)
soon 60 is cone open || fail "a home behind a full cone does not learn that it is reached"
stop double
ip -n "r$n-$$" address flush dev wan
ip -n "$net" address flush dev "w$n"
ip -n "$net" address add "11.1.$n.1/24" dev "w$n"
ip -n "r$n-$$" address add "11.1.$n.2/24" dev wan
ip -n "r$n-$$" route add default via "11.1.$n.1"
began=$SECONDS
home cone alert post --kind outage --title "New address" >/dev/null
moved() { home "$1" status | grep -q "/ip4/11.1.$n.2/"; }
soon 150 moved cone || fail "a home whose router got another address does not learn it"
soon 150 reads open "New address" || fail "a home whose router got another address does not come back"
start double
soon 60 answers double || fail "a home does not start again"
soon 150 directly double cone || fail "a home that was away does not find the one that moved"
soon 60 reads double "New address" || fail "a home that was away does not hear what was said"
echo "ok: a router got another address; $((SECONDS - began)) s later the home behind it was found by one that was away, too"

# A router forgets all connections, as when it starts again.
n=$(router_of symmetric)
ip -n "r$n-$$" link set wan down
ip netns exec "r$n-$$" conntrack -F 2>/dev/null || ip netns exec "r$n-$$" nft flush table ip nat
sleep 2
ip -n "r$n-$$" link set wan up
ip -n "r$n-$$" route replace default via "11.0.$n.1"
ip netns exec "r$n-$$" nft list table ip nat | grep -q masquerade || ip netns exec "r$n-$$" nft add rule ip nat out oifname wan masquerade fully-random
began=$SECONDS
home open alert post --kind outage --title "Router started again" >/dev/null
soon 150 reads symmetric "Router started again" || fail "a home whose router started again does not come back"
echo "ok: a router started again; the home behind it heard the next alert $((SECONDS - began)) s later"

# Nobody is left who is reached.
stop open
for name in "${sites[@]}"; do
  case $name in
    open | symmetric | double) ;;
    *) stop "$name" ;;
  esac
done
soon 90 apart symmetric double || fail "two homes behind routers meet through nobody"
help() { home symmetric doctor | tr -d '\n' | grep -q '"check": *"reach", *"ok": *false[^}]*TCP and UDP port 4001'; }
soon 60 help || fail "doctor does not say which port would help"
echo "ok: without anybody who is reached, doctor says which port to open"
