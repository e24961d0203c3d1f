"""
The course catalog and its publishing workflow, as a Django app for LMS and Studio.

This module stays free of imports: the platform imports it while its settings are loading.
"""

__version__ = "0.1.0"
