# shellcheck shell=bash
# What the lab's commands share. Sourced, never run. Tests run lab/exec thousands of times, so what
# it needs starts no process.
set -euo pipefail

LAB_INSIDE=${BASH_SOURCE[0]%/*}
[[ $LAB_INSIDE == /* ]] || LAB_INSIDE=$PWD/$LAB_INSIDE
# shellcheck disable=SC2034
LAB_HOME=${LAB_INSIDE%/*}
LAB_NAME=${LAB_NAME:-ferry}
LAB_ROOT=/var/lib/virt-ferry-lab
LAB_DIR=$LAB_ROOT/$LAB_NAME
LAB_CACHE=/var/cache/virt-ferry-lab
# shellcheck disable=SC2034
LAB_BOOT=$LAB_CACHE/boot
LAB_LOCKS=/run/virt-ferry-lab
LAB_BRIDGE=vfb-$LAB_NAME
# Carried in the environment of everything that outlives a command, so that lab/down finds it.
LAB_MARK=VIRT_FERRY_LAB_PROCESS=$LAB_NAME
COMMAND=lab/${0##*/}

fail() { printf '%s: %s\n' "$COMMAND" "$*" >&2; exit 1; }
misuse() { printf '%s: %s\n' "$COMMAND" "$*" >&2; exit 2; }
say() { printf '%s\n' "$*"; }

check_lab_name() {
  [[ $LAB_NAME =~ ^[a-z0-9-]{1,8}$ ]] || misuse "LAB_NAME must be 1 to 8 of a-z, 0-9 and -, not '$LAB_NAME'"
}

check_machine() {
  check_lab_name
  [[ $OSTYPE == linux* ]] || fail "needs Linux"
  [[ $EUID == 0 ]] || fail "needs root: network namespaces, bridges and mounts"
}

# Descriptor 9 is the lab's lock, 8 the machine's: whatever outlives a command must close both.
lock_lab() { # exclusive|shared [seconds]
  mkdir -p "$LAB_LOCKS"
  exec 9>>"$LAB_LOCKS/$LAB_NAME.lock"
  flock "--$1" --wait "${2:-900}" 9
}

unlock_lab() { exec 9>&-; }

with_machine_lock() { # packages|network COMMAND...
  mkdir -p "$LAB_LOCKS"
  { flock --wait 900 8 || fail "another lab held $LAB_LOCKS/.$1.lock for 15 minutes"; "${@:2}"; } 8>>"$LAB_LOCKS/.$1.lock"
}

wait_until() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# --- hosts ------------------------------------------------------------------

HOST_NAMES=(kvm-a kvm-b kvm-c kvm-d kvm-e kvm-f kvm-g kvm-h)

host_names() { printf '%s\n' "${HOST_NAMES[@]:0:$1}"; } # N

count_hosts() {
  HOST_COUNT=0
  [[ ! -f $LAB_DIR/hosts ]] || read -r HOST_COUNT <"$LAB_DIR/hosts"
}

# The hosts this lab was asked to have, in order.
lab_hosts() {
  count_hosts
  ((HOST_COUNT == 0)) || host_names "$HOST_COUNT"
}

has_host() {
  local name
  count_hosts
  for name in "${HOST_NAMES[@]:0:HOST_COUNT}"; do
    [[ $name != "$1" ]] || return 0
  done
  return 1
}

require_host() {
  [[ -n ${1:-} ]] || misuse "which host?"
  has_host "$1" || fail "lab $LAB_NAME has no host '$1' (it has: $(lab_hosts | paste -sd' '))"
}

require_lab() { [[ -s $LAB_DIR/env ]] || fail "lab $LAB_NAME is not up: run lab/up first"; }

lab_subnet() { echo "$(<"$LAB_DIR/subnet")"; }
lab_gateway() { echo "$(lab_subnet).1"; }
host_letter() { echo "${1#kvm-}"; }
host_address() {
  local letters=abcdefgh before
  before=${letters%%"$(host_letter "$1")"*}
  echo "$(lab_subnet).$((11 + ${#before}))"
}
host_uri() { echo "qemu+tcp://$(host_address "$1")/system"; }
host_dir() { echo "$LAB_DIR/$1"; }
host_netns() { echo "vf-$LAB_NAME.$1"; }
host_veth() { echo "vfh-$LAB_NAME-$(host_letter "$1")"; }

namespace_id() { stat -Lc %i "$1" 2>/dev/null; }

