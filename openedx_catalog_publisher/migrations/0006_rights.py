"""The roles of reviewers and of internal editors, the history of roles, and the inbox."""

from __future__ import annotations

from typing import Any

import django.utils.timezone
from django.db import migrations, models

import openedx_catalog_publisher.models.normalization

ROLES = ("legal_reviewer", "project_coordinator", "publisher_editor")


def seed(apps: Any, schema_editor: Any) -> None:
    """Make the roles that are missing."""
    for name in ROLES:
        apps.get_model("openedx_catalog_publisher", "CatalogRole").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    """Tables, and roles; those are not taken back, since operators may have granted them."""

    dependencies = [
        ("openedx_catalog_publisher", "0005_outbox_relay"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[("granted", "granted"), ("revoked", "revoked")], max_length=8, verbose_name="action"
                    ),
                ),
                ("holder", models.UUIDField(db_index=True, verbose_name="holder")),
                ("role", models.CharField(max_length=255, verbose_name="role")),
                (
                    "context",
                    openedx_catalog_publisher.models.normalization.BinaryCharField(
                        max_length=255, verbose_name="organization"
                    ),
                ),
                ("reason", models.CharField(max_length=255, verbose_name="reason")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                ("actor", models.UUIDField(verbose_name="actor")),
                ("occurred_at", models.DateTimeField(verbose_name="time")),
                ("operation", models.UUIDField(verbose_name="operation")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("native", "API"),
                            ("discovery", "Discovery's API"),
                            ("admin", "Admin"),
                            ("import", "Import"),
                            ("studio", "Studio"),
                            ("command", "Management command"),
                        ],
                        max_length=16,
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "record of a role",
                "verbose_name_plural": "history of roles",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="InboxEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("user_retired", "user retired"), ("user_deleted", "user deleted")],
                        max_length=32,
                        verbose_name="kind",
                    ),
                ),
                ("payload", models.JSONField(default=dict, verbose_name="payload")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("due", models.DateTimeField(default=django.utils.timezone.now, verbose_name="due")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("last_error", models.TextField(blank=True, default="", verbose_name="last error")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
            ],
            options={
                "verbose_name": "inbox entry",
                "verbose_name_plural": "inbox entries",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["done_at", "due", "id"], name="ocp_inbox_waiting_idx")],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
