"""Who has to approve what, and who did."""