# The host's PID 1 as this machine numbers it; fails when the host is not there.
host_pid() {
  local pid
  { read -r pid <"$LAB_DIR/$1/pid"; } 2>/dev/null || return 1
  [[ -n $pid && /proc/$pid/ns/net -ef /run/netns/vf-$LAB_NAME.$1 ]] && echo "$pid"
}

on_host() { # HOST COMMAND...
  local pid
  pid=$(host_pid "$1") || fail "host $1 of lab $LAB_NAME is not running: run lab/up"
  nsenter -t "$pid" -m -u -i -n -p -- "${@:2}"
}

virsh_on() { # HOST VIRSH-ARGUMENT...
  on_host "$1" env -u LIBVIRT_DEFAULT_URI LC_ALL=C.UTF-8 timeout -k 2 "${VIRSH_SECONDS:-30}" virsh -q "${@:2}"
}

host_answers() { timeout 5 virsh -q -c "$(host_uri "$1")" version >/dev/null 2>&1; }
host_answers_inside() { VIRSH_SECONDS=5 virsh_on "$1" version >/dev/null 2>&1; }

# The process id of the host's libvirtd, inside the host.
daemon_pid() {
  # shellcheck disable=SC2016
  on_host "$1" sh -c 'pid=$(cat /run/libvirtd.pid 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = libvirtd ] && echo "$pid"'
}

start_daemon() {
  on_host "$1" env -i PATH="$PATH" HOME=/root LC_ALL=C.UTF-8 "$LAB_MARK" "$LAB_INSIDE/host-daemons" 8>&- 9>&- </dev/null
}

# --- hosts that start and lose their power ----------------------------------

# From its files, as they are.
boot_host() {
  local dir
  dir=$(host_dir "$1")
  with_machine_lock network connect_host "$1"
  setsid env -i PATH="$PATH" HOME=/root LC_ALL=C.UTF-8 LAB_BOOT="$LAB_BOOT" "$LAB_MARK" \
    nsenter --net="/run/netns/$(host_netns "$1")" "$LAB_DIR/bin/host-init" outer "$dir" "$1" \
    </dev/null >"$dir/init.log" 2>&1 &
}

connect_host() {
  local netns veth
  netns=$(host_netns "$1") veth=$(host_veth "$1")
  ip netns add "$netns"
  ip link add "$veth" type veth peer name eth0 netns "$netns"
  ip -n "$netns" link set lo up
  # A host that is made anew keeps its hardware address, which its peers remember for a while.
  # shellcheck disable=SC2046,SC2183
  ip -n "$netns" link set eth0 address "$(printf '02:00:%02x:%02x:%02x:%02x' $(host_address "$1" | tr . ' '))"
  ip -n "$netns" address add "$(host_address "$1")/24" dev eth0
  ip -n "$netns" link set eth0 up
  ip link set "$veth" master "$LAB_BRIDGE" up
}

# The network goes first, so that no farewell of a dying process reaches a peer; what the kernel would
# repeat later goes with the namespace.
cut_power() {
  set_link "$1" down 2>/dev/null || true
  kill_all host_processes "$1"
  ip link del "$(host_veth "$1")" 2>/dev/null || true
  remove_netns "$(host_netns "$1")"
}

# --- the service ------------------------------------------------------------

