# What happens to a street of a lab. Each scene ends as it began, but for addresses.

# Everybody reads an alert of one home within so many seconds.
heard_by_all() {
  local author=$1 title=$2 patience=$3 name
  shift 3
  home "$author" alert post --kind noise --title "$title" >/dev/null
  for name in "$@"; do
    soon "$patience" reads "$name" "$title" || fail "$name does not hear '$title'"
  done
}

# The provider gives a router another address, while the home behind it is up and one neighbour is away.
another_address() {
  local mover=$1 away=$2 witness=$3 since
  soon 60 is "$mover" open || fail "a home behind $mover's router does not learn that it is reached"
  stop "$away"
  moves "$mover"
  since=$SECONDS
  home "$mover" alert post --kind outage --title "New address" >/dev/null
  told() { home "$mover" status | grep -q "/ip4/11.1.${numbers[$mover]}.2/"; }
  soon 300 told || fail "a home whose router got another address does not learn it"
  soon 300 reads "$witness" "New address" || fail "a home whose router got another address does not come back"
  start "$away"
  soon 60 answers "$away" || fail "a home does not start again"
  soon 300 directly "$away" "$mover" || fail "a home that was away does not find the one that moved"
  soon 60 reads "$away" "New address" || fail "a home that was away does not hear what was said"
  echo "ok: a router got another address; $((SECONDS - since)) s later the home behind it was found by one that was away, too"
}

# A router forgets all connections, as when it starts again.
router_reboot() {
  local name=$1 author=$2 since
  reboots "$name"
  since=$SECONDS
  home "$author" alert post --kind outage --title "Router started again" >/dev/null
  soon 240 reads "$name" "Router started again" || fail "a home whose router started again does not come back"
  echo "ok: a router started again; the home behind it heard the next alert $((SECONDS - since)) s later"
}

# The power goes in a home just after it said something, and comes back after others went on.
power_cut() {
  local name=$1 author=$2
  home "$name" alert post --kind noise --title "Before the power cut" >/dev/null
  cut_power "$name"
  home "$author" alert post --kind outage --title "During the power cut" >/dev/null
  sleep 5
  power_on "$name"
  start "$name"
  soon 60 answers "$name" || fail "a home does not start after a power cut"
  reads "$name" "Before the power cut" || fail "what a home said before its power was cut is lost"
  soon 150 reads "$name" "During the power cut" || fail "a home does not hear what was said while it had no power"
  soon 150 reads "$author" "Before the power cut" || fail "what a home said just before its power was cut is not heard"
  echo "ok: a home was cut from power and line at once; it lost nothing that it had said, and caught up"
}

# The internet falls apart into two, both go on, and it comes together again.
partition() {
  local one=$1 other=$2 here=() there=() name half=0
  shift 2
  for name in "$@"; do
    half=$((half + 1))
    if [ "$half" -le $(($# / 2)) ]; then
      here+=("w${numbers[$name]}")
    else
      there+=("w${numbers[$name]}")
    fi
  done
  part "$(printf '"%s",' "${here[@]}")" "$(printf '"%s",' "${there[@]}")"
  soon 240 apart "$one" "$other" || fail "$one and $other do not notice that they are apart"
  home "$one" alert post --kind outage --title "Said by one part" >/dev/null
  home "$other" alert post --kind outage --title "Said by the other part" >/dev/null
  sleep 5
  ! reads "$one" "Said by the other part" || fail "the parting does not part"
  heal
  for name in "$@"; do
    soon 180 reads "$name" "Said by one part" || fail "$name does not hear what one part said"
    soon 180 reads "$name" "Said by the other part" || fail "$name does not hear what the other part said"
  done
  echo "ok: the internet was parted; both parts went on, and all have everything since it healed"
}

# Packets get lost at random. Neighbours send each other so few that it may take some alerts until one is hit.
loss() {
  local author=$1 n
  shift
  loses 5
  lost() { ip netns exec "$net" nft list table inet loss | grep -q 'packets [1-9]'; }
  for n in a b c d e f g h i j; do
    heard_by_all "$author" "Through a bad line: $n" 60 "$@"
    ! lost || break
  done
  lost || fail "nothing was lost"
  loses 0
  echo "ok: with one packet of twenty lost, everybody hears an alert"
}

# A resolver answers every name with one address, as in a hotel. It is that of a neighbour, who is not who was asked for.
captive_dns() {
  local name=$1 named=$2 captor=$3 n resolver
  n=${numbers[$name]}
  # The one who is named is told to be reached by a name alone.
  stop "$named"
  stop "$name"
  resolver="r$n-$$"
  ip netns exec "$resolver" dnsmasq --keep-in-foreground --no-resolv --no-hosts --bind-interfaces --interface=lan \
    --pid-file= --user=root --conf-file=/dev/null --address="/#/11.0.${numbers[$captor]}.2" >"$place/dns.log" 2>&1 &
  servants+=("$!")
  mkdir -p "/etc/netns/$name-$$"
  echo "nameserver 192.168.$n.1" >"/etc/netns/$name-$$/resolv.conf"
  start "$named" --external /dns4/maple.example/tcp/4001
  start "$name"
  soon 60 answers "$named" || fail "$named does not start"
  soon 60 answers "$name" || fail "a home behind a captive resolver does not start"
  ip netns exec "$name-$$" timeout 10 getent hosts maple.example | grep -q "11.0.${numbers[$captor]}.2" || fail "the resolver does not lie"
  soon 120 meets "$name" "$named" || fail "a home behind a captive resolver does not meet $named"
  [ "$(home "$name" street members | tr -d ' \n' | grep -o '"connected":true' | wc -l)" -gt 0 ] || fail "nobody is connected"
  heard_by_all "$named" "Said under a name" 60 "$name"
  rm -r "/etc/netns/$name-$$"
  echo "ok: a resolver that gives every name a neighbour's address fools nobody"
}

# Nobody is left who is reached: homes behind routers are apart, and doctor says what would help.
nobody_reached() {
  local one=$1 other=$2 name
  shift 2
  for name in "$@"; do
    case $name in
      "$one" | "$other") ;;
      *) stop "$name" ;;
    esac
  done
  # A goodbye may get lost. Then it takes as long as QUIC does until it gives up.
  soon 130 apart "$one" "$other" || fail "two homes behind routers meet through nobody"
  helps() { home "$one" doctor | tr -d '\n' | grep -q '"check": *"reach", *"ok": *false[^}]*TCP and UDP port 4001'; }
  soon 130 helps || fail "doctor does not say which port would help, but: $(home "$one" doctor | tr -d '\n' | grep -o '"check": *"reach"[^}]*')"
  echo "ok: without anybody who is reached, doctor says which port to open"
}
