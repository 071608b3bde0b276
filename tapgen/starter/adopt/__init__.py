"""A template of somewhere else as settings: nothing is replaced, and what stands in the way is said.

`adopt.py` lists the steps. Parts, functions, APIs and triggers are proposed, rendered as tapgen would, compared with
the template: `settle.py` overrides what differs, or gives a proposal up.
"""
