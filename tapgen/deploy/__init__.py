"""From a rendered document to a running stack: change set, guard, events, outputs. Begin with `run`."""
