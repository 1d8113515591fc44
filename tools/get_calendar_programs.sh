#!/bin/sh
# Sees to it that the tests of feeds have the calendar programs that are no Python packages: calcurse, and libical (the
# library of GNOME's and KDE's calendars). Exits 1 with advice when one is missing; the tests then fail and say so too.
set -eu

is_there() {
    command -v calcurse >/dev/null 2>&1 &&
        "${PYTHON:-python3}" -c 'import ctypes; ctypes.CDLL("libical.so.3")' >/dev/null 2>&1
}

if is_there; then
    exit 0
fi

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing calendar programs for the tests of feeds (once) ..."
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends calcurse libical3; } >"$log" 2>&1 &&
        is_there; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi

echo "Calendar programs that the tests of feeds read with are missing." >&2
echo "Install calcurse and libical 3 (Debian: apt-get install calcurse libical3)." >&2
exit 1
