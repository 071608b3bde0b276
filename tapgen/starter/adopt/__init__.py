"""A template of somewhere else as settings: nothing is replaced, and what stands in the way is said."""
