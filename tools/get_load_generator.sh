#!/bin/sh
# Sees to it that the benchmark of feeds has wrk, which asks so quickly that only the server's time counts.
# Exits 1 with advice when it is missing; the benchmark then says so too.
set -eu

if command -v wrk >/dev/null 2>&1; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing wrk for the benchmark of feeds (once) ..."
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends wrk; } >"$log" 2>&1 &&
        command -v wrk >/dev/null 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi

echo "wrk is missing, with which feeds are asked for in the benchmark." >&2
echo "Install it (Debian: apt-get install wrk)." >&2
exit 1
