# Gives the booted machine what a real one has and a container lacks, and starts
# the backend that the services under test talk to.
mkdir -p /dev/net
[ -e /dev/h-tty ] || mknod /dev/h-tty c 4 12
[ -e /dev/fuse ] || mknod /dev/fuse c 10 229
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
chgrp dialout /dev/h-tty; chmod 660 /dev/h-tty; chmod 666 /dev/fuse /dev/net/tun
ip link set lo up
ip link add v0 type veth peer name v1 2>/dev/null
ip addr add 10.9.9.1/24 dev v0 2>/dev/null; ip link set v0 up; ip link set v1 up
grep -q " $(hostname)$" /etc/hosts 2>/dev/null || printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" >>/etc/hosts
# Daemons that the message bus would start on its own.
for unit in avahi-daemon polkit udisks2 cups; do
  rm -f "/etc/systemd/system/dbus-org.freedesktop.${unit}.service"
  systemctl mask --runtime $unit.service
done 2>/dev/null
systemd-run --quiet --unit=backend -p Restart=always /h/bin/standin backend
true
