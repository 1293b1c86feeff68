"""A second process in which native parsers meet files that nobody vouches for."""
