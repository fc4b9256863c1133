#!/usr/bin/env bash
# A home among the other programs of a house, whose plugs are pulled.
#
# Frigate's reviews come over Mosquitto, its films from a stand-in that answers as Frigate does (tests/house/frigate.py). What
# Home Assistant would read is read at the same Mosquitto. Notifications go to a server that takes what an ntfy server and a
# webhook take (tests/house/sink.py), and letters to aiosmtpd. What is told, a neighbour's home says on their street.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

command -v ffmpeg >/dev/null || skip "no ffmpeg"
command -v python3 >/dev/null || skip "no python3"
command -v mosquitto >/dev/null && command -v mosquitto_pub >/dev/null || skip "no mosquitto with mosquitto-clients"

place=$(mktemp -d)
chmod 755 "$place"
node= ben= broker= frigate= sink= post= reader=
clean_up() {
  local code=$?
  for process in $node $ben $broker $frigate $sink $post $reader; do kill "$process" 2>/dev/null || true; done
  wait
  [ "$code" = 0 ] || tail -n 30 "$place"/*.log "$place"/{read,sink,letters}.txt 2>/dev/null || true
  rm -rf "$place"
}
trap clean_up EXIT

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_HOME=$place/home STREETLAMP_PASSPHRASE=maple
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
# until_so SECONDS COMMAND…: waits until it succeeds.
until_so() {
  local end=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "never came true: ${*:2}"; exit 1; }
    sleep 0.2
  done
}

# Mosquitto, which lets in two names only.
mqtt=$(free_port)
printf 'house:broker-canary\nfrigate:frigate\n' >"$place/passwords"
mosquitto_passwd -U "$place/passwords"
chmod 644 "$place/passwords"
printf 'listener %s 127.0.0.1\nallow_anonymous false\npassword_file %s\n' "$mqtt" "$place/passwords" >"$place/mosquitto.conf"
start_broker() {
  mosquitto -c "$place/mosquitto.conf" >>"$place/mosquitto.log" 2>&1 & broker=$!
  until_so 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$mqtt"
}
start_broker
say() { mosquitto_pub -h 127.0.0.1 -p "$mqtt" -u frigate -P frigate "$@"; }

# Frigate's films: in fragments, as it pipes them; and one that lacks its end.
ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=10:d=22 -c:v libx264 -preset ultrafast -bf 0 -g 10 -pix_fmt yuv420p \
  -movflags frag_keyframe+empty_moov -f mp4 "$place/film.mp4"
ffmpeg -v error -i "$place/film.mp4" -t 3 -c copy -movflags frag_keyframe+empty_moov -f mp4 "$place/film.mp4.short"
http=$(free_port)
start_frigate() {
  python3 tests/house/frigate.py "$http" "$place/film.mp4" "$place/frigate.log" 2>>"$place/frigate.log" & frigate=$!
  until_so 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$http"
}
start_frigate
# review ID TYPE: a review of 15 seconds that is over, in Frigate's list, and said by it.
review() {
  python3 - "$1" "$2" "$place/said.json" <<'P'
import json, sys, time
told = json.load(open("node/src/camera/frigate/review.json"))
now = time.time()
for side in ("before", "after"):
    told[side].update(id=sys.argv[1], start_time=now - 15, end_time=now)
told["type"] = sys.argv[2]
json.dump(told, open(sys.argv[3], "w"))
json.dump([told["after"]], open(sys.argv[3] + ".list", "w"))
P
  curl -sf --data-binary @"$place/said.json.list" "http://127.0.0.1:$http/test/review" >/dev/null
  say -t frigate/reviews -f "$place/said.json"
}

"$program" init --name Ada --cell u33dc1 >/dev/null
STREETLAMP_HOME=$place/ben "$program" init --name Ben --cell u33dc1 >/dev/null
start_node() {
  "$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 -vv >>"$place/node.log" 2>&1 & node=$!
  until_so 10 "$program" status
}
ben() { STREETLAMP_HOME=$place/ben "$program" "$@"; }
STREETLAMP_HOME=$place/ben "$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >>"$place/ben.log" 2>&1 & ben=$!
start_node
until_so 10 ben status
ticket=$("$program" street new "Maple Street" >/dev/null && "$program" street invite | grep -o 'streetlamp:[a-z0-9]*' | head -n 1)
ben street join "$ticket" >/dev/null
state() { "$program" --json camera list | field "[0]['state']"; }
is() { [ "$(state)" = "$1" ]; }
count() { "$program" --json clip list | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
has() { [ "$(count)" -ge "$1" ]; }

add=("$program" camera add --name Porch --frigate "http://127.0.0.1:$http" --mqtt "127.0.0.1:$mqtt" --user viewer --mqtt-user house)
export STREETLAMP_PASSWORD=frigate-canary STREETLAMP_MQTT_PASSWORD=broker-canary
"${add[@]}" >/dev/null 2>&1 && { echo "this machine was taken without a word"; exit 1; }
"${add[@]}" --allow-loopback
unset STREETLAMP_PASSWORD STREETLAMP_MQTT_PASSWORD
"$program" camera test Porch | tee "$place/test.txt"
grep -q 'nothing of the last day' "$place/test.txt"
until_so 5 is listening

# One that is not there yet, then cut off in the middle, then too short, then whole. It takes its time; the rest goes on.
review 1718987129.308396-first end

# Home Assistant: the device with its entities, and how the home is.
mosquitto_sub -h 127.0.0.1 -p "$mqtt" -u frigate -P frigate -t 'homeassistant/#' -t 'streetlamp/#' -F '%r %t %p' >>"$place/read.txt" 2>/dev/null & reader=$!
STREETLAMP_PASSWORD=wrong "$program" house connect --mqtt "127.0.0.1:$mqtt" --user house --allow-loopback 2>/dev/null && { echo "a wrong password was taken"; exit 1; }
STREETLAMP_PASSWORD=broker-canary "$program" house connect --mqtt "127.0.0.1:$mqtt" --user house --allow-loopback --allow lock,mode
read_so() { grep -qE "$1" "$place/read.txt"; }
until_so 5 read_so 'streetlamp/[0-9a-f]+/availability online'
until_so 5 read_so 'homeassistant/device/streetlamp_[0-9a-f]+/config \{'
device=$(grep -oE 'streetlamp/[0-9a-f]+' "$place/read.txt" | head -n 1)
now() { mosquitto_sub -h 127.0.0.1 -p "$mqtt" -u frigate -P frigate -t "$1" --retained-only -W 2 -C 1 2>/dev/null || true; }
now_so() { now "$device/state" | python3 -c "import json, sys; s = json.load(sys.stdin); assert $1, s"; }

# Notifications: one that says nothing of what was said, one that says all of it, and a letter.
http_sink=$(free_port) smtp=$(free_port)
start_sink() {
  python3 tests/house/sink.py "$http_sink" "$place/sink.txt" & sink=$!
  until_so 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$http_sink"
}
start_sink
"$program" notify add --name Phone --ntfy "http://127.0.0.1:$http_sink/topic-canary" 2>/dev/null && { echo "this machine was taken without a word"; exit 1; }
"$program" notify add --name Phone --ntfy "http://127.0.0.1:$http_sink/topic-canary" --allow-loopback --about alerts,doorbell
"$program" --json notify add --name Lamp --webhook "http://127.0.0.1:$http_sink/lamp" --allow-loopback --contents title >"$place/key.json"
letters=
if python3 -c 'import aiosmtpd' 2>/dev/null || /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null; then
  letters=yes
  python=$(python3 -c 'import aiosmtpd' 2>/dev/null && echo python3 || echo /usr/bin/python3)
  "$python" -u -m aiosmtpd -n -l "127.0.0.1:$smtp" -c aiosmtpd.handlers.Debugging stdout >"$place/letters.txt" 2>&1 & post=$!
  until_so 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$smtp"
  "$program" notify add --name Post --mail ada@example.org --from lamp@example.org --smtp "127.0.0.1:$smtp" --encryption none --allow-loopback
  "$program" notify test Post
  grep -q 'This is a test' "$place/letters.txt"
else
  echo "SKIPPED: no aiosmtpd, so no letters"
fi
"$program" notify test Phone
sent() { python3 - "$place/sink.txt" "$1" <<'P'
import json, sys
said = [json.loads(line) for line in open(sys.argv[1])]
phone = [s for s in said if s["path"] == "/topic-canary"]
lamp = [json.loads(s["body"]) for s in said if s["path"] == "/lamp"]
assert eval(sys.argv[2]), (phone, lamp)
P
}

# A neighbour says something urgent.
until_so 10 bash -c "'$program' --json status | grep -q '\"neighbours_connected\": *1'"
said=$(ben --json alert post --kind break-in --urgency urgent --title "Canary at number 7" | field "['alert']")
until_so 5 read_so 'event \{"event_type":"urgent_alert"\}'
until_so 5 now_so 's["urgent"] == "ON" and s["locked"] == "ON" and s["neighbours"] == 1'
until_so 5 sent 'len(phone) == 2 and phone[1]["body"] == "Something urgent on your street" and phone[1]["headers"]["x-priority"] == "5"'
until_so 5 sent 'len(lamp) == 1 and lamp[0]["title"] == "Canary at number 7" and lamp[0]["state"] == "said"'
[ -z "$letters" ] || until_so 5 grep -q 'Subject: Streetlamp: Something urgent on your street' "$place/letters.txt"
python3 - "$place/key.json" "$place/sink.txt" <<'P'
import hashlib, hmac, json, sys
key = json.load(open(sys.argv[1]))["key"]
said = [s for s in map(json.loads, open(sys.argv[2])) if s["path"] == "/lamp"][0]
signed = f'{said["headers"]["x-streetlamp-timestamp"]}.{said["body"]}'
assert said["headers"]["x-streetlamp-signature"] == "sha256=" + hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()
P
echo "an urgent alert is told once on each way, with what was chosen and no more"

# From the house: lock and mode, and what the broker kept does nothing.
"$program" unlock >/dev/null
until_so 5 now_so 's["locked"] == "OFF"'
say -t "$device/lock" -m PRESS
until_so 5 now_so 's["locked"] == "ON"'
"$program" camera schedule Porch --in home,away >/dev/null
say -t "$device/mode/set" -m night
until_so 5 now_so 's["mode"] == "night"'
"$program" camera mode | grep -q 'rest: Porch'
say -t "$device/mode/set" -m nonsense
say -t "$device/mode/set" -m away
until_so 5 now_so 's["mode"] == "away"'
echo "the house locks the home and chooses its mode"

# The server of notifications is away while a neighbour speaks; what he takes back replaces what was sent.
kill -9 "$sink"
ben alert post --kind noise --urgency heads-up --title "Second canary" >/dev/null
until_so 5 bash -c "'$program' --json notify list | grep -q waiting"
start_sink
until_so 10 sent 'len(phone) == 3 and len(lamp) == 2'
ben alert cancel "$said" >/dev/null
until_so 5 sent 'len(phone) == 4 and phone[3]["body"].startswith("Taken back") and phone[3]["headers"]["x-sequence-id"] == phone[1]["headers"]["x-sequence-id"]'
until_so 5 sent 'lamp[2]["state"] == "retracted" and lamp[2]["id"] == lamp[0]["id"]'
until_so 5 read_so 'event \{"event_type":"retraction"\}'
until_so 5 now_so 's["urgent"] == "OFF"'
echo "a retraction replaces what it retracts"

until_so 30 has 1
echo "a film that came at the fourth attempt is sealed"

# The broker is killed, and something happens meanwhile; a flood of messages comes when it is back.
kill -9 "$broker"
# It may be about to look for more of the last film.
until_so 20 is waiting
review 1718987130.000000-second end 2>/dev/null || true
start_broker
for _ in $(seq 40); do echo '{"type":"end","after":{"id":"x/../y","camera":"../..","start_time":1,"end_time":2,"severity":"alert"}}'; done | say -t frigate/reviews -l
head -c 300000 /dev/zero | say -t frigate/reviews -s
until_so 35 has 2
until_so 10 is listening
until_so 10 now_so 's["mode"] == "away"'
echo "what happened while the broker was away came, and Home Assistant is told everything again"

# The node is killed: the broker says so, and nothing is taken or told twice.
kill -9 "$node"
wait "$node" 2>/dev/null || true
until_so 5 bash -c "mosquitto_sub -h 127.0.0.1 -p $mqtt -u frigate -P frigate -t '$device/availability' -C 1 -W 2 | grep -q offline"
start_node
until_so 10 is listening
until_so 5 bash -c "mosquitto_sub -h 127.0.0.1 -p $mqtt -u frigate -P frigate -t '$device/availability' -C 1 -W 2 | grep -q online"
[ "$(count)" = 2 ] || { echo "a film was taken twice"; exit 1; }
sent 'len(phone) == 4 and len(lamp) == 3' || { echo "something was told twice"; exit 1; }

# Somebody is at the door.
told=$(sed 's/"type":"end"/"type":"new"/; s/"type": "end"/"type": "new"/' "$place/said.json")
say -t frigate/reviews -m "$told"
until_so 5 sent 'len(phone) == 5 and phone[4]["body"].startswith("Somebody is at a camera")'
sent 'len(lamp) == 3'
echo "somebody at the door rings where that was chosen"

# A home that leaves leaves nothing behind.
"$program" house leave
[ -z "$(now 'homeassistant/#')$(now 'streetlamp/#')" ] || { echo "something of the home stays at the broker"; exit 1; }
for name in Phone Lamp; do "$program" notify remove "$name" >/dev/null; done

# What plays is whole, and nothing that was secret or somebody's is anywhere.
"$program" unlock >/dev/null
for clip in $("$program" --json clip list | python3 -c 'import json, sys; [print(c["clip"]) for c in json.load(sys.stdin)]'); do
  "$program" clip open "$clip" -o "$place/out.mp4" --force >/dev/null
  ffmpeg -v error -xerror -i "$place/out.mp4" -f null -
  seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$place/out.mp4")
  python3 -c "assert 21 < $seconds < 23, $seconds"
done
# The neighbour's own titles are in the feed; what else was secret has names of its own.
for secret in frigate-canary broker-canary topic-canary 'Bob Canary' 'CANARY 42' steps_canary "$(field "['key']" <"$place/key.json")"; do
  grep -rqaF "$secret" "$place/home" "$place/node.log" && { echo "'$secret' was kept or logged"; exit 1; }
done
grep -qiE 'canary|number 7' "$place/read.txt" && { echo "the broker was told what was said"; exit 1; }
echo "ok"
