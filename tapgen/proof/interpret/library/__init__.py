"""Libraries: what names do whose code is not in the source.

One file per library, each with a `MODEL`: the full path of a name, and what calling it does. A new library is one such
file and its line in `register`.
"""
