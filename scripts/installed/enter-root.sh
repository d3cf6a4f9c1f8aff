#!/bin/sh
# Becomes the first process of a system whose root is $1, with processes and mounts of its own, and waits there until
# its input ends. A changed root would not do: the kernel refuses user namespaces, the sandbox's ground, to whoever
# was confined by chroot.
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mkdir -p proc dev tmp run sys .outside
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run
pivot_root . .outside
umount -l /.outside
rmdir /.outside 2>/dev/null || true
echo ready
exec cat >/dev/null
