"""The ledger in the admin, read-only: snapshots, releases, publications, edits, seals, actors."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.admin.parts import UnlistedAdmin
from openedx_catalog_publisher.admin.presentation import (
    Labels,
    shown_changes,
    shown_content,
    with_actor_names,
)
from openedx_catalog_publisher.admin.rights import ReadOnlyAdmin
from openedx_catalog_publisher.admin.unit_history import shown_record
from openedx_catalog_publisher.api import UnitSnapshot, compare
from openedx_catalog_publisher.models import (
    ActorPseudonym,
    EditRecord,
    Publication,
    Release,
    Seal,
    SealedHead,
    Snapshot,
    UnitKind,
)

TEMPLATES = "admin/openedx_catalog_publisher/unit"


class LogAdmin(ReadOnlyAdmin):
    """Entries of a log, the last first, with the name of who acted."""

    list_per_page = 100
    ordering = ("-id",)
    change_form_template = "admin/openedx_catalog_publisher/log_entry.html"

    class Media:
        css = {"all": ["openedx_catalog_publisher/admin.css"]}


class ActedAdmin(LogAdmin):
    """Entries that name an actor by pseudonym."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the entries with the names behind the pseudonyms."""
        return with_actor_names(super().get_queryset(request))

    @admin.display(description=_("Actor"), ordering="actor_name")
    def actor_name(self, obj: Any) -> str:
        """Return who acted; the pseudonym where the account is gone."""
        return obj.actor_name or str(obj.actor)


def _unit_link(kind: str, uuid: Any, key: str) -> SafeString:
    model = "course" if kind == UnitKind.COURSE else "courserun"
    address = reverse(f"admin:openedx_catalog_publisher_{model}_changelist")
    return format_html('<a href="{}?side=both&amp;uuid={}">{}</a>', address, uuid, key)


class ChainedAdmin(ActedAdmin):
    """Entries of units' hash chains."""

    date_hierarchy = "occurred_at"
    list_filter: ClassVar[Any] = ("action", "source", "unit_kind")
    search_fields = ("unit_key", "=unit_uuid", "=operation")

    @admin.display(description=_("Unit"), ordering="unit_key")
    def unit(self, obj: Any) -> SafeString:
        """Return the unit's key, which leads to its rows."""
        return _unit_link(obj.unit_kind, obj.unit_uuid, obj.unit_key)


