"""Findings with the line to mend, as text, JSON, GitHub annotations and SARIF."""
