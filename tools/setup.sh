#!/usr/bin/env bash
# Make .venv and install labctl into it with its development tools. Safe to run again at any time.
# PYTHON names the interpreter to build on (default python3), VENV the folder (default .venv).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PYTHON="${PYTHON:-python3}"
venv="${VENV:-.venv}"

say() { printf 'labctl: %s\n' "$*" >&2; }
have_python() { command -v "$PYTHON" >/dev/null; }
check_version() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && return
    say "Python 3.11 or newer is needed, and $PYTHON is $("$PYTHON" --version 2>&1 || true);" \
        "choose another one with: make setup PYTHON=python3.11"
    exit 1
}

if have_python; then check_version; fi # before anything is installed for it
bash tools/setup-system.sh
if ! have_python; then
    say "there is no $PYTHON here; install Python 3.11 or newer, or choose one with: make setup PYTHON=..."
    exit 1
fi
check_version

# A venv that was interrupted half-way, or whose Python has been upgraded, is made anew.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        say "$PYTHON cannot make virtual environments; as root:" \
            "apt-get install python$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        exit 1
    fi
    say "making $venv with $("$PYTHON" --version)"
    "$PYTHON" -m venv --clear "$venv"
fi

say "installing labctl and its packages into $venv (about 1.2 GB, a minute or two the first time)"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -e '.[dev]'; then
    say "pip could not install labctl: its message is above; run make again once the cause is gone"
    exit 1
fi
