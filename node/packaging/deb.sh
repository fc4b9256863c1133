#!/usr/bin/env bash
# Makes a Debian package of a program that was built: deb.sh [PROGRAM [OUT.deb]]
#
# PROGRAM is target/release/streetlamp without a word. Needs cargo-deb (cargo install --locked cargo-deb). For another kind of
# machine set TARGET, such as aarch64-unknown-linux-gnu, STRIP, such as aarch64-linux-gnu-strip, and say with HELPER which program
# of this machine writes the manual. FAST=--fast spares time, and makes a larger package.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=$(realpath "${1:-target/release/streetlamp}")
out=${2:-target/debian/streetlamp.deb}
helper=${HELPER:-$program}
made=${CARGO_TARGET_DIR:-target}/packaging

# What cargo-deb finds by the names in node/Cargo.toml.
rm -rf "$made"
mkdir -p "$made/man" "$made/completions"
"${STRIP:-strip}" --strip-unneeded -o "$made/streetlamp" "$program"
"$helper" manual "$made/man" >/dev/null
gzip --best --no-name "$made"/man/*.1
for shell in bash zsh fish; do
  "$helper" completions "$shell" >"$made/completions/$shell"
done
mkdir -p "$(dirname "$out")"
cargo deb --quiet --package streetlamp --no-build --no-strip ${FAST:+"$FAST"} ${TARGET:+--target "$TARGET"} --output "$out"
echo "$out"
