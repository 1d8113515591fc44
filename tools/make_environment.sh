#!/bin/sh
# Makes .venv with the given Python, or the newest one found that is new enough.
set -eu

for python in "$1" python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Making .venv with $("$python" --version) ..."
        # --clear: what an interrupted run left is not trusted.
        exec "$python" -m venv --clear .venv
    fi
done

echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3.12 run" >&2
exit 1
