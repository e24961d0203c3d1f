"""
Course Discovery's door: the resources of the API as Discovery's clients know them.

What is written here is policy of the mount: addresses, pages, flags, forms of errors, metadata, and the names and
shapes of answers where Discovery's differ. Reading, commands and rights are those of the other door.
"""
