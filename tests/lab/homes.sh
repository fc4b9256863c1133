# Homes of a lab: each a real node on a machine of its own.

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_PASSPHRASE=maple
declare -A peers=()

home() {
  local name=$1
  shift
  "$program" --home "$place/$name" --json "$@"
}

answers() { home "$1" status 2>/dev/null | grep -q '"running": *true'; }
reads() { home "$1" alert list | grep -q "$2"; }

# run NAME OPTION...: a home on its machine; with ON_CORE, on that core alone.
run() {
  local name=$1
  shift
  ip netns exec "$name-$$" ${ON_CORE:+taskset -c "$ON_CORE"} "$program" --home "$place/$name" --json run --web 127.0.0.1:0 "$@" >>"$place/$name.log" 2>&1 &
  pids[$name]=$!
}

stop() {
  kill "${pids[$1]}"
  wait "${pids[$1]}" || fail "$1 does not stop well"
  unset "pids[$1]"
}

# cut NAME: the power goes, and with it the line.
cut_power() {
  kill -9 "${pids[$1]}"
  wait "${pids[$1]}" 2>/dev/null || true
  unset "pids[$1]"
  ip -n "$1-$$" link set lan down
}

# A link that comes up again has lost its routes, and the address of IPv6 with them.
power_on() {
  local n=${numbers[$1]}
  ip -n "$1-$$" link set lan up
  ip -n "$1-$$" route replace default via "192.168.$n.1"
}

# peer NAME: what a home that runs is called in the mesh.
peer() { grep -o '"peer_id":"[^"]*"' "$place/$1.log" | head -n 1 | cut -d '"' -f 4; }

# enter NAME NEIGHBOUR: with a ticket of that neighbour's.
enter() {
  local ticket
  ticket=$(home "$2" street invite | grep -o 'streetlamp:[a-z0-9]*' | head -n 1)
  home "$1" street join "$ticket" >/dev/null || fail "$1 cannot enter by a ticket of $2's"
}

# found_street NAME NEIGHBOUR...: homes that run become one street, in the order of their names.
found_street() {
  local founder=$1 name
  shift
  home "$founder" street new "Maple Street" >/dev/null
  for name in "$@"; do
    enter "$name" "$founder"
  done
}

# ways NAME: a line for each peer that is connected, its id and the way to it.
ways() {
  home "$1" status | tr -d ' \n' | grep -o '{"peer_id":"[^"]*","way":"[^"]*"}' | cut -d '"' -f 4,8 --output-delimiter ' ' || true
}

# way ONE OTHER
way() { ways "$1" | sed -n "s/^${peers[$2]} //p"; }
# How a home is reached, and what became of its router's port.
how() { home "$1" status | tr -d ' \n' | grep -o '"how":"[^"]*"' | cut -d '"' -f 4; }
is() { [ "$(how "$1")" = "$2" ]; }
opened() { home "$1" status | tr -d ' \n' | grep -q '"port_mapping":"open"'; }
meets() { [ -n "$(way "$1" "$2")" ]; }
directly() { way "$1" "$2" | grep -q 'direct\|punched'; }
# kept NAME OTHER...: the router keeps each direct way for two minutes, not for half a one as what was only just begun.
kept() {
  local name=$1 n=${numbers[$1]} other
  shift
  for other in "$@"; do
    [ "$other" != "$name" ] && directly "$name" "$other" || continue
    ip netns exec "r$n-$$" conntrack -L -d "11.0.${numbers[$other]}.2" 2>/dev/null | grep -q ASSURED || return 1
  done
}
apart() { ! meets "$1" "$2"; }
