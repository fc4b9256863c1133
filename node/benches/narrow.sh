#!/usr/bin/env bash
# One clip of 5 MB to ten neighbours at once, when every home sends at 10 Mbit/s, with keepers helping.
#
# Each home is a node in a network namespace of its own on one bridge; `tc tbf` makes its line out narrow once the
# keepers have the clip. Prints for each run how long the last neighbour waited, and its ratio to the bound: nobody gets
# 8S bits faster than one line sends them, nor all n faster than all who may send it together:
#   max(8S / U, n 8S / (U of the owner + U of the keepers))
# One owner alone would take n 8S / U. Neighbours who were granted a clip do not pass it on, so their lines do not count.
#
# Needs root, ip, tc and ffmpeg. KEEPERS (8), NEIGHBOURS (10), RUNS (3), RATE (10, in Mbit/s) and PROGRAM (the release
# build) can be set.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

[ "$(id -u)" = 0 ] || skip "network namespaces need root"
for program in ip tc ffmpeg; do
  command -v "$program" >/dev/null || skip "no $program here"
done
keepers=${KEEPERS:-8} neighbours=${NEIGHBOURS:-10} runs=${RUNS:-3} rate=${RATE:-10}
[ -n "${PROGRAM:-}" ] || cargo build --quiet --release -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/release/streetlamp}")
export STREETLAMP_PASSPHRASE=maple

place=$(mktemp -d)
street=street-$$
names=(ada)
for number in $(seq "$keepers"); do names+=("keeper$number"); done
for number in $(seq "$neighbours"); do names+=("neighbour$number"); done
pids=()
clean_up() {
  local code=$? name
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  for name in "$street" "${names[@]/%/-$$}"; do
    ip netns del "$name" 2>/dev/null || true
  done
  if [ "$code" != 0 ]; then
    tail -n 20 "$place"/*.log 2>/dev/null || true
  fi
  rm -rf "$place"
}
trap clean_up EXIT

home() {
  local name=$1
  shift
  "$program" --home "$place/$name" --json "$@"
}
soon() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "waited in vain: $*" >&2; return 1; }
    sleep 0.2
  done
}
field() { grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | cut -d'"' -f4; }
answers() { home "$1" status 2>/dev/null | grep -q '"running": *true'; }
kept_by() { [ "$(home ada clip show "$1" | grep -o '"keepers": *\[[^]]*\]' | grep -o '"[0-9a-f]\{64\}"\|"name"' | wc -l)" -ge "$keepers" ]; }
knows() { home "$1" clip list | grep -q "$2"; }

ip netns add "$street" 2>/dev/null || skip "no network namespace can be made here"
ip -n "$street" link add street type bridge
ip -n "$street" link set street up
at=0
for name in "${names[@]}"; do
  at=$((at + 1))
  ip netns add "$name-$$"
  ip -n "$name-$$" link add lan0 type veth peer name "line$at" netns "$street"
  ip -n "$street" link set "line$at" master street up
  ip -n "$name-$$" address add "10.77.0.$at/24" dev lan0
  ip -n "$name-$$" link set lo up
  ip -n "$name-$$" link set lan0 up
  home "$name" init --name "$name" --cell u33dc1 >/dev/null
  ip netns exec "$name-$$" "$program" --home "$place/$name" --json run --no-mdns --web 127.0.0.1:0 \
    --listen "/ip4/10.77.0.$at/tcp/4001" >"$place/$name.log" 2>&1 &
  pids+=("$!")
  soon 120 answers "$name"
done
home ada street new "Maple Street" >/dev/null
for name in "${names[@]:1}"; do
  home "$name" street join "$(home ada street invite | field ticket)" >/dev/null 2>&1
  [[ $name != keeper* ]] || home "$name" keeper offer --bytes 1GB >/dev/null
done
for number in $(seq "$keepers"); do
  home ada keeper ask "keeper$number" --bytes 500MB --until 30d >/dev/null
done

narrow() {
  local name
  for name in "${names[@]}"; do
    # As much as a home router holds back: a tenth of a second.
    ip netns exec "$name-$$" tc qdisc replace dev lan0 root tbf rate "${rate}mbit" burst 16kb latency 100ms
  done
}
wide() {
  local name
  for name in "${names[@]}"; do
    ip netns exec "$name-$$" tc qdisc del dev lan0 root 2>/dev/null || true
  done
}

ratios=()
for run in $(seq "$runs"); do
  # Ten seconds of noise, which does not compress.
  ffmpeg -y -loglevel error -f lavfi -i testsrc2=s=640x360:r=25:d=10 -vf "noise=alls=100:allf=t:all_seed=$run" -c:v libx264 \
    -preset ultrafast -b:v 4M -minrate 4M -maxrate 4M -bufsize 1M "$place/film.mp4"
  home ada clip add "$place/film.mp4" >"$place/added"
  clip=$(field clip <"$place/added")
  soon 120 kept_by "$clip"
  home ada unlock >/dev/null
  for number in $(seq "$neighbours"); do
    home ada grant give "$clip" "neighbour$number" >/dev/null
  done
  for number in $(seq "$neighbours"); do
    soon 60 knows "neighbour$number" "$clip"
  done
  sealed=$(stat -c %s "$place/ada/clips/$clip.sealed")
  narrow
  begin=$(date +%s.%N)
  fetching=()
  for number in $(seq "$neighbours"); do
    home "neighbour$number" clip fetch "$clip" >"$place/fetched$number" &
    fetching+=("$!")
  done
  wait "${fetching[@]}"
  end=$(date +%s.%N)
  wide
  ratios+=("$(awk -v s="$sealed" -v n="$neighbours" -v k="$keepers" -v u="$rate" -v t="$(echo "$begin $end" | awk '{ print $2 - $1 }')" '
    BEGIN {
      one = 8 * s / (u * 1e6); all = n * one / (k + 1); bound = one > all ? one : all
      printf "%.2f  %d bytes, the last after %.2f s; bound %.2f s; one owner alone %.1f s", t / bound, s, t, bound, n * one
    }')")
  echo "run $run: ratio time/bound ${ratios[-1]}"
done
printf '%s\n' "${ratios[@]}" | sort -n | awk -v k="$keepers" -v n="$neighbours" '
  { r[NR] = $1 }
  END { printf "ratio, %d neighbours, owner and %d keepers, time/bound: median %.2f, least %.2f\n", n, k, r[int((NR + 1) / 2)], r[1] }'
