"""The type system: course types with the run types that they offer, program types, seat types. The admin keeps them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers

from openedx_catalog_publisher.access.policy import TEAM, may_everywhere
from openedx_catalog_publisher.access.roles import assigned_for
from openedx_catalog_publisher.api import Action
from openedx_catalog_publisher.models import (
    CourseRunType,
    CourseType,
    CourseTypeRunType,
    OrganizationProfile,
    ProgramType,
    SeatType,
)
from openedx_catalog_publisher.rest.output import Computed, OfReference
from openedx_catalog_publisher.rest.reference_filters import TimedReferenceFilter
from openedx_catalog_publisher.rest.reference_output import ReferenceOutput, SizedImage, sized_images
from openedx_catalog_publisher.rest.reference_views import ReferenceViewSet, described
from openedx_catalog_publisher.rest.row_reader import PartRows, Record, read_parts
from openedx_catalog_publisher.settings.conf import retired_course_types, retired_run_types

TRACKS = "track_links"
RUN_TYPES = "run_type_links"
ENTITLEMENTS = "entitlement_links"
SEATS = "seat_type_links"
RUN_TYPE = ("uuid", "slug", "name", "is_marketable", "retired", "modified")
OFFERED = "Kept where it is used, and offered nowhere else; by the row itself or by the installation's settings."


class SeatTypeOutput(ReferenceOutput):
    """What is sold: audit, verified, professional, credit, honor or another."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class SeatOfTrackOutput(serializers.Serializer[Any]):
    """The seat type that sells a track."""

    name = serializers.CharField()
    slug = serializers.CharField()


class ModeOutput(serializers.Serializer[Any]):
    """An enrolment mode of the LMS."""

    name = serializers.CharField()
    slug = serializers.CharField()
    is_id_verified = serializers.BooleanField()
    is_credit_eligible = serializers.BooleanField()
    certificate_type = serializers.CharField(allow_blank=True)
    payee = serializers.CharField(allow_blank=True)


class TrackOutput(serializers.Serializer[Any]):
    """A mode with the seat type that sells it; null where it is free of commerce."""

    seat_type = SeatOfTrackOutput(allow_null=True)
    mode = ModeOutput()


class CourseRunTypeOutput(OfReference):
    """What a course run offers: a set of tracks."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    is_marketable = serializers.BooleanField()
    modes = Computed(
        lambda row, scene: [link.track.mode.slug for link in row.track_links],
        serializers.ListField(child=serializers.CharField()),
        reads=(TRACKS,),
        help_text="Slugs of the modes of its tracks.",
    )
    tracks = Computed(
        lambda row, scene: [link.track for link in row.track_links], TrackOutput(many=True), reads=(TRACKS,)
    )
    retired = Computed(
        lambda row, scene: row.retired or row.slug in unoffered_run_types(),
        serializers.BooleanField(),
        reads=("retired", "slug"),
        help_text=OFFERED,
    )
    modified = serializers.DateTimeField()


class CourseTypeOutput(OfReference):
    """What a course offers: the run types that its runs may have, and the entitlements that it sells."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    entitlement_types = Computed(
        lambda row, scene: [link.seattype.slug for link in row.entitlement_links],
        serializers.ListField(child=serializers.CharField()),
        reads=(ENTITLEMENTS,),
        help_text="Slugs of seat types.",
    )
    course_run_types = Computed(
        lambda row, scene: [link.course_run_type for link in row.run_type_links],
        CourseRunTypeOutput.listed(),
        reads=(RUN_TYPES,),
        help_text="In the order in which they are offered.",
    )
    retired = Computed(
        lambda row, scene: row.retired or row.slug in retired_course_types(),
        serializers.BooleanField(),
        reads=("retired", "slug"),
        help_text=OFFERED,
    )
    modified = serializers.DateTimeField()


class ProgramTypeOutput(ReferenceOutput):
    """A kind of program."""

    uuid = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    logo_image = Computed(
        lambda row, scene: sized_images(ProgramType, "logo_image", row.logo_image, scene),
        serializers.DictField(child=SizedImage()),
        reads=("logo_image",),
        help_text="By name of the size; empty where there is none.",
    )
    applicable_seat_types = Computed(
        lambda row, scene: [link.seattype.slug for link in row.seat_type_links],
        serializers.ListField(child=serializers.CharField()),
        reads=(SEATS,),
        help_text="Slugs of seat types.",
    )
    coaching_supported = serializers.BooleanField()


