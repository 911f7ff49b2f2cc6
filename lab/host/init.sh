#!/bin/bash
# First process of one host, in fresh mount, uts, ipc and pid namespaces and a network namespace that is made already.
# Arguments: the host's name and its folder (upper/ work/ root/ of the overlay).
name=$1 base=$2 root=$2/root
set -e
mount --make-rprivate /
mount -t overlay "overlay-$name" -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount --bind "$root/dev/pts/ptmx" "$root/dev/ptmx"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mkdir -p "$root/dev/shm" "$root/run/lock" "$root/run/lab" "$root/run/sshd" "$root/run/netns" "$root/.old"
cd "$root"
pivot_root . .old
umount -l /.old
rmdir /.old 2>/dev/null || true
hostname "$name"
ip link set lo up
touch /run/lab/ready
exec </dev/null
trap 'exit 0' TERM
set +e
while :; do # bash reaps orphans
  sleep 3600 &
  wait $!
done
