#!/usr/bin/env bash
# The Debian package from outside: what is in it, and that installing, upgrading over a home with data, removing and purging do what
# docs/guide/install.md says. Everything happens in a copy of this system that is thrown away (an overlay over /); nothing is
# installed here. Takes about half a minute; not part of .ci/run, since cargo-deb has to be built first. Needs root, dpkg and
# cargo-deb, else it says that it is skipped. PROGRAM is what is packaged, target/debug/streetlamp without a word.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "SKIPPED: $*"; exit 0; }
[ "$(id -u)" = 0 ] || skip "the package is tried as root only"
for program in dpkg-deb adduser unshare; do command -v "$program" >/dev/null || skip "no $program"; done
cargo deb --version >/dev/null 2>&1 || skip "no cargo-deb: cargo install --locked cargo-deb"

# The mounts of this script are its own, and gone with it.
[ "${APART:-}" = yes ] || APART=yes exec unshare --mount --propagation private "$0" "$@"
place=$(mktemp -d)
node=
finish() {
  [ -z "$node" ] || kill "$node" 2>/dev/null || true
  [ -z "$node" ] || wait "$node" || true
  umount --recursive --lazy "$place" || true
  rmdir "$place"
}
trap finish EXIT
mount -t tmpfs tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/system"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$place/system" 2>/dev/null ||
  skip "no overlay can be mounted"
mount -t proc proc "$place/system/proc"
mount --rbind /dev "$place/system/dev"
mount -t tmpfs tmpfs "$place/system/tmp"
mount -t tmpfs tmpfs "$place/system/run"
there=(chroot "$place/system" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
there() { "${there[@]}" "$@"; }
home=("${there[@]}" setpriv --reuid streetlamp --regid streetlamp --clear-groups streetlamp --home /var/lib/streetlamp/home)
home() { "${home[@]}" "$@"; }
say() { echo "ok: $*"; }

# One package, and the same program as a newer one.
FAST=--fast bash node/packaging/deb.sh "${PROGRAM:-target/debug/streetlamp}" "$place/first.deb" >/dev/null
mkdir "$place/files"
dpkg-deb --raw-extract "$place/first.deb" "$place/files"
sed -i 's/^Version: .*/Version: 99.0-1/' "$place/files/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$place/files" "$place/second.deb" >/dev/null
mv "$place/first.deb" "$place/second.deb" "$place/system/tmp"

# What is in it works.
units=("$place/files/usr/lib/systemd/system/streetlamp.service" "$place/files/usr/lib/systemd/user/streetlamp.service")
if command -v systemd-analyze >/dev/null; then
  exposure=$(systemd-analyze security --offline=true --no-pager "${units[0]}" | grep -o 'exposure level.*: [0-9.]*' | grep -o '[0-9.]*$')
  python3 -c "import sys; sys.exit($exposure > 2)" || { echo "the service is exposed: $exposure"; exit 1; }
  say "systemd finds the service exposed by $exposure of 10"
else
  echo "SKIPPED: no systemd-analyze"
fi
pages=$(find "$place/files/usr/share/man/man1" -name 'streetlamp*.1.gz' | wc -l)
[ "$pages" -gt 50 ] || { echo "only $pages manual pages"; exit 1; }
zcat "$place/files/usr/share/man/man1/streetlamp-alert-post.1.gz" | grep -q 'Tell the street what happened'
completed=$(bash -c 'source "$1"; COMP_WORDS=(streetlamp alert po); COMP_CWORD=2; _streetlamp streetlamp po alert; echo "${COMPREPLY[*]}"' - "$place/files/usr/share/bash-completion/completions/streetlamp")
[ "$completed" = post ] || { echo "bash completes 'alert po' to '$completed'"; exit 1; }
say "manual pages and completions"

there dpkg -i /tmp/first.deb >"$place/told" 2>&1 || { cat "$place/told"; exit 1; }
grep -q 'There is no home on this machine yet' "$place/told"
[ -L "$place/system/etc/systemd/system/multi-user.target.wants/streetlamp.service" ] || { echo "the service is not enabled"; exit 1; }
[ "$(stat -c '%U %a' "$place/system/var/lib/streetlamp" 2>/dev/null | cut -d' ' -f2)" = 700 ] || { echo "others can look into the place of the home"; exit 1; }
home init --name Ada --cell u281z7 >/dev/null
start() {
  # No function: what is in the background must be the node itself.
  "${home[@]}" run --web 127.0.0.1:0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 >/dev/null 2>"$place/node.log" & node=$!
  for _ in $(seq 100); do home status >/dev/null 2>&1 && return; sleep 0.1; done
  cat "$place/node.log"
  exit 1
}
stop() { kill "$node"; wait "$node" || true; node=; }
start
home street new "Maple Street" >/dev/null
home alert post --kind noise --title "Before the upgrade" >/dev/null
stop
say "a new machine gets a user, a service and a place for a home, and runs it"

there dpkg -i /tmp/second.deb >"$place/told" 2>&1 || { cat "$place/told"; exit 1; }
! grep -q 'no home on this machine' "$place/told" || { echo "an upgrade asks for a home that is there"; exit 1; }
start
home alert list | grep -q 'Before the upgrade'
home doctor --json | python3 -c 'import json, sys; bad = [c for c in json.load(sys.stdin) if not c["ok"] and c["check"] in ("home", "store", "ledger")]; assert not bad, bad'
stop
say "an upgrade finds everything as it was"

kept() { [ -f "$place/system/var/lib/streetlamp/home/device.key" ]; }
there dpkg -r streetlamp >"$place/told" 2>&1
kept || { echo "removing took the home"; exit 1; }
[ ! -e "$place/system/usr/bin/streetlamp" ] || { echo "removing left the program"; exit 1; }
there dpkg -P streetlamp >"$place/told" 2>&1
kept || { echo "purging took the home"; exit 1; }
grep -q 'To destroy the home for good' "$place/told"
say "neither removing nor purging takes a home, and purging says how to"

rm -r "$place/system/var/lib/streetlamp"/*
there dpkg -i /tmp/second.deb >/dev/null 2>&1
there dpkg -P streetlamp >"$place/told" 2>&1
[ ! -e "$place/system/var/lib/streetlamp" ] || { echo "purging leaves an empty place"; cat "$place/told"; exit 1; }
! there getent passwd streetlamp >/dev/null || { echo "purging leaves a user of nothing"; cat "$place/told"; exit 1; }
say "without a home purging leaves nothing"