class TypeFilter(TimedReferenceFilter):
    """Filters of types."""

    searched = ("name", "slug")


class CourseTypeFilter(TypeFilter):
    """Filters of course types."""

    def offered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return what is retired nowhere."""
        return super().offered(rows).exclude(slug__in=retired_course_types())


class CourseRunTypeFilter(TypeFilter):
    """Filters of run types."""

    def offered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return what is retired nowhere, and says something."""
        return super().offered(rows).exclude(slug__in=unoffered_run_types())


class TypeViewSet(ReferenceViewSet):
    """Views of types, each named by its UUID or its slug."""

    filters = TypeFilter
    named_by = "slug"
    orders = {"name": "name", "slug": "slug", "modified": "modified"}
    default_order = "name"
    key_order = "slug"


def _track_links() -> PartRows:
    seat = ("seat_type__name", "seat_type__slug")
    mode = ("name", "slug", "is_id_verified", "is_credit_eligible", "certificate_type", "payee")
    return PartRows(
        "courseruntype_id",
        (*(f"track__{path}" for path in seat), *(f"track__mode__{path}" for path in mode)),
        lambda: CourseRunType.tracks.through.objects.order_by("track__mode__slug", "pk"),
    )


LINKS_OF_RUN_TYPES = {TRACKS: _track_links()}


@described("a course run type", "course run types", "CourseRunType")
class CourseRunTypeViewSet(TypeViewSet):
    """Course run types, each named by its UUID or its slug."""

    model = CourseRunType
    output = CourseRunTypeOutput
    filters = CourseRunTypeFilter
    lists = LINKS_OF_RUN_TYPES


def choosable_course_types(user: Any) -> QuerySet[CourseType]:
    """Return the course types that a user may choose for some course, retired or not."""
    rows: QuerySet[CourseType] = CourseType.objects.all()
    if may_everywhere(user, Action.CREATE_COURSE):
        return rows
    reserved = OrganizationProfile.objects.filter(white_listed_course_types=OuterRef("pk"))
    own = reserved.filter(assigned_for(*TEAM, user=user, organization_key="key_normalized"))
    return rows.filter(~Q(Exists(reserved)) | Exists(own))


@described("a course type", "course types that you may choose", "CourseType")
class CourseTypeViewSet(TypeViewSet):
    """
    Course types, each named by its UUID or its slug.

    Lists leave out the types that are reserved for organizations of which the user is no member. Each can be read by
    itself, since courses that are official name it.
    """

    model = CourseType
    output = CourseTypeOutput
    filters = CourseTypeFilter
    lists = {
        ENTITLEMENTS: PartRows(
            "coursetype_id",
            ("seattype__slug",),
            lambda: CourseType.entitlement_types.through.objects.order_by("seattype__slug"),
        ),
        RUN_TYPES: PartRows(
            "course_type_id",
            tuple(f"course_run_type__{path}" for path in RUN_TYPE),
            lambda: CourseTypeRunType.objects.order_by("position", "pk"),
        ),
    }

    def listed(self) -> QuerySet[Any]:
        """Return the types that the user may choose for some course."""
        return choosable_course_types(self.request.user)

    def read(self, rows: QuerySet[Any], paths: Collection[str]) -> list[Record]:
        """Read course types, and the tracks of their run types."""
        records = super().read(rows, paths)
        if RUN_TYPES in paths:
            run_types = [link.course_run_type for record in records for link in getattr(record, RUN_TYPES)]
            read_parts(LINKS_OF_RUN_TYPES[TRACKS], TRACKS, {run_type.pk: run_type for run_type in run_types})
        return records


@described("a program type", "program types", "ProgramType")
class ProgramTypeViewSet(TypeViewSet):
    """Program types, each named by its UUID or its slug."""

    model = ProgramType
    output = ProgramTypeOutput
    lists = {
        SEATS: PartRows(
            "programtype_id",
            ("seattype__slug",),
            lambda: ProgramType.applicable_seat_types.through.objects.order_by("seattype__slug"),
        )
    }


@described("a seat type", "seat types", "SeatType")
class SeatTypeViewSet(TypeViewSet):
    """Seat types, each named by its UUID or its slug."""

    model = SeatType
    output = SeatTypeOutput


def unoffered_run_types() -> frozenset[str]:
    """Return slugs of the run types that are offered to no run."""
    return retired_run_types() | {CourseRunType.EMPTY_SLUG}
