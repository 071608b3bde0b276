"""What a change set will do, before anything is executed: the plan, the guard, the fingerprint."""