find_jdk() {
  local candidate
  for candidate in "${JAVA_HOME-}" /usr/lib/jvm/*; do
    if [[ -x $candidate/bin/java ]] && grep -qs '^JAVA_VERSION="25[".]' "$candidate/release"; then
      echo "$candidate"
      return
    fi
  done
  fail "needs a JDK 25: install one and set JAVA_HOME to it"
}

free_port() { # [FROM]
  local port first=${1:-8480}
  for ((port = first; port < first + 100; port++)); do
    [[ -n $(ss -Hltn "sport = $port") ]] || { echo "$port"; return; }
  done
  fail "no free port from $first to $((first + 99)) for the service"
}

# --- consoles ---------------------------------------------------------------

console() { echo "$LAB_DIR/$2/root/var/log/libvirt/$1.console"; } # NAME HOST

# Sets TICK to the last tick there, of which only whole lines count. It is asked for over and over,
# so it starts no process.
read_tick() { # NAME HOST
  local lines i
  TICK=0
  { mapfile -t lines <"$LAB_DIR/$2/root/var/log/libvirt/$1.console"; } 2>/dev/null || return 1
  for ((i = ${#lines[@]} - 1; i >= 0; i--)); do
    if [[ ${lines[i]} =~ ^tick\ ([0-9]+)$'\r'$ ]]; then
      TICK=${BASH_REMATCH[1]}
      return
    fi
  done
  return 1
}

last_tick() { read_tick "$1" "$2" && echo "$TICK"; } # NAME HOST
ticked_past() { { read_tick "$1" "$2" || true; } && ((TICK > $3)); } # NAME HOST MIN

# --- links ------------------------------------------------------------------

slow_link() { # HOST RATE: both into and out of the host
  local shape=(handle 1: tbf rate "$2" burst 256kb latency 200ms)
  tc qdisc replace dev "$(host_veth "$1")" root "${shape[@]}" &&
    tc -n "$(host_netns "$1")" qdisc replace dev eth0 root "${shape[@]}"
}

full_speed_link() {
  tc qdisc del dev "$(host_veth "$1")" root 2>/dev/null || true
  tc -n "$(host_netns "$1")" qdisc del dev eth0 root 2>/dev/null || true
}

set_link() { ip link set "$(host_veth "$1")" "$2"; } # HOST up|down

# --- taking things away -----------------------------------------------------

# Everything that runs in one of this host's namespaces, found through the kernel and not through
# what was written down.
host_processes() {
  local network ours mounts
  network=$(namespace_id "/run/netns/$(host_netns "$1")") || return 0
  ours=$(processes_in net "$network")
  mounts=$(for pid in $ours; do namespace_id "/proc/$pid/ns/mnt" || true; done | sort -u |
    grep -vxF -e "$(namespace_id /proc/1/ns/mnt)" -e "$(namespace_id /proc/self/ns/mnt)" || true)
  { echo "$ours"; for mount in $mounts; do processes_in mnt "$mount"; done; } | sort -un | grep . || true
}

processes_in() { # net|mnt NAMESPACE-ID
  { stat -Lc '%i %n' /proc/[0-9]*/ns/"$1" 2>/dev/null || true; } |
    awk -v id="$2" '$1 == id { split($2, part, "/"); print part[3] }'
}

# What runs in the machine's own namespaces on behalf of this lab.
marked_processes() { # [MARK]
  { grep -lzxF -- "${1:-$LAB_MARK}" /proc/[0-9]*/environ 2>/dev/null || true; } | cut -d/ -f3 | grep -vx $$ || true
}

kill_all() { # FUNCTION-THAT-LISTS-PIDS [ARGUMENT...]
  local pids tries
  for ((tries = 0; tries < 100; tries++)); do
    pids=$("$@")
    [[ -n $pids ]] || return 0
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null || true
    sleep 0.1
  done
  fail "could not end these processes: $(paste -sd' ' <<<"$pids")"
}

remove_host() {
  cut_power "$1"
  remove_dir "$(host_dir "$1")"
}

remove_netns() {
  [[ -e /run/netns/$1 ]] || return 0
  ip netns del "$1" 2>/dev/null || { umount -l "/run/netns/$1" 2>/dev/null || true; rm -f "/run/netns/$1"; }
}

remove_dir() {
  [[ -d $1 ]] || return 0
  unmount_below "$1"
  detach_loops_below "$1"
  rm -rf --one-file-system -- "$1"
}

unmount_below() {
  awk -v dir="$1" '$5 == dir || index($5, dir "/") == 1 { print $5 }' /proc/self/mountinfo | sort -r |
    while read -r mount; do umount -l "$mount"; done
}

detach_loops_below() {
  local loop
  for loop in $(loops_below "$1"); do losetup --detach "$loop"; done
}

# By device and inode: a loop device set up inside a host knows its file by the host's path.
loops_below() {
  command -v losetup >/dev/null || return 0
  local device files loops loop inode backing
  device=$(stat -c '%Hd:%Ld' "$1")
  loops=$(losetup --list --noheadings --output NAME,BACK-INO,BACK-MAJ:MIN 2>/dev/null) || return 0
  [[ -n $loops ]] || return 0
  files=$(find "$1" -xdev -type f -printf '%i\n')
  while read -r loop inode backing; do
    if [[ $backing == "$device" ]] && grep -qxF "$inode" <<<"$files"; then echo "$loop"; fi
  done <<<"$loops"
}

remove_lab() {
  local host
  kill_all marked_processes
  for host in $(host_names 8); do remove_host "$host"; done
  ip link del "$LAB_BRIDGE" 2>/dev/null || true
  remove_dir "$LAB_DIR"
}
