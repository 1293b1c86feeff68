"""Parcels as files of other formats: one module per format, bytes and losses."""
