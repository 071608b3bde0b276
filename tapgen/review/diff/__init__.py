"""Two templates -> what happens to each resource, and what else changes."""
