"""StackSets: one environment as stacks in many accounts and regions, deployed by CloudFormation's own engine."""
