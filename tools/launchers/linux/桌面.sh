#!/bin/sh
# The page: stops with Ctrl-C.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
export PYTHONPATH="$here/lib" PYTHONNOUSERSITE=1
exec "${ZONING_PYTHON:-python3}" -X utf8 -m zoning serve --base "$here/base"
