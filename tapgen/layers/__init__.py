"""One module per layer of the template; a layer never imports another one."""
