"""Abstract interpretation of a Lambda function's source: which AWS requests can it make?

results   what an analysis gives: calls, unresolved places, notes, problems
source    the source folder: modules by name, read once, problems instead of exceptions
cells     abstract locations, and the keys under which they stand
frames    one analysed activation of a block
python    the language: abstract values and what they do, names, expressions, statements
site      a node in the frame that evaluates it: where values act
memory    what is written to cells, and what grew waits to be evaluated again
machine   the state of one analysis: objects, frames, the fixpoint
boto3     boto3's objects and the requests that they make, by botocore's and boto3's own models
library   what names of other code do: one file per library, gathered in a register
engine    one analysis from beginning to end

The words of the field, as they are used here (Rival and Yi, "Introduction to Static Analysis"; the design of values
follows jedi's `inference/base_value.py` and pytype's `rewrite/abstract` with its overlays):

- Abstract value: one thing that an expression can be: a client of a service, a function, a literal, anything.
- Abstract location: a cell, with everything that one variable, attribute, item or return value can be at any time.
- Bottom: the empty set of values; nothing is known to get there.
- Top: `Opaque`; it may be anything that is not a boto3 object and no code of the source.
- Fixpoint: the state in which evaluating any frame again adds nothing.
- Widening: taking "anything" for a set that grows too large, so that the fixpoint is reached.
- Context sensitivity: evaluating a function once for each kind of call, so that `client("s3")` and `client("sqs")`
  through one helper stay apart.
- Escape: code that is not analysed gets hold of a value, and may do with it whatever it likes.
"""
