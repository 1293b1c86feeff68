#!/bin/sh
# Install zoning from the wheels beside this file, without a network.
# sh install.sh [FOLDER]   a virtual environment there; ./venv where none is named
here=$(cd "$(dirname "$0")" && pwd) || exit 2
target="${1:-$here/venv}"
"${PYTHON:-python3}" -m venv "$target" || exit 1
"$target/bin/python" -m pip install --no-index --find-links "$here/wheels" 'zoning[serve]' || exit 1
echo "$target/bin/zoning"
