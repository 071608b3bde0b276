"""The project's pipeline: review of every change, a plan, an approval, the execution of that very plan."""
