# Machines and cables of a lab: network namespaces, veth pairs, and an internet between them from which no route leads out.
# Sourced by the scripts beside this folder. What is made here goes when the script ends.

skip() {
  echo "SKIPPED: $*"
  exit 0
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# needs PROGRAM...: what the lab cannot do without.
needs() {
  local program
  [ "$(id -u)" = 0 ] || skip "network namespaces need root"
  for program in "$@"; do
    command -v "$program" >/dev/null || skip "no $program command"
  done
}

place=$(mktemp -d)
net="net-$$"
spaces=()
declare -A pids=()
# Router programs and resolvers, which are no homes.
servants=()

clean_up() {
  local code=$? name
  kill "${pids[@]}" "${servants[@]}" 2>/dev/null || true
  wait
  for name in "${spaces[@]}"; do
    ip netns del "$name" 2>/dev/null || true
    rm -rf "/etc/netns/$name"
  done
  if [ "$code" != 0 ]; then
    tail -n 20 "$place"/*.log 2>/dev/null || true
  fi
  rm -rf "$place"
}
trap clean_up EXIT

# space NAME: a machine.
space() {
  ip netns add "$1" 2>/dev/null || skip "no network namespace can be made here"
  spaces+=("$1")
  ip -n "$1" link set lo up
}

# cable ONE IF OTHER IF
cable() {
  ip -n "$1" link add "$2" type veth peer name "$4" netns "$3" 2>/dev/null || skip "no veth pair can be made here"
  ip -n "$1" link set "$2" up
  ip -n "$3" link set "$4" up
}

# The internet.
internet() {
  space "$net"
  ip netns exec "$net" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  [ -z "$(ip -n "$net" route show default)" ] || fail "there is a way out"
}

# loses PERCENT: so many packets get lost on the internet, at random; none with 0.
loses() {
  ip netns exec "$net" nft delete table inet loss 2>/dev/null || true
  [ "$1" = 0 ] || ip netns exec "$net" nft -f - <<RULES
table inet loss {
  chain through {
    type filter hook forward priority 0; policy accept;
    numgen random mod 100 < $1 counter drop
  }
}
RULES
}

# part CABLES OTHERS: nothing gets from the ones to the others, each a list of names of cables with commas between them.
part() {
  ip netns exec "$net" nft -f - <<RULES
table inet parted {
  chain through {
    type filter hook forward priority 0; policy accept;
    iifname { $1 } oifname { $2 } drop
    iifname { $2 } oifname { $1 } drop
  }
}
RULES
}

heal() { ip netns exec "$net" nft delete table inet parted; }

# soon SECONDS COMMAND...: whether the command succeeds within this time.
soon() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.3
  done
}

# Milliseconds.
now() { date +%s%N | cut -c 1-13; }
