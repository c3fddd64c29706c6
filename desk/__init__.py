"""`desk`: the command of those who run Supadesk."""
