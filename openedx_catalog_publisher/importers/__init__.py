"""
Real data in: adapters that read a foreign format, and what carries their records into drafts.

An adapter turns a file into the records of ``records``, knows nothing of the database and is found by its name in
``formats``.
"""
