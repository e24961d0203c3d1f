"""The type system in the admin: what courses and runs offer, and what can be bought."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from openedx_catalog_publisher.admin.form_fields import OrderedReferencesField
from openedx_catalog_publisher.admin.reference_admin import ReferenceAdmin, ReferenceForm
from openedx_catalog_publisher.models import (
    CourseRunType,
    CourseType,
    CourseTypeRunType,
    Mode,
    SeatType,
    Track,
)


@admin.register(SeatType)
class SeatTypeAdmin(ReferenceAdmin):
    """What is sold."""

    list_display = ("name", "slug", "retired")
    search_fields = ("name", "slug")


@admin.register(Mode)
class ModeAdmin(ReferenceAdmin):
    """Enrolment modes of the LMS."""

    list_display = ("name", "slug", "certificate_type", "payee", "retired")
    search_fields = ("name", "slug")


@admin.register(Track)
class TrackAdmin(ReferenceAdmin):
    """Modes with the seat types that sell them."""

    list_display = ("id", "mode", "seat_type", "retired")
    list_select_related = ("mode", "seat_type")
    search_fields = ("mode__slug", "seat_type__slug")


@admin.register(CourseRunType)
class CourseRunTypeAdmin(ReferenceAdmin):
    """What runs offer."""

    list_display = ("name", "slug", "is_marketable", "retired")
    search_fields = ("name", "slug")
    filter_horizontal = ("tracks",)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Read what the names of tracks are made of with the tracks."""
        if db_field.name == "tracks":
            kwargs["queryset"] = Track.objects.select_related("mode", "seat_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class CourseTypeForm(ReferenceForm):
    """A course type, with its run types in the order in which they are offered."""

    course_run_types = OrderedReferencesField(CourseTypeRunType, "course_run_type", label="Course run types")

    class Meta:
        model = CourseType
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None and "course_run_types" in self.fields:
            links = self.instance.run_type_links.order_by("position", "id")
            self.initial["course_run_types"] = list(links.values_list("course_run_type", flat=True))


@admin.register(CourseType)
class CourseTypeAdmin(ReferenceAdmin):
    """What courses offer."""

    form = CourseTypeForm
    list_display = ("name", "slug", "retired")
    search_fields = ("name", "slug")
    filter_horizontal = ("entitlement_types",)
    autocomplete_fields = ("white_listed_orgs",)
