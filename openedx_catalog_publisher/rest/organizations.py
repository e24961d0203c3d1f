"""Organizations: the platform adds and names them; here stands what the catalog knows of them beside that."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from openedx_catalog_publisher.models import OrganizationProfile
from openedx_catalog_publisher.rest.reference_filters import TimedReferenceFilter
from openedx_catalog_publisher.rest.reference_input import Picture, ReferenceInput
from openedx_catalog_publisher.rest.reference_output import OrganizationOutput, ReferenceOutput
from openedx_catalog_publisher.rest.reference_views import ChangeableViewSet, described

OF_THE_PLATFORM = "The platform keeps this: change it in the organization's own record."


class OrganizationDetailOutput(OrganizationOutput, ReferenceOutput):
    """An organization with what concerns those who keep the catalog."""

    certificate_name = serializers.CharField(allow_blank=True, help_text="Its name on certificates.")


class OrganizationInput(ReferenceInput):
    """What of an organization can be written here."""

    identity = ("uuid", "key")

    logo_image = Picture()
    certificate_logo_image = Picture()
    banner_image = Picture()

    class Meta:
        model = OrganizationProfile
        fields = (
            "auto_generate_course_run_keys",
            "enterprise_subscription_inclusion",
            "certificate_name",
            "homepage_url",
            "organization_hex_color",
            "logo_image",
            "certificate_logo_image",
            "banner_image",
            "retired",
        )

    def refusal(self, name: str) -> str:
        """Return why a name is not taken."""
        return OF_THE_PLATFORM if name in ("name", "description", "key") else super().refusal(name)


class OrganizationFilter(TimedReferenceFilter):
    """Filters of organizations."""

    searched = ("key_normalized", "organization__name")


CHANGE = OpenApiExample(
    "Colour and home page",
    request_only=True,
    value={"organization_hex_color": "0b5394", "homepage_url": "https://acmex.example/"},
)


@described("an organization", "organizations", "Organization", partial_update=(CHANGE,))
class OrganizationViewSet(ChangeableViewSet):
    """Organizations, each named by its UUID or its key."""

    model = OrganizationProfile
    output = OrganizationDetailOutput
    input = OrganizationInput
    filters = OrganizationFilter
    named_by = "key_normalized"
    orders = {"key": "key_normalized", "name": "organization__name", "modified": "modified"}
    default_order = "key"
    key_order = "key"
