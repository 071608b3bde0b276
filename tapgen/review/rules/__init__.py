"""What a reviewer must know of a change: data, addresses, failures, security; one file for each subject."""
