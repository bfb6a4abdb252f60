"""The pure core: what one run decides. Values in, values out; no I/O, clock, logging or chance."""
