#!/usr/bin/env bash
# Two homes on a LAN of their own find each other by multicast DNS alone.
#
# Two network namespaces stand for two machines, a veth pair between them for the LAN: no other interface, no other
# route. The homes meet by a ticket, with multicast DNS off. Then both move to other addresses and ports, so that
# whatever they remember of each other is wrong. With multicast DNS off in one of them they stay apart; with it on in
# both they meet again. At last one leaves, knocks, hears what is told to everybody nearby, and founds a street that the
# other one's gets to know. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

. tests/lab/spaces.sh
needs ip
. tests/lab/homes.sh

for name in ada ben; do
  space "$name-$$"
done
cable "ada-$$" lan "ben-$$" lan

# at NAME ADDRESS: the machine is at this address of the LAN and at no other.
at() {
  ip -n "$1-$$" address flush dev lan
  ip -n "$1-$$" address add "$2/24" dev lan
}

connected() { home "$1" status | grep -q '"neighbours_connected": *1\b'; }
alone() { home "$1" status | grep -q '"neighbours_connected": *0\b'; }

# start NAME PORT [OPTION...]
start() {
  local name=$1 port=$2
  shift 2
  run "$name" "$@" --listen "/ip4/0.0.0.0/tcp/$port" --listen "/ip4/0.0.0.0/udp/$port/quic-v1"
  soon 60 answers "$name" || fail "$name does not start"
}

at ada 192.168.77.1
at ben 192.168.77.2
for name in ada ben; do
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  [ -z "$(ip -n "$name-$$" route show default)" ] || fail "there is another way out of $name"
  start "$name" 4001 --no-mdns
done
found_street ada ben
soon 60 connected ada || fail "the ticket does not bring them together"
echo "ok: two homes met by a ticket"

stop ada
stop ben
at ada 192.168.77.11
at ben 192.168.77.12
start ada 4011
start ben 4012 --no-mdns
if soon 15 connected ada; then
  fail "they found each other with multicast DNS off in one of them"
fi
alone ben || fail "one is connected and the other is not"
echo "ok: both moved, and with --no-mdns in one of them they stay apart"

stop ben
start ben 4012
soon 60 connected ada || fail "they did not find each other by multicast DNS"
soon 60 connected ben || fail "one is connected and the other is not"
home ben alert post --kind noise --title "Found by name" >/dev/null
soon 60 reads ada "Found by name" || fail "the alert does not come"
echo "ok: with it on in both they found each other, and an alert came through"

# A home that keeps running moves, as when the router gives it another address, and so does the other while it is away.
stop ada
at ben 192.168.77.22
at ada 192.168.77.21
start ada 4021
soon 60 connected ada || fail "they did not find each other after one moved while it ran"
echo "ok: one moved while it ran, and they found each other again"

# A cable is pulled, both go on posting, and it is plugged in again.
ip -n "ada-$$" link set lan down
for name in ada ben; do
  home "$name" alert post --kind outage --title "Cut off, says $name" >/dev/null
done
sleep 30
ip -n "ada-$$" link set lan up
for name in ada ben; do
  soon 90 reads "$name" "Cut off, says ada" || fail "$name does not read what ada posted while they were apart"
  soon 90 reads "$name" "Cut off, says ben" || fail "$name does not read what ben posted while they were apart"
done
echo "ok: apart for a while, both posted, and both have everything since they met again"

# Without a street a home hears what is told to everybody nearby, and can ask to be met.
home ben street leave >/dev/null
knocks() { home "$1" street knocks | grep -q "number 9"; }
home ben street knock --text "We moved into number 9" >/dev/null
# The farewell and the knock may go over a connection that stands still: after half a minute without a cable it is as long
# until QUIC and TCP try again, and of two connections one may have been given up meanwhile.
soon 130 knocks ada || fail "the knock is not heard"
home ada alert post --kind noise --title "For the street alone" >/dev/null
home ada alert post --kind lost-pet --audience nearby --title "Grey cat missing" >/dev/null
soon 60 reads ben "Grey cat missing" || fail "the alert for everybody nearby does not come"
home ben alert list | grep -q '"known": *false' || fail "a stranger's alert is shown as a neighbour's"
if reads ben "For the street alone"; then
  fail "an alert of the street is read by a home that left it"
fi
echo "ok: a knock is heard, and an alert for everybody nearby by a home of no street"

# Two streets get to know each other.
home ben street knock --stop >/dev/null
home ben street new "Oak Street" >/dev/null
introduction=$(home ben street introduce | grep -o 'streetlamp-street:[a-z0-9]*')
home ada street link "$introduction" >/dev/null
home ben alert post --kind lost-pet --audience nearby --title "Black dog found" >/dev/null
next_door() { home "$1" alert list | tr -d '\n' | grep -q 'Black dog found.*"next_door": *"Oak Street"'; }
soon 60 next_door ada || fail "an alert of a street that was linked is a stranger's"
echo "ok: a street that was linked is known by its name"
