#!/usr/bin/env bash
# An exported clip opens with a second age program that is not ours and not the one written in Go: `age-encryption` for
# JavaScript, fetched from npm into a directory that is gone afterwards. Stock `age` is tried by the stories.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

command -v node >/dev/null && command -v npm >/dev/null || skip "no node or npm here"
command -v ffmpeg >/dev/null || skip "no ffmpeg here, and so no film"

place=$(mktemp -d)
node_pid=
clean_up() {
  local code=$?
  [ -z "$node_pid" ] || kill "$node_pid" 2>/dev/null || true
  wait
  if [ "$code" != 0 ]; then
    cat "$place/run.log" 2>/dev/null || true
  fi
  rm -rf "$place"
}
trap clean_up EXIT

npm install --prefix "$place" --silent --no-audit --no-fund age-encryption@0.3 >/dev/null 2>&1 ||
  skip "age-encryption could not be fetched from npm"

cargo build --quiet -p streetlamp
program=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/streetlamp
export STREETLAMP_PASSPHRASE=maple
cd "$place"

home() { "$program" --home ./ada "$@"; }
answers() { home status --json 2>/dev/null | grep -q '"running": *true'; }

home init --name Ada --cell u33dc1 >/dev/null
"$program" --home ./ada run --json --no-mdns --web 127.0.0.1:0 --listen /ip4/127.0.0.1/tcp/0 >run.log 2>&1 &
node_pid=$!
for _ in $(seq 300); do
  answers && break
  sleep 0.2
done
ffmpeg -loglevel error -f lavfi -i testsrc2=s=320x240:r=15:d=4 -f lavfi -i sine=d=4 -pix_fmt yuv420p film.mp4
clip=$(home clip add film.mp4 --json | grep -o '"clip":"[0-9a-f]*"' | cut -d'"' -f4)
home unlock >/dev/null

cat >keys.mjs <<'END'
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { writeFileSync } from "node:fs";
const identity = await generateX25519Identity();
writeFileSync("identity.txt", identity);
writeFileSync("recipient.txt", await identityToRecipient(identity));
END
cat >open.mjs <<'END'
import { Decrypter } from "age-encryption";
import { readFileSync, writeFileSync } from "node:fs";
const decrypter = new Decrypter();
decrypter.addIdentity(readFileSync("identity.txt", "utf8"));
for (const name of ["clip", "silent"]) {
  writeFileSync(`${name}.mp4`, await decrypter.decrypt(readFileSync(`${name}.age`)));
}
END

node keys.mjs
recipient=$(cat recipient.txt)
home clip export "$clip" --to "$recipient" -o clip.age >/dev/null
home clip export "$clip" --to "$recipient" --without-audio -o silent.age >/dev/null
home clip open "$clip" -o ours.mp4 >/dev/null
home clip export "$clip" --plain --plain -o silent-ours.mp4 >/dev/null
node open.mjs
cmp clip.mp4 ours.mp4
cmp silent.mp4 silent-ours.mp4
home clip verify clip.age --identity identity.txt >/dev/null
home clip verify silent.mp4 --manifest silent.age.manifest >/dev/null
version=$(node -p 'JSON.parse(fs.readFileSync("node_modules/age-encryption/package.json")).version')
echo "age-encryption $version opens what was exported"
