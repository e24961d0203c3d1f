"""
What a course can offer at the start: seat types, modes, tracks, run types and course types.

Source: Course Discovery's decision "LMS Course Types in Course Metadata" (June 2020), with its slugs. A course type
lists its run types in the order in which they are offered; its entitlement types are what it sells over all its runs.
Every ``uuid`` is fixed, so that every installation refers to a seeded type alike.
"""

from typing import NamedTuple


class SeatTypeSeed(NamedTuple):
    """What is sold."""

    uuid: str
    slug: str
    name: str


class ModeSeed(NamedTuple):
    """An enrolment mode of the LMS; ``certificate_type`` and ``payee`` are '' where the mode has none."""

    uuid: str
    slug: str
    name: str
    is_id_verified: bool
    is_credit_eligible: bool
    certificate_type: str
    payee: str


class TrackSeed(NamedTuple):
    """A mode with the seat type that sells it, both by slug."""

    uuid: str
    mode: str
    seat_type: str


class CourseRunTypeSeed(NamedTuple):
    """What a run offers; ``tracks`` are the slugs of their modes."""

    uuid: str
    slug: str
    name: str
    is_marketable: bool
    tracks: tuple[str, ...]


class CourseTypeSeed(NamedTuple):
    """What a course offers: slugs of seat types sold as entitlement, slugs of run types in order."""

    uuid: str
    slug: str
    name: str
    entitlement_types: tuple[str, ...]
    course_run_types: tuple[str, ...]


SEAT_TYPES: tuple[SeatTypeSeed, ...] = (
    SeatTypeSeed("f9b22e3a-4d81-43a8-bf60-882c1fe6a1ca", "audit", "Audit"),
    SeatTypeSeed("92c8d993-51a1-4db4-8df1-574cd24db662", "professional", "Professional"),
    SeatTypeSeed("809aa02a-e690-48ce-854a-48e782da7d48", "verified", "Verified"),
    SeatTypeSeed("365d3670-a04d-471d-9921-c236fc508a88", "credit", "Credit"),
    SeatTypeSeed("9b9eef4b-e675-4100-a08d-59569a0dfa06", "honor", "Honor"),
)

MODES: tuple[ModeSeed, ...] = (
    ModeSeed(
        uuid="07a85a12-493b-4c9d-b355-7510e526ff4d",
        slug="audit",
        name="Audit",
        is_id_verified=False,
        is_credit_eligible=False,
        certificate_type="",
        payee="",
    ),
    ModeSeed(
        uuid="f0752ea3-a906-4cc0-803b-5444f10595f2",
        slug="professional",
        name="Professional",
        is_id_verified=True,
        is_credit_eligible=False,
        certificate_type="professional",
        payee="platform",
    ),
    ModeSeed(
        uuid="710e44a9-2511-4b0e-921f-758cb4f69ca5",
        slug="verified",
        name="Verified",
        is_id_verified=True,
        is_credit_eligible=False,
        certificate_type="verified",
        payee="platform",
    ),
    ModeSeed(
        uuid="f51cfbaf-e7b2-43fc-8733-2b6917d5f841",
        slug="credit",
        name="Credit",
        is_id_verified=True,
        is_credit_eligible=True,
        certificate_type="credit",
        payee="platform",
    ),
    ModeSeed(
        uuid="966ba0e5-6682-400c-b665-bf591a81b81a",
        slug="honor",
        name="Honor",
        is_id_verified=False,
        is_credit_eligible=False,
        certificate_type="honor",
        payee="",
    ),
)

TRACKS: tuple[TrackSeed, ...] = (
    TrackSeed("435dd884-9f0e-4665-8fa7-7906e92fe2b7", mode="audit", seat_type="audit"),
    TrackSeed("46d303c3-bcff-4be2-8efc-dd5da356e6c0", mode="professional", seat_type="professional"),
    TrackSeed("b5703aec-bba8-4d2b-bd65-9144374e47d7", mode="verified", seat_type="verified"),
    TrackSeed("169ab7d9-e7a1-4eaf-9e5f-4a9d931f1c56", mode="credit", seat_type="credit"),
    TrackSeed("f6e7e8d7-f988-455a-ba5b-7a553d9d922b", mode="honor", seat_type="honor"),
)

