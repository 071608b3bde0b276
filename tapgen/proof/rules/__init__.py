"""The rules of the check, one file a subject; `rulebook` has all of them."""
