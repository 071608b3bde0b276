"""AWS, as far as a deployment asks it: sessions, calls, answers as frozen values, errors, polling."""