# ``empty`` stands where nothing was chosen yet; no course type lists it.
COURSE_RUN_TYPES: tuple[CourseRunTypeSeed, ...] = (
    CourseRunTypeSeed(
        uuid="72d98623-3fea-4d33-9662-7382e3654079",
        slug="audit",
        name="Audit Only",
        is_marketable=True,
        tracks=("audit",),
    ),
    CourseRunTypeSeed(
        uuid="d4efb186-5d4a-4f76-8691-9a229e3d2eb5",
        slug="professional",
        name="Professional Only",
        is_marketable=True,
        tracks=("professional",),
    ),
    CourseRunTypeSeed(
        uuid="c6f57704-a6e2-49e8-81f3-8003dc82051a",
        slug="verified-audit",
        name="Verified and Audit",
        is_marketable=True,
        tracks=("audit", "verified"),
    ),
    CourseRunTypeSeed(
        uuid="30289e52-c7f4-4d42-b499-da11c76f9637",
        slug="credit-verified-audit",
        name="Credit",
        is_marketable=True,
        tracks=("audit", "verified", "credit"),
    ),
    CourseRunTypeSeed(
        uuid="38dc784c-93b9-420c-b461-55b6c47f91bd",
        slug="honor",
        name="Honor Only",
        is_marketable=True,
        tracks=("honor",),
    ),
    CourseRunTypeSeed(
        uuid="6435133c-352f-4a17-90fc-5d398b51f63f",
        slug="verified-honor",
        name="Verified and Honor",
        is_marketable=True,
        tracks=("honor", "verified"),
    ),
    CourseRunTypeSeed(
        uuid="391b68c8-1485-43dc-8b8c-7f02ec2cf9e5",
        slug="credit-verified-honor",
        name="Credit with Honor",
        is_marketable=True,
        tracks=("honor", "verified", "credit"),
    ),
    CourseRunTypeSeed(
        uuid="574598ae-48a7-44d1-940a-19d4dbd54874",
        slug="empty",
        name="Empty",
        is_marketable=False,
        tracks=(),
    ),
)

COURSE_TYPES: tuple[CourseTypeSeed, ...] = (
    CourseTypeSeed(
        uuid="7ed94dbc-a771-45a4-95d9-cd99195d91af",
        slug="audit",
        name="Audit Only",
        entitlement_types=(),
        course_run_types=("audit",),
    ),
    CourseTypeSeed(
        uuid="46f94440-e0d8-45ec-b16d-f18c3dea2b0a",
        slug="professional",
        name="Professional Only",
        entitlement_types=("professional",),
        course_run_types=("professional",),
    ),
    CourseTypeSeed(
        uuid="3f954345-de99-4bc5-abff-194ba377ef73",
        slug="verified-audit",
        name="Verified and Audit",
        entitlement_types=("verified",),
        course_run_types=("audit", "verified-audit"),
    ),
    CourseTypeSeed(
        uuid="3d6826b6-4e81-4569-b62f-ba8c6daa6323",
        slug="credit-verified-audit",
        name="Credit",
        entitlement_types=("verified",),
        course_run_types=("audit", "verified-audit", "credit-verified-audit"),
    ),
    CourseTypeSeed(
        uuid="7de1ada3-7af8-492e-8a7d-9af931b807c6",
        slug="honor",
        name="Honor Only",
        entitlement_types=(),
        course_run_types=("honor",),
    ),
    CourseTypeSeed(
        uuid="00933028-ba82-4ee7-8742-f40d1b156cf4",
        slug="verified-honor",
        name="Verified and Honor",
        entitlement_types=("verified",),
        course_run_types=("honor", "verified-honor"),
    ),
    CourseTypeSeed(
        uuid="12bd1da7-7fa7-4e9b-8406-3c7357423a10",
        slug="credit-verified-honor",
        name="Credit with Honor",
        entitlement_types=("verified",),
        course_run_types=("honor", "verified-honor", "credit-verified-honor"),
    ),
)
