"""The site for reviewers: queue, differences, decisions, timeline and roles. Nobody needs to be Django staff for it."""
