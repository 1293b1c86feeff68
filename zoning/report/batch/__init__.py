"""The outputs of a batch: every site passes by once, none is kept."""
