"""Native parsers (GDAL, Arrow), called only through `zoning.io.quarantine`."""
