# libvirt and QEMU, as they work in nested namespaces.
host_uuid=$(printf %s "$name-uuid" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/')
put /etc/libvirt/libvirtd.conf <<X
unix_sock_group = "root"
auth_unix_ro = "none"
auth_unix_rw = "none"
listen_tls = 0
listen_tcp = 1
auth_tcp = "none"
host_uuid = "$host_uuid"
X
put /etc/libvirt/qemu.conf <<X
user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
remember_owner = 0
stdio_handler = "file"
seccomp_sandbox = 0
X
