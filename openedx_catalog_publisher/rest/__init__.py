"""The REST API: one set of resources, which each door serves by its own policies of paging and errors."""
