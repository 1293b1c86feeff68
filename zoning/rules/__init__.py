"""Rules as data: what the law says, read from packs, judged on measured facts."""
