"""Abstract interpretation of a Lambda function's source: which AWS requests can it make?

The modules in reading order, each using only what stands above it and the machine's steps:

results             what an analysis gives: calls, unresolved places, notes, problems
source              the source folder: modules by name, read once, problems instead of exceptions
models              botocore's and boto3's own models: operations, paginators, waiters, resources
sdk                 boto3's objects as abstract values
values              everything else that an expression can be, and the cells that hold sets of it
scopes              which names a block binds, as Python's compiler sees it
memory              cells and their readers; what grew waits to be evaluated again
machine             the state of one analysis: objects, frames, findings, the fixpoint
requests            one request: its parameters, its parts, where it was made
client              sessions, clients, paginators, waiters
resource            resources, collections, batch writers
attributes          `value.name`
storing             `owner.name = value`
items               `value[key]`, iteration, `with`, methods of containers
protocols           special methods: operators, `len`, conditions, deletions
names               what a name refers to, and what an assignment binds
modules             imports
hints               what annotations tell where an argument is unknown
classes             objects of the source's classes
builtin_functions   built-in functions whose effect is known exactly
standard            the same of the standard library
library             calls of any other library name, and of boto3's
calling             calls of the source's functions, and of code that is not analysed
operators           `a + b`, `a < b`, formatted text
expressions         what an expression can evaluate to
statements          what a statement does
engine              one analysis from beginning to end
"""
