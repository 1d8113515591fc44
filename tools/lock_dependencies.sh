#!/bin/sh
# Locks requirements.in and requirements-dev.in with hashes, together, so that their versions agree.
# Give UPGRADE=--upgrade to take the newest versions that the .in files allow.
set -eu

lock() {
    source=$1
    target=$2
    shift 2
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links \
        "$@" "$source" --output-file "$target" >/dev/null
    header="# Locked from $source by \"make lock\"; edit that file, not this one."
    { echo "$header"; grep -v '^# Locked from' "$target"; } >"$target.new"
    mv "$target.new" "$target"
}

# shellcheck disable=SC2086  # an empty UPGRADE must vanish
lock requirements-dev.in requirements-dev.txt ${UPGRADE:-}
lock requirements.in requirements.txt --constraint requirements-dev.txt
