"""Sample events of what starts functions, made of an application's own parts."""
