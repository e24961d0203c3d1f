"""
The format ``catalog-json``: whole catalogs, draft and official, one JSON object on each line.

``docs/references/catalog-json.rst`` says what stands in a file. ``reader`` is the adapter that reads it, ``export``
writes it.
"""
