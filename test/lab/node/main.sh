#!/bin/bash
# Runs below a node's PID 1 (labkit init), in new network, mount, PID, UTS, IPC and cgroup namespaces.
# Moves into the node's own root filesystem and starts the node's programs.
#   main.sh ROOT BIN HERE HIERARCHY...   HIERARCHY: controllers of a cgroup v1 hierarchy, as mount takes them, or unified
set -e
root=$1 bin=$2 here=$3
shift 3
# NODE, ADDRESS, CONTROL_PLANE (yes or no), POD_CIDR, SERVICE_CIDR
. "$root/etc/lab-node"
hostname "$NODE"

mount --bind "$root" "$root"
cd "$root"
for from in "/usr usr" "$bin lab/bin" "$here lab/node"; do
  mount --rbind "${from% *}" "${from##* }"
  mount -o remount,bind,ro "${from##* }"
done
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t sysfs sysfs sys
if [ "$1" = unified ]; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  shift
else
  mount -t tmpfs tmpfs sys/fs/cgroup
fi
for controllers in "$@"; do
  mkdir "sys/fs/cgroup/$controllers"
  mount -t cgroup -o "$controllers" cgroup "sys/fs/cgroup/$controllers"
  for one in ${controllers//,/ }; do
    [ -e "sys/fs/cgroup/$one" ] || ln -s "$controllers" "sys/fs/cgroup/$one"
  done
done
mount -t proc proc proc
mkdir -p run/lock run/netns run/flannel run/sysctl run/stop run/svc old
pivot_root . old
cd /
umount -l /old
rmdir /old

# The kubelet must not change kernel settings of the machine: only net.*, which each namespace has of its own, stays
# writable, and what the kubelet insists on is shown to it as already being so.
for folder in kernel vm fs; do
  mount --bind /proc/sys/$folder /proc/sys/$folder
  mount -o remount,bind,ro /proc/sys/$folder
done
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=/run/sysctl/${setting//\//_}
  echo "${setting#*=}" > "$file"
  mount --bind "$file" "/proc/sys/${setting%=*}"
done
mount --make-rshared /
# cgroup v2: whoever started this node makes room for the groups of pods, see makeRoomBelow.
while [ -e /sys/fs/cgroup/cgroup.subtree_control ] && ! grep -q memory /sys/fs/cgroup/cgroup.subtree_control; do
  sleep 0.05
done
export PATH=/lab/bin:$PATH
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.ip_unprivileged_port_start=0
# Not there until the first bridge is, on kernels that have it as a module.
sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true

# The node's service manager: starts NAME again a second after it ended, unless /run/stop/NAME is there.
service() {
  local name=$1
  shift
  (
    set +e
    while :; do
      if [ -e "/run/stop/$name" ]; then
        sleep 0.2
        continue
      fi
      "$@" >> "/var/log/lab/$name.log" 2>&1 < /dev/null &
      echo $! > "/run/svc/$name"
      wait $!
      rm -f "/run/svc/$name"
      sleep 1
    done
  ) &
}
service containerd containerd --config /etc/containerd/config.toml
if [ "$CONTROL_PLANE" = yes ]; then . /lab/node/control-plane.sh; fi
service kubelet kubelab kubelet --config=/etc/kubernetes/kubelet.yaml \
  --kubeconfig="/etc/kubernetes/pki/kubelet-$NODE.kubeconfig" --hostname-override="$NODE" --node-ip="$ADDRESS" \
  --root-dir=/var/lib/kubelet --v=1
wait
