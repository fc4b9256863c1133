#!/usr/bin/env bash
# Our simulator beside iroh-gossip's own: as many nodes, delays between any two of them drawn from 10 to 50 ms, bandwidth
# that is in nobody's way, no loss and no routers, one message after another from random senders.
#
# Prints for both how long the last node waited, on average over messages, how many copies came to a node, and what the
# run took. What is not alike: iroh-gossip spreads each message over one swarm of all nodes, whose protocol is all that
# runs; here everything of a home runs, and an alert goes to a street of STREET homes, who are all connected. So iroh-gossip
# runs a second time with a swarm of that size. Its delays are uniform, ours the sum of two last miles of 5 to 25 ms.
#
# Its simulator is a program of the crate:
#   cargo install iroh-gossip --version 0.101.0 --no-default-features --features simulator --bin sim --root DIR
# IROH names it (DIR/bin/sim). NODES (1000), STREET (40), MESSAGES (30), SEED (1) and PROGRAM (the release build) can be set.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

iroh=${IROH:-}
[ -x "$iroh" ] || skip "no simulator of iroh-gossip here: IROH has to name it"
"$iroh" run --help 2>&1 | grep -q -- --config-path || skip "$iroh is not the simulator of iroh-gossip"
nodes=${NODES:-1000} street=${STREET:-40} messages=${MESSAGES:-30} seed=${SEED:-1}
[ -n "${PROGRAM:-}" ] || cargo build --quiet --release -p streetlamp-sim
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/release/streetlamp-sim}")
iroh=$(realpath "$iroh")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

# Seconds of a processor that a command takes, into a file of that name.
timed() {
  local into=$1
  shift
  { TIMEFORMAT=%U; time "$@" >"$into.out"; } 2>"$into.took"
  tail -n 1 "$into.took" >"$into.s"
}

row() { printf '%-34s %14s %10s %8s %12s\n' "$@"; }

theirs() {
  local of=$1
  cat >"iroh-$of.toml" <<TOML
seeds = [$seed]
config.latency.dynamic = { min = "10ms", max = "50ms" }

[[scenario]]
sim = "GossipMulti"
nodes = $of
rounds = $messages
TOML
  timed "iroh-$of" "$iroh" run --config-path "iroh-$of.toml" --single-threaded
  # Its table: RMR (copies of a node beyond the first), hops, missed, time of the last node.
  read -r _ rmr _ missed last < <(grep -w mean "iroh-$of.out")
  row "iroh-gossip, a swarm of $of" "${last%ms} ms" "$(awk "BEGIN { printf \"%.1f\", 1 + $rmr }")" "$missed" \
    "$(cat "iroh-$of.s") s"
}

cat >ours.toml <<TOML
name = "beside-iroh-gossip"
says = "Delays of 10 to 50 ms, and nothing in the way."
duration = "${messages}s"
settle = "10s"

[town]
homes = $nodes
street = $street

[lines.alike]
share = 1.0
up = 1000.0
down = 1000.0
last-mile-ms = [5, 25]

[nat]
open = 1.0

[availability.always]
share = 1.0
on = 1.0
off-for = "1m"

[alerts]
per-hour = 3600.0
follow-ups = 0.0

[checks]
once = true
takes-us = 50
TOML
row "" "last node" "copies" "missed" "processor"
timed ours "$program" run ours.toml --seed "$seed" --output ours
# On average over what was said: when the last home showed it. Columns of deliveries.csv: said 1, took_us 8, copies 11.
last=$(awk -F, 'NR > 1 && $8 != "" { if ($8 > most[$1]) most[$1] = $8 }
  END { for (said in most) { sum += most[said]; n++ } printf "%.0f", sum / n / 1000 }' ours/deliveries.csv)
copies=$(awk -F, 'NR > 1 && $8 != "" { sum += $11; n++ } END { printf "%.1f", sum / n }' ours/deliveries.csv)
missed=$(awk -F, 'NR > 1 && $8 == "" { n++ } END { print n + 0 }' ours/deliveries.csv)
row "ours, $nodes homes, streets of $street" "$last ms" "$copies" "$missed" "$(cat ours.s) s"
theirs "$street"
theirs "$nodes"
