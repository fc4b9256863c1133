#!/usr/bin/env bash
# What the house's servers are told goes under TLS, and to none that shows a wrong certificate: Mosquitto, a stand-in for Frigate
# (tests/house/frigate.py), and a mail server in both ways of TLS. Each is tried with a certificate of an authority that the home
# trusts, with one for another name, and with one of an authority that nobody knows.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "SKIPPED: $*"; exit 0; }
for program in openssl mosquitto python3; do command -v "$program" >/dev/null || skip "no $program"; done

place=$(mktemp -d)
chmod 755 "$place"
pids=()
finish() {
  code=$?
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  [ "$code" = 0 ] || tail -n 20 "$place"/*.log || true
  rm -rf "$place"
}
trap finish EXIT

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_so() {
  local end=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "never came true: ${*:2}"; exit 1; }
    sleep 0.2
  done
}
serves() { until_so 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"; }

# authority NAME; certificate NAME AUTHORITY HOSTS: NAME.crt and NAME.key.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
    -keyout "$place/$1.key" -out "$place/$1.crt" 2>/dev/null
}
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -keyout "$place/$1.key" -out "$place/$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$3" >"$place/$1.ext"
  openssl x509 -req -in "$place/$1.csr" -CA "$place/$2.crt" -CAkey "$place/$2.key" -days 2 -extfile "$place/$1.ext" -out "$place/$1.crt" 2>/dev/null
  chmod 644 "$place/$1.key"
}
authority trusted
authority unknown
certificate good trusted IP:127.0.0.1,DNS:localhost
certificate other-name trusted DNS:elsewhere.example
certificate strange unknown IP:127.0.0.1,DNS:localhost
kinds="good other-name strange"

# The home trusts one authority.
export SSL_CERT_FILE=$place/trusted.crt STREETLAMP_HOME=$place/home STREETLAMP_PASSPHRASE=maple
unset SSL_CERT_DIR
"$program" init --name Ada --cell u33dc1 >/dev/null
"$program" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >"$place/node.log" 2>&1 & pids+=($!)
until_so 10 "$program" status

printf '{"film": "none"}' >"$place/film"
cp "$place/film" "$place/film.short"
export STREETLAMP_PASSWORD=frigate-canary
for kind in $kinds; do
  mqtt=$(free_port) http=$(free_port)
  printf 'listener %s 127.0.0.1\nallow_anonymous true\ncertfile %s\nkeyfile %s\n' "$mqtt" "$place/$kind.crt" "$place/$kind.key" >"$place/$kind.conf"
  mosquitto -c "$place/$kind.conf" >>"$place/mosquitto.log" 2>&1 & pids+=($!)
  python3 tests/house/frigate.py "$http" "$place/film" "$place/frigate.log" "$place/$kind.crt" "$place/$kind.key" 2>>"$place/frigate.log" & pids+=($!)
  serves "$mqtt"
  serves "$http"
  said=$place/$kind.said
  "$program" house connect --mqtt "mqtts://localhost:$mqtt" --allow-loopback >"$said" 2>&1 && house=yes || house=no
  [ "$house" = no ] || { "$program" house show | grep -q '^mqtts://localhost'; "$program" house leave >/dev/null; }
  "$program" camera add --name "$kind" --frigate "https://127.0.0.1:$http" --user viewer --mqtt "mqtts://127.0.0.1:$mqtt" --allow-loopback >/dev/null
  "$program" camera test "$kind" >>"$said" 2>&1 && camera=yes || camera=no
  case $kind:$house:$camera in
    good:yes:yes | other-name:no:no | strange:no:no) ;;
    *) echo "certificate '$kind': house $house, camera $camera"; cat "$said"; exit 1 ;;
  esac
  [ "$kind" = good ] || grep -q 'no good certificate' "$said" || { echo "$kind is refused without a word"; cat "$said"; exit 1; }
done
# In the clear nothing answers at such a port.
! "$program" house connect --mqtt "127.0.0.1:$mqtt" --allow-loopback >/dev/null 2>&1 || { echo "spoke in the clear"; exit 1; }
grep -q 'brings no films camera=other-name.*invalid peer certificate' "$place/node.log" || { echo "the log does not say why Frigate is refused"; exit 1; }
echo "ok: broker and Frigate are spoken to under TLS, and refused with a wrong certificate"
unset STREETLAMP_PASSWORD

python=
for candidate in python3 /usr/bin/python3; do "$candidate" -c 'import aiosmtpd' 2>/dev/null && python=$candidate; done
[ -n "$python" ] || { echo "SKIPPED: no aiosmtpd, so no letters"; exit 0; }
for way in starttls tls; do
  for kind in $kinds; do
    smtp=$(free_port)
    case $way in
      tls) options=(--smtpscert "$place/$kind.crt" --smtpskey "$place/$kind.key") ;;
      *) options=(--tlscert "$place/$kind.crt" --tlskey "$place/$kind.key") ;;
    esac
    letters=$place/$way-$kind.letters
    "$python" -u -m aiosmtpd -n -l "127.0.0.1:$smtp" "${options[@]}" -c aiosmtpd.handlers.Debugging stdout >"$letters" 2>>"$place/mail.log" & pids+=($!)
    serves "$smtp"
    name=$way-$kind
    "$program" notify add --name "$name" --mail ada@example.org --from lamp@example.org --smtp "localhost:$smtp" --encryption "$way" --allow-loopback >/dev/null
    "$program" notify test "$name" >/dev/null 2>&1 && told=yes || told=no
    grep -q 'This is a test' "$letters" && came=yes || came=no
    case $kind:$told:$came in
      good:yes:yes | other-name:no:no | strange:no:no) ;;
      *) echo "letters by $way with certificate '$kind': told $told, came $came"; exit 1 ;;
    esac
  done
done
echo "ok: letters go under TLS in both ways, and to no server with a wrong certificate"
