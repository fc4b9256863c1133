# Sites of a lab: a machine at the end of a line of 10 Mbit/s, alone or behind routers of each kind.
#
#   open       no router, IPv4 and IPv6
#   cone       everything that comes to the router goes to the home (full cone)
#   port       the router lets in answers only, and keeps ports (port-restricted)
#   symmetric  the router lets in answers only, and gives each connection another port (masquerade random)
#   double     a router behind a carrier's router
#   dual       as port, and IPv6 besides, of which the router lets in answers only
#   ipv6       no IPv4 address at all
#   upnp       as port, but the router opens ports by UPnP: Debian's miniupnpd
#   natpmp     the same by NAT-PMP and PCP
#
# A number may follow, for a second one of a kind.

# What each site sends goes out at this rate.
uplink=10mbit
burst=32kbit
number=0
declare -A numbers=()

# router SPACE HOW: lets answers in only, hides what is behind it, and has room for ports that a program opens.
router() {
  ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  ip netns exec "$1" nft -f - <<RULES || skip "nftables does not work here"
table ip nat {
  chain out {
    type nat hook postrouting priority 100;
    oifname "wan" masquerade $2
  }
}
table inet filter {
  # miniupnpd writes into these three.
  chain miniupnpd {
  }
  chain prerouting_miniupnpd {
  }
  chain postrouting_miniupnpd {
  }
  chain opened {
    type nat hook prerouting priority -100;
    jump prerouting_miniupnpd
  }
  chain through {
    type filter hook forward priority 0; policy accept;
    ip6 nexthdr ipv6-icmp accept
    iifname "wan" ct state new jump miniupnpd
    iifname "wan" ct state new drop
  }
  # A router does not tell strangers that nobody is there.
  chain here {
    type filter hook input priority 0; policy accept;
    ip6 nexthdr ipv6-icmp accept
    iifname "wan" ct state new drop
  }
}
RULES
}

# full_cone SPACE INSIDE
full_cone() {
  ip netns exec "$1" nft -f - <<RULES
table ip cone {
  chain in {
    type nat hook prerouting priority -100;
    iifname "wan" dnat to $2
  }
}
flush chain inet filter through
RULES
}

# opens_ports SPACE UPNP NATPMP: a program on the router that opens ports, by one protocol or the other.
opens_ports() {
  cat >"$place/$1.conf" <<CONF
ext_ifname=wan
listening_ip=lan
enable_upnp=$2
enable_natpmp=$3
secure_mode=yes
system_uptime=yes
uuid=86b085a7-c6e6-4b7b-979a-9742d860bcd2
min_lifetime=120
max_lifetime=86400
allow 1024-65535 0.0.0.0/0 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
CONF
  ip netns exec "$1" miniupnpd -d -f "$place/$1.conf" -P "$place/$1.pid" >"$place/$1.log" 2>&1 &
  servants+=("$!")
}

# to_internet SPACE IF NUMBER: a cable to the internet, where the machine has the IPv4 address 11.0.NUMBER.2.
to_internet() {
  cable "$net" "w$3" "$1" "$2"
  ip -n "$net" address add "11.0.$3.1/24" dev "w$3"
  ip -n "$1" address add "11.0.$3.2/24" dev "$2"
  ip -n "$1" route add default via "11.0.$3.1"
}

# with_ipv6 SPACE IF NUMBER: an address of IPv6 on the same cable.
with_ipv6() {
  ip -n "$net" address add "2600:$3::1/64" dev "w$3" nodad
  ip -n "$1" address add "2600:$3::2/64" dev "$2" nodad
  ip -n "$1" route add default via "2600:$3::1"
}

# site NAME: a machine of this name, and what stands before it.
site() {
  local name=$1 n router inner
  number=$((number + 1))
  n=$number
  numbers[$name]=$n
  space "$name-$$"
  case $name in
    open*)
      to_internet "$name-$$" lan "$n"
      with_ipv6 "$name-$$" lan "$n"
      ;;
    ipv6*)
      cable "$net" "w$n" "$name-$$" lan
      with_ipv6 "$name-$$" lan "$n"
      ;;
    *)
      router="r$n-$$"
      space "$router"
      to_internet "$router" wan "$n"
      case $name in
        symmetric*) router "$router" "fully-random" ;;
        *) router "$router" "" ;;
      esac
      inner=$router
      case $name in
        cone*) full_cone "$router" "192.168.$n.2" ;;
        double*)
          inner="h$n-$$"
          space "$inner"
          cable "$router" lan "$inner" wan
          ip -n "$router" address add "100.64.$n.1/24" dev lan
          ip -n "$inner" address add "100.64.$n.2/24" dev wan
          ip -n "$inner" route add default via "100.64.$n.1"
          router "$inner" ""
          ;;
      esac
      cable "$inner" lan "$name-$$" lan
      ip -n "$inner" address add "192.168.$n.1/24" dev lan
      ip -n "$name-$$" address add "192.168.$n.2/24" dev lan
      ip -n "$name-$$" route add default via "192.168.$n.1"
      case $name in
        dual*)
          with_ipv6 "$router" wan "$n"
          ip -n "$net" route add "2601:$n::/64" via "2600:$n::2"
          ip -n "$router" address add "2601:$n::1/64" dev lan nodad
          ip -n "$name-$$" address add "2601:$n::2/64" dev lan nodad
          ip -n "$name-$$" route add default via "2601:$n::1"
          ;;
        upnp*) opens_ports "$router" yes no ;;
        natpmp*) opens_ports "$router" no yes ;;
      esac
      ;;
  esac
  ip netns exec "$name-$$" tc qdisc add dev lan root tbf rate "$uplink" burst "$burst" latency 100ms
}

# moves NAME: the provider gives a site's router another address.
moves() {
  local n=${numbers[$1]}
  ip -n "r$n-$$" address flush dev wan
  ip -n "$net" address flush dev "w$n"
  ip -n "$net" address add "11.1.$n.1/24" dev "w$n"
  ip -n "r$n-$$" address add "11.1.$n.2/24" dev wan
  ip -n "r$n-$$" route add default via "11.1.$n.1"
}

# reboots NAME: a site's router is off for a moment, and forgets every connection.
reboots() {
  local n=${numbers[$1]}
  ip -n "r$n-$$" link set wan down
  ip netns exec "r$n-$$" conntrack -F >/dev/null 2>&1
  sleep 2
  ip -n "r$n-$$" link set wan up
  ip -n "r$n-$$" route replace default via "11.0.$n.1"
}
