"""Why a unit is or is not visible in a place, and what would have to happen: told from what others know."""

from openedx_catalog_publisher.checks.why.answer import Doing, Place, PlaceName, Reason, Step
from openedx_catalog_publisher.checks.why.places import Why, why

__all__ = ["Doing", "Place", "PlaceName", "Reason", "Step", "Why", "why"]
