#!/bin/sh
# Browser, office and PostGIS for the tests, from Debian, where this may be installed;
# for the long tests QGIS too. Without them the tests that need them skip and say so.
set -eu
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
command -v soffice >/dev/null 2>&1 || wanted="$wanted libreoffice-writer-nogui"
command -v pdftoppm >/dev/null 2>&1 || wanted="$wanted poppler-utils"
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || wanted="$wanted postgresql-postgis"
if [ "${ZONING_THOROUGH:-}" = 1 ]; then
  command -v qgis_process >/dev/null 2>&1 || wanted="$wanted qgis"
fi
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $wanted >/dev/null
else
  echo "not installed (no right to): $wanted" >&2
fi
