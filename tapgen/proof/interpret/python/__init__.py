"""The language: what Python code evaluates to, as sets of abstract values."""
