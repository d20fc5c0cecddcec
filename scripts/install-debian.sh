#!/usr/bin/env bash
# Installs the Debian packages that tests talk to: Kannel, Net::SMPP, libsmpp34 with a C compiler, tshark, and promtool.
# Asks nothing, may be run again at any time, and returns at once when everything is there.
set -euo pipefail

readonly packages=(gcc make libc6-dev kannel libnet-smpp-perl libsmpp34-dev libsmpp34-1 tshark prometheus)

say() { printf 'install-debian: %s\n' "$*"; }
fail() {
  printf 'install-debian: ERROR: %s\n' "$*" >&2
  exit 1
}

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
  fail "this machine has no apt-get. Missing here, to be installed by hand: ${packages[*]}"
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  say "all there: ${packages[*]}"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || fail "not root and no sudo. Missing: ${missing[*]}"
  sudo -n true 2>/dev/null || fail "sudo would ask for a password here. Missing: ${missing[*]}. Run: sudo bash $0"
  as_root=(sudo -n)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Kannel's package starts two daemons on installation, that of Prometheus one. The tests start their own, if any, so
# policy-rc.d (101: action forbidden by policy) keeps a fresh install quiet. A file that is already there belongs to the machine and stays.
policy=/usr/sbin/policy-rc.d
own_policy=no
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$work/policy"
  "${as_root[@]}" install -m 755 "$work/policy" "$policy"
  own_policy=yes
fi
clean_up() {
  [ "$own_policy" = no ] || "${as_root[@]}" rm -f "$policy"
  rm -rf "$work"
}
trap clean_up EXIT

# apt takes the lock of another run as an error unless told to wait for it.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes
  -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)

say "installing: ${missing[*]}"
# The lists of a fresh image are empty or old: try with what is there, then with new lists.
if ! "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null >"$work/log" 2>&1; then
  say "refreshing the package lists"
  "${apt[@]}" update </dev/null >"$work/log" 2>&1 || say "apt-get update had errors, see below if the installation fails"
  "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null >>"$work/log" 2>&1 || {
    tail -n 40 "$work/log" >&2
    fail "apt-get could not install: ${missing[*]}"
  }
fi
say "done"
