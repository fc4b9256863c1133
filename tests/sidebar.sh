#!/usr/bin/env bash
# The page in the side bar of a real Home Assistant, in a real browser: `--page-behind`, as an app of Home Assistant has it. Home
# Assistant's own view passes every request on; what its Supervisor adds is played by tests/house/supervisor.py, as there is no
# Supervisor without its operating system. For a night, not part of .ci/run (see house/hass.sh). It says when it is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "SKIPPED: $*"; exit 0; }
for program in curl ffmpeg openssl node npm python3; do command -v "$program" >/dev/null || skip "no $program"; done
chromium=$(command -v chromium || command -v chromium-browser || true)
[ -n "$chromium" ] || skip "no Chromium (on Debian: apt install chromium)"
program=${PROGRAM:-target/debug/streetlamp}
[ -x "$program" ] || skip "no program at $program: cargo build -p streetlamp"
program=$(realpath "$program")

place=$(mktemp -d)
pids=()
finish() {
  code=$?
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  [ "$code" = 0 ] || tail -n 30 "$place"/*.log || true
  rm -rf "$place"
}
trap finish EXIT
. tests/house/hass.sh
stage=${CARGO_TARGET_DIR:-target}/browser
mkdir -p "$stage"
cp tests/browser/* "$stage/"
(cd "$stage" && npm ci --silent --ignore-scripts --no-audit --no-fund) || skip "playwright-core and axe-core cannot be installed"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_so() {
  local end=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "never so: ${*:2}"; exit 1; }
    sleep 0.2
  done
}
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

# Half a minute of noise, which is larger than what a proxy passes on in one piece.
ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=15:d=30 -vf noise=alls=20:allf=t -c:v libx264 -preset ultrafast -crf 22 -g 30 \
  -pix_fmt yuv420p "$place/film.mp4"
ffmpeg -v error -t 3 -i "$place/film.mp4" -c copy "$place/short.mp4"
supervisor=$(free_port) behind=$(free_port) http=$(free_port)
"$hass_python" tests/house/supervisor.py "$supervisor" "$behind" >"$place/supervisor.log" 2>&1 & pids+=($!)
until_so 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$supervisor"

# Home Assistant under TLS, set up as somebody does who opens it for the first time, with one app.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hass \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$place/hass.key" -out "$place/hass.crt" 2>/dev/null
mkdir -p "$place/hass/custom_components"
cp -r tests/house/sidebar "$place/hass/custom_components/"
token=$(python3 -c 'import secrets; print(secrets.token_urlsafe())')
cat >"$place/hass/configuration.yaml" <<Y
http:
  server_host: 127.0.0.1
  server_port: $http
  ssl_certificate: $place/hass.crt
  ssl_key: $place/hass.key
api:
config:
frontend:
onboarding:
sidebar:
  supervisor: 127.0.0.1:$supervisor
  token: $token
logger:
  default: warning
Y
"$hass" --config "$place/hass" --skip-pip >"$place/hass.log" 2>&1 & pids+=($!)
url=https://127.0.0.1:$http
ask() { curl -sf --cacert "$place/hass.crt" -H 'Content-Type: application/json' "$@"; }
until_so 120 ask "$url/api/onboarding"
code=$(ask "$url/api/onboarding/users" \
  -d "{\"client_id\": \"$url/\", \"name\": \"Ada\", \"username\": \"ada\", \"password\": \"for-one-night\", \"language\": \"en\"}" | field "['auth_code']")
bearer=$(curl -sf --cacert "$place/hass.crt" "$url/auth/token" -d grant_type=authorization_code -d "code=$code" -d "client_id=$url/" | field "['access_token']")
for step in core_config analytics; do ask -H "Authorization: Bearer $bearer" "$url/api/onboarding/$step" -d '{}' >/dev/null; done
ask -H "Authorization: Bearer $bearer" "$url/api/onboarding/integration" -d "{\"client_id\": \"$url/\", \"redirect_uri\": \"$url/\"}" >/dev/null

PROGRAM=$program SCREENS=$(realpath "$stage")/screens CHROMIUM=$chromium PLACE=$place FILM=$place/film.mp4 SHORT=$place/short.mp4 \
  BEHIND=127.0.0.1:$behind HASS_URL=$url/ HASS_PASSWORD=for-one-night INGRESS=/api/hassio_ingress/$token/ \
  SUPERVISOR=http://127.0.0.1:$supervisor timeout 600 node "$stage/sidebar.mjs"
echo ok
