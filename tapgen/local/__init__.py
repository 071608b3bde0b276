"""The embedded AWS that runs an environment on a laptop."""
