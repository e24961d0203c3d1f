"""
Reference data that every catalog starts with; data migrations write it once and never overwrite an operator's change.

Plain tuples without behaviour, so that a migration reads what it read when it was first applied. An entry is only ever
added: what installations hold already is changed by a migration of its own. Subjects and level types are not seeded,
because every catalog has its own.
"""
