"""Results for people: map, Word, HTML and Excel. Nothing here reads a file."""
