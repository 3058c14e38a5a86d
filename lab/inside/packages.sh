# shellcheck shell=bash
# What the lab needs on the machine: packages, and a kernel for its guests. Sourced, never run.

# shellcheck disable=SC2034
LAB_PACKAGES=(libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients libvirt0
  qemu-system-x86 qemu-utils seabios iproute2 util-linux procps busybox-static cpio xz-utils openssl)

missing_packages() { # PACKAGE...
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] || echo "$package"
  done
}

install_packages() { # PACKAGE...
  local missing
  command -v dpkg-query >/dev/null || fail "needs a Debian or Ubuntu machine, or one with these: $*"
  missing=$(missing_packages "$@")
  [[ -n $missing ]] || return 0
  command -v apt-get >/dev/null || fail "no apt-get to install what is missing: $(paste -sd' ' <<<"$missing")"
  with_machine_lock packages install_missing "$@"
}

install_missing() {
  local missing log=$LAB_CACHE/apt.log
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  mkdir -p "$LAB_CACHE"
  apt_install "${missing[@]}" >"$log" 2>&1 ||
    { dpkg --configure -a >>"$log" 2>&1; apt-get update >>"$log" 2>&1 && apt_install "${missing[@]}" >>"$log" 2>&1; } ||
    fail "apt-get could not install ${missing[*]}: $(grep '^E:' "$log" | tail -1) (see $log)"
}

# The daemons that packages bring must not start on the machine itself. Hiding the starters in a
# mount namespace leaves nothing behind, whatever happens to this process.
apt_install() {
  # shellcheck disable=SC2016
  DEBIAN_FRONTEND=noninteractive unshare --mount bash -c '
    for starter in /usr/sbin/invoke-rc.d /usr/bin/deb-systemd-invoke; do
      if [[ -e $starter ]]; then mount --bind /bin/true "$starter"; fi
    done
    exec apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"' apt_install "$@" 8>&- 9>&-
}

# --- the guests' kernel -----------------------------------------------------

GUEST_MODULES=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk
  scsi_mod virtio_scsi ahci sd_mod button evdev)

prepare_boot() {
  boot_is_ready || with_machine_lock packages build_boot
}

# Names carry what they were built from: a guest that migrates needs the very same files again.
boot_files() {
  local version
  version=$(cat "$LAB_CACHE/kernel/version" 2>/dev/null) || return 1
  echo "vmlinuz-$version initramfs-$version-$(cat "$LAB_INSIDE/guest-init" "$LAB_INSIDE/packages.sh" | sha256sum | cut -c1-12)"
}

boot_is_ready() {
  local kernel initramfs
  read -r kernel initramfs < <(boot_files) && [[ -s $LAB_BOOT/$kernel && -s $LAB_BOOT/$initramfs ]]
}

build_boot() {
  boot_is_ready && return
  [[ -s $LAB_CACHE/kernel/version ]] || fetch_kernel
  build_initramfs
}

# Unpacked and not installed: the machine keeps its own kernel.
fetch_kernel() {
  local work=$LAB_CACHE/kernel.new package version
  say "fetching a kernel for the guests"
  rm -rf "$work" "$LAB_CACHE/kernel"
  mkdir -p "$work" "$LAB_BOOT"
  package=$(kernel_package) || { apt-get update >/dev/null 2>&1; package=$(kernel_package); } ||
    fail "apt knows no linux-image-cloud-amd64 and no linux-image-virtual"
  download_kernel "$work" "$package" || { apt-get update >/dev/null 2>&1 && download_kernel "$work" "$package"; } ||
    fail "apt-get could not download $package"
  find "$work" -maxdepth 1 -name '*.deb' -exec dpkg-deb -x {} "$work" \; -delete
  version=$(find "$work/boot" -name 'vmlinuz-*' | head -1 | sed 's/.*vmlinuz-//')
  [[ -n $version ]] || fail "$package has no kernel"
  mv "$work/boot/vmlinuz-$version" "$LAB_BOOT/vmlinuz-$version"
  echo "$version" >"$work/version"
  mv "$work" "$LAB_CACHE/kernel"
}

kernel_package() {
  apt-cache depends linux-image-cloud-amd64 linux-image-virtual 2>/dev/null |
    awk '/Depends: linux-image-[0-9]/ { print $2; found = 1; exit } END { exit !found }'
}

download_kernel() { # DIR PACKAGE
  local modules=${2/linux-image/linux-modules}
  apt-cache show "$modules" >/dev/null 2>&1 || modules=
  # shellcheck disable=SC2086
  (cd "$1" && apt-get download -o APT::Sandbox::User=root "$2" $modules >/dev/null 2>&1)
}

build_initramfs() {
  local root kernel initramfs
  read -r kernel initramfs < <(boot_files)
  rm -rf "$LAB_CACHE"/initramfs.*
  root=$(mktemp -d "$LAB_CACHE/initramfs.XXXXXX")
  mkdir -p "$root"/{bin,dev,proc,sys,modules,memory}
  cp "$(command -v busybox)" "$root/bin/busybox"
  install -m 755 "$LAB_INSIDE/guest-init" "$root/init"
  add_modules "$root/modules"
  (cd "$root" && find . | cpio --quiet --create --format newc --reproducible --owner 0:0 | gzip -1) >"$root.gz"
  mv "$root.gz" "$LAB_BOOT/$initramfs"
  rm -rf "$root"
}

# Numbered in the order in which they can be loaded; what the kernel has built in is not there.
add_modules() {
  local module added=()
  for module in "${GUEST_MODULES[@]}"; do add_module "$1" "$module"; done
}

add_module() { # DIR NAME
  local file needed
  [[ " ${added[*]-} " != *" ${2//-/_} "* ]] || return 0
  added+=("${2//-/_}")
  file=$(find "$LAB_CACHE/kernel" -name "${2//[-_]/[-_]}.ko*" | head -1)
  [[ -n $file ]] || return 0
  unpack_module "$file" >"$1/unpacked"
  for needed in $(tr '\0' '\n' <"$1/unpacked" | sed -n 's/^depends=//p' | tr ',' ' '); do
    add_module "$1" "$needed"
  done
  unpack_module "$file" >"$1/$(printf %02d "$(find "$1" -name '*.ko' | wc -l)")-$2.ko"
  rm -f "$1/unpacked"
}

unpack_module() {
  case $1 in
    *.xz) xz -dc "$1" ;;
    *.zst) zstd -dc "$1" ;;
    *) cat "$1" ;;
  esac
}
