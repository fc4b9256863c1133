#!/usr/bin/env bash
# Makes the folder of the app for Home Assistant: homeassistant.sh [PROGRAM [FOLDER]]
#
# PROGRAM is target/release/streetlamp without a word, and must be of the machine on which Home Assistant runs. The folder goes to
# Home Assistant's `addons`, as it is; its Supervisor builds the container.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${1:-target/release/streetlamp}
out=${2:-target/homeassistant/streetlamp}
rm -rf "$out"
mkdir -p "$out"
cp -r node/packaging/homeassistant/. LICENSE-APACHE LICENSE-MIT "$out"
"${STRIP:-strip}" --strip-unneeded -o "$out/streetlamp" "$program"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
sed -i "s/^version: .*/version: \"$version\"/" "$out/config.yaml"
echo "$out"
