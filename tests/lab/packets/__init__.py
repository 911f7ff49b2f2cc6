"""Real packets between the lab's guests: sent by them, seen on every device, and compared with the product's paths.

Nothing here knows how the product finds paths: what a packet visited is put together from what kernel, Open vSwitch,
libvirt and MariaDB say.
"""
