"""A stack: its states, its operation followed to the end, the root cause of a failure, its protection."""
