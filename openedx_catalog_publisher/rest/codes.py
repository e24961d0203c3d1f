"""What is known by a code of a standard: languages (IETF tags) and currencies (ISO 4217). The admin keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from openedx_catalog_publisher.models import Currency, LanguageTag
from openedx_catalog_publisher.rest.output import OfReference
from openedx_catalog_publisher.rest.reference_filters import ReferenceFilter
from openedx_catalog_publisher.rest.reference_views import ReferenceViewSet, described


class CodeOutput(OfReference):
    """A code, and what it stands for."""

    code = serializers.CharField()
    name = serializers.CharField()
    retired = serializers.BooleanField(help_text="Kept where it is used, and offered nowhere else.")


class CodeFilter(ReferenceFilter):
    """Filters of codes."""

    searched = ("code", "name")


class CodeViewSet(ReferenceViewSet):
    """Views of what is known by a code, whatever its case."""

    output = CodeOutput
    filters = CodeFilter
    orders = {"code": "code", "name": "name"}
    default_order = "code"
    key_order = "code"

    def named(self, name: str) -> QuerySet[Any]:
        """Return the row of a code."""
        return self.all().filter(code__iexact=name)


@described("a language", "languages", "Language")
class LanguageViewSet(CodeViewSet):
    """Languages, each named by its IETF tag."""

    model = LanguageTag


@described("a currency", "currencies", "Currency")
class CurrencyViewSet(CodeViewSet):
    """Currencies, each named by its ISO 4217 code."""

    model = Currency
