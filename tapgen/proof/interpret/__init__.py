"""Abstract interpretation of a Lambda function's source: which AWS requests can it make?

results   what an analysis gives: calls, unresolved places, notes, problems
source    the source folder: modules by name, read once, problems instead of exceptions
python    the language: values, names, expressions, statements, functions, classes, containers
memory    cells and their readers; what grew waits to be evaluated again
machine   the state of one analysis: objects, frames, findings, the fixpoint
boto3     boto3's objects and the requests that they make, by botocore's and boto3's own models
library   what functions of the built-ins, the standard library and other packages do
engine    one analysis from beginning to end
"""
