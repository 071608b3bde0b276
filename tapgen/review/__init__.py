"""What a change does, what it breaks, what is lost and what it opens: computed from two documents, offline.

The modules in reading order; a review is what `assess` makes of two documents, and the reports only print it.

model         what a review says: changes, findings, notes
rulebook      the rules' ids and titles
intrinsics    one spelling for values that CloudFormation takes for the same
conditions    conditions, decided as far as the template decides them
template      a document as a review reads it
show          values as a person reads them, secrets masked
compare       two values -> the paths where they differ
schema        what the resource schemas say about replacement
behaviours    what no schema says, by hand
replacement   what each changed property does, followed through references
renames       a new logical id for the same resource
diff          two templates -> changes
stateful      which types hold data, and what protects it
loss          data that goes: L001 to L007, L208
apis          the routes of a template's APIs
addresses     public addresses that go or change: L101 to L106
failures      what must fail: L201 to L207, L209
immutable     properties that no update takes: L210
statements    a policy document as a set of grants
grants        two sets of grants -> what came and went
identities    roles, users, trust: S001 to S004
doors         resource policies, Lambda permissions: S005, S006
traffic       security groups, routes, gateways: S007 to S010
exposure      authorization of routes and function URLs, CORS: S011 to S013
watches       single settings that open or close something: S014 to S020
notes         slow operations and always-on costs
assess        the whole review of one change
stack         the same of a stack as it lives
words         sentences that the reports share
text          the report for a terminal
escape        a template's text inside Markdown
markdown      the report for a pull request
jsonreport    the report for a program
picture       a template as a picture
mermaid       the picture as Mermaid and DOT
svg           the picture as SVG
"""
