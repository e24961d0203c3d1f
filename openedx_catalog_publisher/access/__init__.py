"""Who may do what: ``can``, ``visible``, roles."""
