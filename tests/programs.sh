#!/usr/bin/env bash
# What programs of the household read, judged by stock tools: the OpenAPI document by openapi-spec-validator from PyPI, which is
# fetched into a directory that is gone afterwards, and the figures by Prometheus: promtool, and a scrape with the settings that
# node/packaging has. Each says when it is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "SKIPPED: $*"; }
command -v curl >/dev/null && command -v python3 >/dev/null || { skip "no curl or python3"; exit 0; }

place=$(mktemp -d)
node='' prometheus=''
finish() {
  code=$?
  for process in $node $prometheus; do kill "$process" 2>/dev/null || true; done
  wait
  [ "$code" = 0 ] || tail -n 20 "$place"/*.log || true
  rm -rf "$place"
}
trap finish EXIT

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_HOME=$place/home STREETLAMP_PASSPHRASE=maple
until_so() {
  local end=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "never came true: ${*:2}"; exit 1; }
    sleep 0.2
  done
}
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
"$program" init --name Ada --cell u33dc1 >/dev/null
"$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >/dev/null 2>"$place/node.log" & node=$!
until_so 10 "$program" status
page=$("$program" --json status | field "['web']")
token() { "$program" --json token add "$1" --scope "$1" | field "['token']"; }

read=$(token read)
curl -sf -H "Authorization: Bearer $read" "$page/api/v1/openapi.json" >"$place/openapi.json"
if python3 -m venv "$place/python" 2>/dev/null && "$place/python/bin/pip" install --quiet openapi-spec-validator==0.9.0 >"$place/pip.log" 2>&1; then
  "$place/python/bin/openapi-spec-validator" "$place/openapi.json" >"$place/validator.log" || { cat "$place/validator.log"; exit 1; }
  echo "ok: the API's document is OpenAPI"
else
  skip "no openapi-spec-validator"
fi

metrics=$(token metrics)
! curl -sf "$page/metrics" >/dev/null || { echo "figures without a token"; exit 1; }
! curl -sf -H "Authorization: Bearer $read" "$page/metrics" >/dev/null || { echo "figures for another token"; exit 1; }
curl -sf -H "Authorization: Bearer $metrics" "$page/metrics" >"$place/metrics"
if command -v promtool >/dev/null; then
  # It reads the older text form, in which counters are called by their whole name and there is no type 'info'.
  totals=$(sed -n 's/^\(streetlamp_[a-z_]*\)_total .*/\1/p' "$place/metrics" | paste -sd '|')
  sed -E "s/^# (HELP|TYPE) ($totals) /# \1 \2_total /; s/^# HELP streetlamp_build /# HELP streetlamp_build_info /; s/^# TYPE streetlamp_build info/# TYPE streetlamp_build_info gauge/" \
    "$place/metrics" >"$place/older"
  promtool check metrics <"$place/older" || { cat "$place/older"; exit 1; }
  echo "ok: promtool finds nothing odd"
else
  skip "no promtool"
fi
if command -v prometheus >/dev/null; then
  sed "s/127.0.0.1:8420/${page#http://}/; s/scrape_interval: 1m/scrape_interval: 1s/" node/packaging/prometheus/streetlamp.yml >"$place/prometheus.yml"
  printf %s "$metrics" >"$place/streetlamp.token"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  prometheus --config.file="$place/prometheus.yml" --storage.tsdb.path="$place/tsdb" --web.listen-address="127.0.0.1:$port" >"$place/prometheus.log" 2>&1 & prometheus=$!
  answers() { curl -sf "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1" | grep -q '"value":\['; }
  until_so 20 answers 'streetlamp_locked == 1'
  until_so 5 answers 'streetlamp_reached{how="local"} == 1'
  until_so 5 answers 'up{job="streetlamp"} == 1'
  echo "ok: Prometheus has the figures"
else
  skip "no prometheus"
fi
