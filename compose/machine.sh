# shellcheck shell=bash
# What the scripts in this folder share: how they speak, and what the machine must have. Sourced, not run.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
self=$(basename "$0")

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "$self" "$*" >&2; }
fail() {
  warn "$*"
  exit 1
}

# Runs a command as root: directly, or by sudo, which asks only a person.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif ! command -v sudo >/dev/null; then
    fail "this needs root, and there is no sudo: run as root:  $*"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@" || fail "this needs root: run as root:  $*"
  fi
}

# Installs those of the named Debian packages that are missing.
need_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null || {
    warn "not a Debian system: these packages, or what corresponds to them, must be there: $*"
    return 0
  }
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "Installing ${missing[*]} …"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || warn "apt-get update failed; trying without"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    </dev/null >/dev/null || fail "cannot install ${missing[*]}: see apt-get's message above"
}

# Finds Swift, also where its installers put it without touching the path.
need_swift() {
  local folder version
  for folder in "${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}" /opt/swift/usr/bin /usr/local/swift/usr/bin; do
    command -v swift >/dev/null && break
    [[ -x $folder/swift ]] && PATH=$folder:$PATH
  done
  command -v swift >/dev/null || fail "Swift 6.3 is missing: curl -O https://download.swift.org/swiftly/linux/swiftly-$(
    uname -m
  ).tar.gz && tar xzf swiftly-*.tar.gz && ./swiftly init  (or see https://www.swift.org/install/linux)"
  # An unpacked Swift lacks what it is linked with, on a machine that never built anything.
  swift --version >/dev/null 2>&1 ||
    need_packages binutils gcc libc6-dev libcurl4 libedit2 libncurses6 libstdc++-12-dev libxml2 tzdata zlib1g-dev
  swift --version >/dev/null || fail "Swift does not run: see its message above"
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  [[ $(printf '6.3\n%s\n' "${version:-0}" | sort -V | head -n 1) == 6.3 ]] ||
    fail "this is Swift ${version:-of an unknown version}, and 6.3 is needed: see https://www.swift.org/install/linux"
}

# What building and running take.
need_to_run() {
  need_swift
  need_packages ca-certificates curl git jq libcurl4-openssl-dev librdkafka-dev libsqlite3-dev pkg-config procps python3
}

# Where the data are: what was asked for, or `data` in the checkout.
data_folder() {
  mkdir -p "${1:-$top/data}" || fail "cannot make ${1:-$top/data}: choose another folder with --data"
  (cd "${1:-$top/data}" && pwd -P)
}

# Whether a supervisor holds the data folder.
is_running() { [[ -e $1/run/lock ]] && ! flock -n "$1/run/lock" true; }
