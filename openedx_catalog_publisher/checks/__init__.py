"""
Whether a live database still is what the commands made of it.

One module an invariant of the design; each reads only, takes no locks, and yields a ``Finding`` for everything that
no command can have left behind.
"""
