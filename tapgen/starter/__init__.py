"""A project's first files: what `tapgen init` writes."""
