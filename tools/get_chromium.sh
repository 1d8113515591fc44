#!/bin/sh
# Sees to it that the browser tests have a Chromium: the one named by CHROMIUM, the system's, or one installed now.
# Exits 1 with advice when there is none; the browser tests then fail and say so too.
set -eu

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests (once) ..."
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi

echo "No Chromium was found for the browser tests. Install one (Debian: apt-get install chromium)," >&2
echo "or name one that you have: CHROMIUM=/path/to/chrome make test" >&2
exit 1
