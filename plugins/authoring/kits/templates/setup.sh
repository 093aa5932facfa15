#!/usr/bin/env bash
# Runs once, when the service builds its image: Python 3.11 or newer, bubblewrap, the packages.
# gradus @VERSION@ wrote this file.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$source")

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

if ! command -v bwrap >/dev/null && command -v apt-get >/dev/null; then
    { apt-get update -qq && apt-get install -y -qq bubblewrap; } || echo "bubblewrap cannot be installed"
fi

if [ ! -x "$root/environment/bin/python" ]; then
    python=$(find_python)
    if [ -z "$python" ]; then
        apt-get update -qq
        apt-get install -y -qq python3.11 python3.11-venv
        python=python3.11
    fi
    "$python" -m venv "$root/environment"
    options=()
    if [ -d "$source/wheels" ]; then options=(--no-index --find-links "$source/wheels"); fi
    "$root/environment/bin/python" -m pip install --quiet "${options[@]}" -r "$source/requirements.txt"
fi

# Solutions must get full marks on this machine, in the sandbox that will be used; or the build fails.
"$source/run_autograder" --prove
