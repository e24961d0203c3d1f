"""
The modules of edx-platform that our in-process backends import, as far as they use them.

Written from the facts that were measured on the platform. The names and rules are the platform's: what it refuses is
refused here, and what it does behind one's back is done here.
"""
