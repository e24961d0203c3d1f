"""Reference data in the admin: organizations, people, and the words that a catalog is sorted by."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from openedx_catalog_publisher.admin.form_fields import LinesField, PartListField
from openedx_catalog_publisher.admin.reference_admin import ReferenceAdmin
from openedx_catalog_publisher.editing.parts import SocialLinkPart
from openedx_catalog_publisher.models import (
    Collaborator,
    Currency,
    LanguageTag,
    LevelType,
    OrganizationProfile,
    Person,
    ProgramType,
    Source,
    Subject,
    Topic,
)


@admin.register(OrganizationProfile)
class OrganizationProfileAdmin(ReferenceAdmin):
    """What the catalog knows of an organization; the platform's own record stands in the organizations' admin."""

    list_display = ("key", "organization", "auto_generate_course_run_keys", "retired")
    list_select_related = ("organization",)
    search_fields = ("key", "organization__name")
    raw_id_fields = ("organization",)


@admin.register(Person)
class PersonAdmin(ReferenceAdmin):
    """People who teach."""

    list_display = ("full_name", "position_title", "position_organization", "published", "retired")
    list_select_related = ("position_organization",)
    list_filter = ("published", "retired")
    search_fields = ("given_name", "family_name", "slug")
    autocomplete_fields = ("position_organization",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return fields for links and areas of expertise; an empty slug is made from the name."""
        if db_field.name == "urls_detailed":
            return PartListField(SocialLinkPart, label=str(db_field.verbose_name).capitalize())
        if db_field.name == "areas_of_expertise":
            return LinesField(required=False, label=str(db_field.verbose_name).capitalize())
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "slug" and field is not None:
            field.required = False
        return field


@admin.register(Subject)
class SubjectAdmin(ReferenceAdmin):
    """Academic subjects."""

    list_display = ("name", "slug", "retired")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Topic)
class TopicAdmin(SubjectAdmin):
    """Topics, which also serve as tags."""


@admin.register(LevelType)
class LevelTypeAdmin(ReferenceAdmin):
    """How hard a course is."""

    list_display = ("name", "sort_value", "retired")


@admin.register(ProgramType)
class ProgramTypeAdmin(ReferenceAdmin):
    """Kinds of programs."""

    list_display = ("name", "slug", "coaching_supported", "retired")
    filter_horizontal = ("applicable_seat_types",)


@admin.register(Collaborator)
class CollaboratorAdmin(ReferenceAdmin):
    """Companies and institutions that help to make courses."""

    list_display = ("name", "retired")


@admin.register(Source)
class SourceAdmin(ReferenceAdmin):
    """Where courses come from."""

    list_display = ("name", "slug", "retired")
    filter_horizontal = ("ofac_restricted_program_types",)


class CodedAdmin(ReferenceAdmin):
    """Reference data that is known by a code, which is its primary key and never changes."""

    list_display = ("code", "name", "retired")
    search_fields = ("code", "name")
    shown = ("code", "revision")


@admin.register(LanguageTag)
class LanguageTagAdmin(CodedAdmin):
    """Languages."""


@admin.register(Currency)
class CurrencyAdmin(CodedAdmin):
    """Currencies."""
