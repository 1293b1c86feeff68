"""The planned layout on trial."""
