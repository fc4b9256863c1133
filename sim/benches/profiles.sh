#!/usr/bin/env bash
# Whether the debug build and the release build leave the same trace of the same run, and whether a run that checks each
# signature once leaves the trace of one that checks all of them. Prints the traces; fails if they differ.
#
# DEBUG and RELEASE name programs in place of the two builds, SCENARIO and HOMES something else than a small busy town.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-target}
[ -n "${DEBUG:-}" ] || cargo build --quiet -p streetlamp-sim
[ -n "${RELEASE:-}" ] || cargo build --quiet --release -p streetlamp-sim
debug=${DEBUG:-$target/debug/streetlamp-sim} release=${RELEASE:-$target/release/streetlamp-sim}
scenario=${SCENARIO:-power-cut} homes=${HOMES:-30}

# A run outside of a bound leaves a trace, too.
trace() {
  { "$@" || true; } | sed -n 's/^ *trace //p'
}

failed=0
for seed in 1 2 3; do
  run=(run "$scenario" --homes "$homes" --seed "$seed")
  one=$(trace "$debug" "${run[@]}")
  for other in "$release" "$release --set checks.once=true"; do
    read -ra program <<<"${other%% --*}"
    read -ra more <<<"${other#"${program[0]}"}"
    two=$(trace "${program[@]}" "${run[@]}" "${more[@]}")
    if [ -n "$one" ] && [ "$one" = "$two" ]; then
      echo "same     seed $seed  $one  $other"
    else
      echo "DIFFERS  seed $seed  ${one:-no trace}, and ${two:-no trace}  $other"
      failed=1
    fi
  done
done
exit "$failed"
