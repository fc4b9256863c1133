#!/usr/bin/env bash
# What Streetlamp seals opens with a second age program that is not ours and not the one written in Go: `age-encryption`
# for JavaScript, fetched from npm into a directory that is gone afterwards. It opens exports, to an ordinary and to a
# post-quantum key; an own clip with nothing but the home directory and the recovery sheet; a granted one with nothing
# but the grantee's directory and passphrase. Stock `age` is tried by the stories.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "SKIPPED: $*"
  exit 0
}

command -v node >/dev/null && command -v npm >/dev/null || skip "no node or npm here"
command -v ffmpeg >/dev/null || skip "no ffmpeg here, and so no film"

place=$(mktemp -d)
pids=()
clean_up() {
  local code=$?
  [ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  if [ "$code" != 0 ]; then
    cat "$place"/*.log 2>/dev/null || true
  fi
  rm -rf "$place"
}
trap clean_up EXIT

npm install --prefix "$place" --silent --no-audit --no-fund age-encryption@0.3 >/dev/null 2>&1 ||
  skip "age-encryption could not be fetched from npm"

[ -n "${PROGRAM:-}" ] || cargo build --quiet -p streetlamp
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/streetlamp}")
export STREETLAMP_PASSPHRASE=maple
cd "$place"

ada() { "$program" --home ./ada "$@"; }
ben() { "$program" --home ./ben "$@"; }

# Waits for up to a minute until a command says yes.
until_it() {
  for _ in $(seq 300); do
    "$@" && return
    sleep 0.2
  done
  echo "waited in vain: $*" >&2
  return 1
}
answers() { "$1" status --json 2>/dev/null | grep -q '"running": *true'; }
got() { ben clip list --json 2>/dev/null | grep -q "$1"; }

for name in ada ben; do
  "$name" init --name "$name" --cell u33dc1 >/dev/null
  "$program" --home "./$name" run --json --no-mdns --web 127.0.0.1:0 --listen /ip4/127.0.0.1/tcp/0 >"$name.log" 2>&1 &
  pids+=("$!")
done
until_it answers ada
until_it answers ben

field() { grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | cut -d'"' -f4; }
ada street new "Maple Street" >/dev/null
ben street join "$(ada street invite --json | field ticket)" >/dev/null 2>&1
ffmpeg -loglevel error -f lavfi -i testsrc2=s=320x240:r=15:d=4 -f lavfi -i sine=d=4 -pix_fmt yuv420p film.mp4
clip=$(ada clip add film.mp4 --json | field clip)
ada unlock >/dev/null

cat >keys.mjs <<'JS'
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { writeFileSync } from "node:fs";
for (const [name, identity] of [["x25519", await generateX25519Identity()], ["hybrid", await generateHybridIdentity()]]) {
  writeFileSync(`${name}.txt`, identity);
  writeFileSync(`${name}.recipient`, await identityToRecipient(identity));
}
JS
# open.mjs KEYFILE FILE OUT
cat >open.mjs <<'JS'
import { Decrypter } from "age-encryption";
import { readFileSync, writeFileSync } from "node:fs";
const [keys, file, out] = process.argv.slice(2);
const decrypter = new Decrypter();
decrypter.addIdentity(readFileSync(keys, "utf8").match(/AGE-SECRET-KEY-\S+/)[0]);
writeFileSync(out, await decrypter.decrypt(readFileSync(file)));
JS
# archive.mjs KEYFILE DIRECTORY SEALED OUT: as somebody would who has a directory and no program. Whatever looks like a
# header in it is put before the sealed bytes and tried.
cat >archive.mjs <<'JS'
import { Decrypter } from "age-encryption";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const [keys, directory, sealed, out] = process.argv.slice(2);
const decrypter = new Decrypter();
decrypter.addIdentity(readFileSync(keys, "utf8").match(/AGE-SECRET-KEY-\S+/)[0]);
const header = /age-encryption\.org\/v1\n(?:-> [^\n]*\n(?:[A-Za-z0-9+/]*\n)+?)+--- [A-Za-z0-9+/]{43}\n/g;
const body = readFileSync(sealed);
for (const name of readdirSync(directory, { recursive: true })) {
  const path = join(directory, name);
  if (!statSync(path).isFile()) continue;
  for (const [found] of readFileSync(path, "latin1").matchAll(header)) {
    try {
      writeFileSync(out, await decrypter.decrypt(Buffer.concat([Buffer.from(found, "latin1"), body])));
      process.exit(0);
    } catch {}
  }
}
console.error("no header in the directory opens the clip");
process.exit(1);
JS
# reading.mjs FILE OUT: the reading key out of its file, with the passphrase.
cat >reading.mjs <<'JS'
import { Decrypter } from "age-encryption";
import { readFileSync, writeFileSync } from "node:fs";
const decrypter = new Decrypter();
decrypter.addPassphrase(process.env.STREETLAMP_PASSPHRASE);
writeFileSync(process.argv[3], await decrypter.decrypt(readFileSync(process.argv[2])));
JS

node keys.mjs
ada clip open "$clip" -o ours.mp4 >/dev/null
ada clip export "$clip" --plain --plain -o silent-ours.mp4 >/dev/null
for kind in x25519 hybrid; do
  recipient=$(cat "$kind.recipient")
  ada clip export "$clip" --to "$recipient" -o "$kind.age" >/dev/null
  ada clip export "$clip" --to "$recipient" --without-audio -o "$kind-silent.age" >/dev/null
  node open.mjs "$kind.txt" "$kind.age" "$kind.mp4"
  node open.mjs "$kind.txt" "$kind-silent.age" "$kind-silent.mp4"
  cmp "$kind.mp4" ours.mp4
  cmp "$kind-silent.mp4" silent-ours.mp4
  ada clip verify "$kind.age" --identity "$kind.txt" >/dev/null
  ada clip verify "$kind-silent.mp4" --manifest "$kind-silent.age.manifest" >/dev/null
done

ada grant give "$clip" ben >/dev/null
until_it got "$clip"
ben clip fetch "$clip" >/dev/null
kill "${pids[@]}"
wait
pids=()

for name in ada ben; do
  grep -h AGE-SECRET-KEY-1 "$name"-recovery-sheet* >"$name-sheet.txt"
done
node archive.mjs ada-sheet.txt ada "ada/clips/$clip.sealed" from-sheet.mp4
cmp from-sheet.mp4 ours.mp4
node reading.mjs ben/reading.age ben-reading.txt
node archive.mjs ben-reading.txt ben "ben/clips/$clip.sealed" granted.mp4
cmp granted.mp4 ours.mp4
# Ben's sheet is of Ben's clips, and Ada's reading key is not on it.
! node archive.mjs ben-sheet.txt ada "ada/clips/$clip.sealed" no.mp4 2>/dev/null

version=$(node -p 'JSON.parse(fs.readFileSync("node_modules/age-encryption/package.json")).version')
echo "age-encryption $version opens exports, a granted clip, and an archive with its sheet"
