"""Libraries: what calling a name that is not in the source does."""
