"""Will it work? Permissions, reachability, rules, limits and cfn-lint, as findings.

The modules in reading order; `check` applies all of them to one document.

findings            a finding: what is wrong, where, how bad, what to do
subject             the document and the sources that are checked
rule                what a rule is
rules_permissions   the words of the rules on permissions and reachability
tables              reads the generated tables of tapgen/data
resolve             what an intrinsic function means
arns                a document's resources as ARNs, and what a pattern covers
interpret           a function's source -> the AWS calls that it can make (a room of its own)
calls               the way in to that room
actions             an AWS call -> IAM actions
requirements        a function's calls -> (action, ARN)
encryption          what a caller needs on a customer's key
configuration       what a function's configuration needs
functions           each function with everything that it needs
managed             the policies that AWS manages
grants              what a role may do
resource_policies   what resources themselves allow a role
permissions         needed against granted, both ways
network             subnets, routes, endpoints, security groups
reachability        a path from each function to each service that it calls
secrets             which values look like secrets
rules_policies      rules on policies
rules_trust         rules on who may act
rules_compute       rules on functions, alarms, parameters, outputs
rules_data          rules on tables, log groups, buckets
rules_api           rules on REST APIs
rules_network       rules on networks
rules_coverage      rules on what cannot be seen here
limits              quotas
rules               every rule, by group
lint                cfn-lint's matches as findings
places              the line where a person would mend it
check               the whole check
report              findings as text, JSON, GitHub annotations
sarif               findings as SARIF
auto                `actions = "auto"` of the settings
deploying           what a deployment itself calls
deployer            the smallest policy that a deployer needs
"""
