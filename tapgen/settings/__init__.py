"""The project's settings: typed, frozen, checked."""
