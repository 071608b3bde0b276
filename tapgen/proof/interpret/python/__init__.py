"""The language: what Python code evaluates to, as sets of abstract values that know what they do.

`values` says what any value can be asked; `plain`, `containers`, `functions`, `classes`, `instances` and `modules` are
the kinds; `expressions` and `statements` evaluate the tree with them.
"""
