"""What a change does, what it breaks, what is lost and what it opens: computed from two documents, offline."""
