"""The requests of the Publisher micro-frontend, which the demo's quickstart sends, too."""

from demo.publisher_forms import course_form, creation_form, prices_of, run_form

__all__ = ["SAVE", "course_form", "creation_form", "prices_of", "run_form"]

SAVE = {"exclude_utm": 1, "include_restricted": "custom-b2b-enterprise,custom-b2c"}
"""Parameters of its saves."""
