"""Will it work? Permissions, reachability, rules, limits and cfn-lint, as findings; `check` applies all of them."""
