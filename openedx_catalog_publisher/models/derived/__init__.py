"""
Values that are worked out when they are read, and stored nowhere.

The rules are Course Discovery's, so that its clients see what they saw there; where one differs, its docstring says
so. ``now`` is always an argument, in UTC: one answer has one time. Functions read related rows through ``.all()``, so
that whoever prefetched them causes no statement: ``course_runs``, ``course_runs__type``,
``course_runs__seats__type``, ``organization_links__organization`` and ``type`` of a course serve all functions here.
"""
