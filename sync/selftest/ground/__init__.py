"""Where a case is tried: two sandboxes, a state, and the program, here or in its own process."""
