"""Reading: every file, encoding and CRS declaration enters here."""
