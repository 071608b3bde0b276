"""Generated tables that ship with the package; each names the script and the date that made it."""
