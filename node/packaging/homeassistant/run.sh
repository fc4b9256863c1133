#!/usr/bin/env bash
# Starts the home as a user of its own. Home Assistant owns /data; the home is a directory below it.
set -euo pipefail

options=${OPTIONS:-/data/options.json}
home=${STREETLAMP_HOME:?}
page=()
# The Supervisor comes from this address, to that of the machine in Home Assistant's own network. Both are always the same.
if [ "$(jq -r .page "$options")" = true ]; then
  page=(--page-behind "${BEHIND:-172.30.32.1:8422}" --page-proxy "${PROXY:-172.30.32.2}")
fi
if [ "$(id -u)" = 0 ]; then
  install -d -m 0700 -o streetlamp -g streetlamp "$(dirname "$home")"
  exec setpriv --reuid streetlamp --regid streetlamp --clear-groups --inh-caps=-all --no-new-privs streetlamp run "${page[@]}"
fi
exec streetlamp run "${page[@]}"
