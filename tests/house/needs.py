"""Prints what Home Assistant, in whose Python this runs, still needs for MQTT, its page, and apps in it, a requirement a line."""
import json
import pathlib

import homeassistant.components

root = pathlib.Path(homeassistant.components.__file__).parent
seen, needed, todo = set(), set(), ["mqtt", "frontend", "hassio"]
while todo:
    name = todo.pop()
    if name in seen:
        continue
    seen.add(name)
    manifest = json.loads((root / name / "manifest.json").read_text())
    needed.update(manifest.get("requirements", []))
    todo += manifest.get("dependencies", [])
print("\n".join(sorted(needed)))
