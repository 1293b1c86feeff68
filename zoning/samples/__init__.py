"""The sample county: synthetic, seeded, marked as demo data."""
