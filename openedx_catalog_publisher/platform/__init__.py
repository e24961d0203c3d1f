"""
The only door to edx-platform: nothing else here imports it.

Each edge is a small protocol (``course_modes``, ``course_overviews``, ``studio``, ``core_catalog``) with backends: in
the platform's own process (``in_process``), over HTTP, and for a project without a platform (``standalone``).
``backends`` says which one serves here.
"""
