# To be sourced, with $place: sets $hass to Home Assistant's program, and $hass_python to the Python that it runs in.
#
# Home Assistant comes from PyPI and takes minutes and half a gigabyte: what needs it is for a night, not part of .ci/run. HASS
# names a 'hass' that is there already; without one it is installed into $place, for which python3.13 is needed.
hass=${HASS:-$(command -v hass || true)}
if [ -z "$hass" ]; then
  python=$(command -v python3.13 || true)
  "${python:-false}" -c 'import venv' 2>/dev/null || skip "no 'hass', and no python3.13 to install it for"
  "$python" -m venv "$place/python"
  pip=("$place/python/bin/pip" install --quiet)
  # What it would fetch by itself later.
  more() { "$place/python/bin/python" tests/house/needs.py >"$place/needs.txt" && "${pip[@]}" -r "$place/needs.txt"; }
  { "${pip[@]}" homeassistant==2025.4.4 && more; } >"$place/pip.log" 2>&1 ||
    skip "Home Assistant could not be installed: $(tail -n 1 "$place/pip.log")"
  hass=$place/python/bin/hass
fi
hass_python=$(dirname "$hass")/python
echo "Home Assistant $("$hass" --version)"
