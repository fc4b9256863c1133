#!/usr/bin/env bash
# The page in numbers: bytes of a first load, time until it can be used on a slow phone, scrolling through a full feed, and 200
# open pages on one node. One line of JSON; page.mjs says what each number is.
#
# NEIGHBOURS (1) come one after the other and post EACH (400) alerts: 25 fill a street, but for one, to the 10,000
# that it holds at most.
# PROGRAM can be set; a debug build is measured otherwise. Needs node, npm and Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."

chromium=$(command -v chromium || command -v chromium-browser) || { echo "no Chromium"; exit 1; }
target=${CARGO_TARGET_DIR:-target}
[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-$target/debug/streetlamp}")

stage=$target/browser
mkdir -p "$stage"
cp tests/browser/* node/benches/page.mjs "$stage/"
(cd "$stage" && npm ci --silent --ignore-scripts --no-audit --no-fund)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
PROGRAM=$program SCREENS=$(realpath "$stage")/screens CHROMIUM=$chromium PLACE=$place node "$stage/page.mjs"