@admin.register(EditRecord)
class EditRecordAdmin(ChainedAdmin):
    """Writes to drafts."""

    list_display = ("__str__", "action", "actor_name", "source", "occurred_at")
    fields = (
        "unit",
        "action",
        "actor_name",
        "source",
        "occurred_at",
        "revision",
        "sequence",
        "operation",
        "changes_shown",
        "previous_hash",
        "record_hash",
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave the changes unread in the list, which does not show them."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        listed = match is not None and (match.url_name or "").endswith("_changelist")
        return rows.defer("changes", "personal_changes") if listed else rows

    @admin.display(description=_("Changes"))
    def changes_shown(self, obj: Any) -> SafeString:
        """Return what moved, field by field."""
        return render_to_string(f"{TEMPLATES}/changes.html", {"changes": shown_record(obj)})


class PublicationInline(admin.TabularInline):  # type: ignore[type-arg]
    """What a release did, unit by unit."""

    model = Publication
    fields = ("unit_key", "number", "action", "status", "approval")
    readonly_fields = fields
    show_change_link = True
    can_delete = False
    extra = 0
    max_num = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show it to whoever sees the release."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds these rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes these rows by hand."""
        return False


@admin.register(Release)
class ReleaseAdmin(ActedAdmin):
    """Acts of publishing."""

    date_hierarchy = "occurred_at"
    list_display = ("occurred_at", "action", "actor_name", "source", "units", "message")
    list_filter = ("action", "source")
    search_fields = ("=uuid", "message")
    fields = ("uuid", "action", "actor_name", "source", "occurred_at", "message", "all_units", "undoes", "plan_digest")
    inlines = (PublicationInline,)

    MOST_SHOWN = 100
    """How many units the page of a release lists itself; more are in the list of publications, page by page."""

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Return the list of units, unless it is long."""
        return self.inlines if obj is not None and (obj.units or 0) <= self.MOST_SHOWN else ()

    @admin.display(description=_("Units"))
    def all_units(self, obj: Any) -> SafeString:
        """Return how many units there are, with the way to the list of all."""
        address = reverse("admin:openedx_catalog_publisher_publication_changelist")
        return format_html('<a href="{}?release__id__exact={}">{}</a>', address, obj.pk, obj.units or 0)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the releases with the number of their units."""
        counted = Publication.objects.filter(release=models.OuterRef("pk")).order_by().values("release")
        counted = counted.annotate(count=models.Count("pk")).values("count")
        rows: models.QuerySet[Any] = super().get_queryset(request).annotate(units=models.Subquery(counted))
        return rows

    @admin.display(description=_("Units"), ordering="units")
    def units(self, obj: Any) -> int:
        """Return how many units the release was about."""
        return obj.units or 0


@admin.register(Publication)
class PublicationAdmin(ChainedAdmin):
    """What became official, unit by unit."""

    list_display = ("unit_key", "number", "action", "status", "approval", "actor_name", "occurred_at")
    list_filter = ("action", "approval", "source", "unit_kind")
    list_select_related = ("release",)
    fields = (
        "unit",
        "number",
        "action",
        "status",
        "approval",
        "release",
        "actor_name",
        "source",
        "occurred_at",
        "announcement",
        "go_live_date",
        "revision",
        "sequence",
        "operation",
        "changes_shown",
        "snapshot",
        "content_digest",
        "previous",
        "previous_hash",
        "record_hash",
    )

    @admin.display(description=_("Changes"))
    def changes_shown(self, obj: Any) -> Any:
        """Return what differs from the publication before, field by field."""
        if obj.snapshot is None:
            return _("The official version was removed.")
        after = UnitSnapshot.load(obj.snapshot)
        before = obj.previous.snapshot if obj.previous is not None else None
        loaded = None if before is None else UnitSnapshot.load(before)
        labels = Labels()
        labels.give(loaded.labels if loaded else {})
        labels.give(after.labels)
        changes = shown_changes(after.kind, compare(loaded, after), labels)
        return render_to_string(f"{TEMPLATES}/changes.html", {"changes": changes})


@admin.register(Snapshot)
class SnapshotAdmin(LogAdmin):
    """Contents, each stored once."""

    list_display = ("content_digest", "unit_kind", "unit_uuid", "schema_version", "created")
    list_filter = ("unit_kind", "schema_version")
    search_fields = ("=content_digest", "=unit_uuid")
    fields = (
        "unit_kind",
        "unit_uuid",
        "schema_version",
        "created",
        "content",
        "exact",
        "content_digest",
        "review_digest",
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave bodies unread in the list, which does not show them."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        listed = match is not None and (match.url_name or "").endswith("_changelist")
        return rows.defer("body", "labels") if listed else rows

    @admin.display(description=_("Content"))
    def content(self, obj: Any) -> SafeString:
        """Return the content field by field, with the names of the time."""
        snapshot = UnitSnapshot.load(obj)
        labels = Labels()
        labels.give(snapshot.labels)
        rows = [(row.name, row.value) for row in shown_content(snapshot.kind, snapshot.content, labels)]
        return render_to_string(f"{TEMPLATES}/values.html", {"rows": rows})

    @admin.display(description=_("Canonical JSON"))
    def exact(self, obj: Any) -> SafeString:
        """Return what the digest was made of, indented."""
        snapshot = UnitSnapshot.load(obj)
        text = json.dumps(json.loads(snapshot.body), indent=2, ensure_ascii=False)
        return format_html('<details><summary>{}</summary><pre class="ocp-json">{}</pre></details>', _("Show"), text)


@admin.register(Seal)
class SealAdmin(LogAdmin):
    """Seals over the heads of all chains."""

    date_hierarchy = "created"
    list_display = ("created", "heads", "seal_hash")
    fields = ("created", "heads", "seal_hash", "previous_hash")


@admin.register(SealedHead)
class SealedHeadAdmin(UnlistedAdmin):
    """Heads of chains as seals found them."""

    list_display = ("unit_uuid", "sequence", "record_hash", "seal_id")
    search_fields = ("=unit_uuid",)


@admin.register(ActorPseudonym)
class ActorPseudonymAdmin(ReadOnlyAdmin):
    """Who stands behind the pseudonyms of the logs."""

    list_display = ("uuid", "user", "system_name")
    list_select_related = ("user",)
    search_fields = ("=uuid", "user__username", "system_name")
