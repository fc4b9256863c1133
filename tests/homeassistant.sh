#!/usr/bin/env bash
# A home in a real Home Assistant, through a real broker: its entities appear, an urgent alert of a neighbour reaches them, a button
# locks the home, a choice changes its mode, and a home that leaves is gone. For a night, not part of .ci/run (see house/hass.sh).
# It says when it is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "SKIPPED: $*"; exit 0; }
for program in mosquitto mosquitto_sub curl; do command -v "$program" >/dev/null || skip "no $program"; done
program=${PROGRAM:-target/debug/streetlamp}
[ -x "$program" ] || skip "no program at $program: cargo build -p streetlamp"
program=$(realpath "$program")

place=$(mktemp -d)
pids=()
finish() {
  code=$?
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  if [ "$code" != 0 ]; then
    tail -n 30 "$place"/*.log || true
  fi
  rm -rf "$place"
}
trap finish EXIT

. tests/house/hass.sh

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_so() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "never so: $*"; exit 1; }
    sleep 0.2
  done
}
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

mqtt=$(free_port) http=$(free_port)
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$mqtt" >"$place/mosquitto.conf"
mosquitto -c "$place/mosquitto.conf" >"$place/mosquitto.log" 2>&1 & pids+=($!)
until_so 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$mqtt"

ada() { "$program" --home "$place/ada" "$@"; }
ben() { "$program" --home "$place/ben" "$@"; }
export STREETLAMP_PASSPHRASE="a passphrase for one night"
ada init --name Ada --cell u33dc1 >/dev/null
ben init --name Ben --cell u33dc1 >/dev/null
for home in ada ben; do
  "$program" --home "$place/$home" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >"$place/$home.log" 2>&1 & pids+=($!)
done
node=${pids[1]}
until_so 10 ada status
until_so 10 ben status
ada street new "Maple Street" >/dev/null
ben street join "$(ada --json street invite | field "['ticket']")" >/dev/null
ada house connect --mqtt "127.0.0.1:$mqtt" --allow-loopback --allow lock,mode --contents title >/dev/null

# Home Assistant, set up as somebody does who opens it for the first time: a user, and the broker.
mkdir "$place/hass"
cat >"$place/hass/configuration.yaml" <<Y
http:
  server_host: 127.0.0.1
  server_port: $http
api:
config:
onboarding:
logger:
  default: warning
Y
"$hass" --config "$place/hass" --skip-pip >"$place/hass.log" 2>&1 & pids+=($!)
url=http://127.0.0.1:$http
until_so 120 curl -sf "$url/api/onboarding"
code=$(curl -sf "$url/api/onboarding/users" -H 'Content-Type: application/json' \
  -d "{\"client_id\": \"$url/\", \"name\": \"Ada\", \"username\": \"ada\", \"password\": \"for-one-night\", \"language\": \"en\"}" | field "['auth_code']")
token=$(curl -sf "$url/auth/token" -d grant_type=authorization_code -d "code=$code" -d "client_id=$url/" | field "['access_token']")
ask() { curl -sf -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; }
flow=$(ask "$url/api/config/config_entries/flow" -d '{"handler": "mqtt"}' | field "['flow_id']")
ask "$url/api/config/config_entries/flow/$flow" -d "{\"broker\": \"127.0.0.1\", \"port\": $mqtt}" | grep -q create_entry
state() { ask "$url/api/states/$1" | python3 -c "import json, sys; s = json.load(sys.stdin); assert $2, s"; }
is() { state "$1" "s['state'] == '$2'"; }

until_so 30 is binary_sensor.streetlamp_locked on
until_so 10 is binary_sensor.streetlamp_urgent_alert off
until_so 10 is sensor.streetlamp_connected_neighbours 1
is binary_sensor.streetlamp_disk off
is select.streetlamp_mode home
state sensor.streetlamp_free_room "float(s['state']) > 0"
is event.streetlamp_street unknown
state button.streetlamp_lock "s['state'] in ('unknown', 'unavailable') and s['state'] == 'unknown'"
echo "ok: the home is a device with its entities"

said=$(ben --json alert post --kind break-in --urgency urgent --title "Cellar of number 7" | field "['alert']")
until_so 10 is binary_sensor.streetlamp_urgent_alert on
until_so 10 state event.streetlamp_street "s['attributes']['event_type'] == 'urgent_alert' and s['attributes']['title'] == 'Cellar of number 7'"
ben alert cancel "$said" >/dev/null
until_so 10 is binary_sensor.streetlamp_urgent_alert off
until_so 10 state event.streetlamp_street "s['attributes']['event_type'] == 'retraction'"
echo "ok: an urgent alert is seen, and that it was taken back"

ada unlock >/dev/null
until_so 10 is binary_sensor.streetlamp_locked off
ask "$url/api/services/button/press" -d '{"entity_id": "button.streetlamp_lock"}' >/dev/null
until_so 10 is binary_sensor.streetlamp_locked on
ada --json status | grep -q '"locked": *true'
ask "$url/api/services/select/select_option" -d '{"entity_id": "select.streetlamp_mode", "option": "night"}' >/dev/null
until_so 10 is select.streetlamp_mode night
ada camera mode | grep -q night
echo "ok: a button locks the home, and a choice changes its mode"

kill -9 "$node"
until_so 40 is binary_sensor.streetlamp_locked unavailable
"$program" --home "$place/ada" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >>"$place/ada.log" 2>&1 & pids+=($!)
until_so 20 is binary_sensor.streetlamp_locked on
echo "ok: a home that dies is unavailable, and comes back"

ada house leave >/dev/null
gone() { ! ask "$url/api/states" | grep -q streetlamp_; }
until_so 10 gone
echo "ok: a home that leaves is gone"
