"""A template of somewhere else as settings: nothing is replaced, and what stands in the way is said.

`adopt.py` lists the steps. Parts, functions, APIs and triggers are proposed (`settle.settle` names each kind), rendered as tapgen would,
and compared with the template: `settle` overrides what differs, or gives a proposal up.
"""
