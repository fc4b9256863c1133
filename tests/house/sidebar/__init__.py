"""Shows an app in Home Assistant's side bar as its own `hassio` integration does, which starts with a whole Supervisor only.

What passes requests on is that integration's own view.
"""
from homeassistant.components.frontend import async_register_built_in_panel
from homeassistant.components.hassio.ingress import async_setup_ingress_view


async def async_setup(hass, config):
    async_setup_ingress_view(hass, config["sidebar"]["supervisor"])
    url = f"/api/hassio_ingress/{config['sidebar']['token']}/"
    async_register_built_in_panel(hass, "iframe", "Streetlamp", "mdi:outdoor-lamp", "streetlamp", {"url": url})
    return True
