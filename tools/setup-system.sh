#!/usr/bin/env bash
# Check for the Debian packages labctl needs outside Python; as root, install the missing ones.
# Never fails: what cannot be installed is said in one line, and whoever needs it will say so again.
set -euo pipefail

qt_offscreen=(libegl1 libgl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3 fonts-dejavu-core)
qt_window=(libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0)
optional=(ngspice) # only the tests that compare the plant with a circuit simulator
python="${PYTHON:-python3}"

say() { printf 'labctl: %s\n' "$*" >&2; }

if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system; the window needs the libraries that Debian calls" \
        "${qt_offscreen[*]} ${qt_window[*]}, and some tests need ${optional[*]}"
    exit 0
fi

# Names of installed packages and of what they provide (libglib2.0-0t64 provides libglib2.0-0).
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
    sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//')
missing() {
    local name
    for name in "$@"; do
        grep -qxF -- "$name" <<<"$present" || printf '%s ' "$name"
    done
}

required=("${qt_offscreen[@]}" "${qt_window[@]}")
if ! command -v "$python" >/dev/null; then
    if [[ $python == python3 ]]; then required+=(python3 python3-venv); fi
elif ! "$python" -c 'import ensurepip' 2>/dev/null; then
    required+=("python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv")
fi

read -ra need <<<"$(missing "${required[@]}")"
read -ra extra <<<"$(missing "${optional[@]}")"
if ((${#need[@]} + ${#extra[@]} == 0)); then exit 0; fi

if [[ $(id -u) != 0 ]]; then
    if ((${#need[@]})); then
        say "system packages are missing; as root: apt-get install --no-install-recommends ${need[*]}"
    fi
    if ((${#extra[@]})); then
        say "optional, for comparing with circuit simulation: apt-get install --no-install-recommends ${extra[*]}"
    fi
    exit 0
fi

export DEBIAN_FRONTEND=noninteractive
quietly() { "$@" </dev/null >/dev/null 2>&1; }
install() { quietly apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"; }

say "installing system packages: ${need[*]} ${extra[*]}"
quietly apt-get update -qq || say "apt-get update failed; going on with the package lists that are here"
if ((${#need[@]})) && ! install "${need[@]}"; then
    for name in "${need[@]}"; do # one bad name must not hold up the others
        install "$name" || say "could not install $name; try by hand: apt-get install $name"
    done
fi
for name in "${extra[@]}"; do
    install "$name" || say "could not install $name; going on without it (only some comparison tests use it)"
done
