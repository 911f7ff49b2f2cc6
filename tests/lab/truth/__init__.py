"""What the graph must say, read from kernel, Open vSwitch, libvirt and MariaDB by code that no collector shares."""
