#!/bin/sh
# Give site files: they are checked and the report opens.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
if [ $# -eq 0 ]; then
  cat "$here/README.txt"
  exit 2
fi
export PYTHONPATH="$here/lib" PYTHONNOUSERSITE=1
exec "${ZONING_PYTHON:-python3}" -X utf8 -m zoning check "$@" --base "$here/base" --open
