#!/bin/bash
# A tiny real Linux guest: Debian's cloud kernel, a busybox initramfs, on an unpartitioned FAT disk that SeaBIOS boots by syslinux.
# Result: $LAB/img/disk.raw (24 MB). It takes an address on each NIC, serves HTTP, pings the peers in its user data, and does what
# is written to its serial port.
set -e
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$LAB/img"
cd "$LAB/img"
recipe=$(cat "$here"/* | sha256sum | cut -c1-12)
[ -e disk.raw ] && [ "$(cat disk.recipe 2>/dev/null)" = "$recipe" ] && exit 0
kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends/{print $2; exit}')
ls "$kernel"*.deb >/dev/null 2>&1 || apt-get download -q "$kernel" >/dev/null 2>&1
rm -rf kernel initramfs
dpkg-deb -x "$kernel"*.deb kernel
cp kernel/boot/vmlinuz-* vmlinuz
mkdir -p initramfs/{bin,proc,sys,dev,tmp,www,modules,etc}
cp /bin/busybox initramfs/bin/
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci failover net_failover virtio_net \
  llc stp mrp garp 8021q; do
  find kernel/lib/modules -name "$module.ko" -exec cp {} initramfs/modules/ \;
done
cp "$here/init" "$here/udhcpc.sh" initramfs/
chmod +x initramfs/init initramfs/udhcpc.sh
echo 'hosts: files' >initramfs/etc/nsswitch.conf
echo '127.0.0.1 localhost' >initramfs/etc/hosts
(cd initramfs && find . | cpio -o -H newc --quiet | gzip -9) >initrd.img
truncate -s 24M disk.part
mformat -i disk.part -v LAB -h 16 -s 63 -T 49152 ::
printf 'DEFAULT l\nPROMPT 0\nTIMEOUT 1\nLABEL l\n KERNEL vmlinuz\n APPEND initrd=initrd.img console=ttyS0 quiet\n' >syslinux.cfg
mcopy -i disk.part vmlinuz initrd.img syslinux.cfg ::
syslinux --install disk.part
mv disk.part disk.raw
echo "$recipe" >disk.recipe
rm -rf kernel initramfs
