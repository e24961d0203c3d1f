"""Commands that change drafts, reference data, editors and roles."""
