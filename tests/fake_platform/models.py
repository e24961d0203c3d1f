"""Tables of the platform."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from opaque_keys.edx.django.models import CourseKeyField

MIN_PRICES = {"verified": 1, "professional": 1, "no-id-professional": 1, "credit": 1}
PROFESSIONAL = frozenset({"professional", "no-id-professional"})


class CourseOverview(models.Model):
    """What the platform keeps beside each course run; rebuilt whenever the run is published in Studio."""

    id: Any = CourseKeyField(  # type: ignore[no-untyped-call]
        db_index=True, primary_key=True, max_length=255
    )
    display_name = models.TextField(null=True)
    marketing_url = models.TextField(null=True)
    eligible_for_financial_aid = models.BooleanField(default=True)
    external_id = models.CharField(max_length=128, null=True, blank=True)

    class Meta:
        app_label = "fake_platform"

    def __str__(self) -> str:
        return str(self.id)


class CourseMode(models.Model):
    """How learners can enrol in a run."""

    course = models.ForeignKey(
        CourseOverview, db_constraint=False, related_name="modes", on_delete=models.DO_NOTHING, db_index=True
    )
    mode_slug = models.CharField(max_length=100)
    mode_display_name = models.CharField(max_length=255)
    min_price = models.IntegerField(default=0)
    currency = models.CharField(default="usd", max_length=8)
    _expiration_datetime = models.DateTimeField(default=None, null=True, blank=True, db_column="expiration_datetime")
    expiration_datetime_is_explicit = models.BooleanField(default=False)
    sku = models.CharField(max_length=255, null=True, blank=True)
    bulk_sku = models.CharField(max_length=255, null=True, blank=True, default=None)

    class Meta:
        app_label = "fake_platform"
        unique_together = (("course", "mode_slug", "currency"),)

    def __str__(self) -> str:
        return f"{self.course_id}: {self.mode_slug}"

    @property
    def expiration_datetime(self) -> Any:
        """Until when the mode can be chosen."""
        return self._expiration_datetime

    @expiration_datetime.setter
    def expiration_datetime(self, new: Any) -> None:
        if new is not None:
            self.expiration_datetime_is_explicit = True
        self._expiration_datetime = new

    def clean(self) -> None:
        """Refuse what the platform refuses."""
        if self.mode_slug in PROFESSIONAL and self.expiration_datetime is not None:
            raise ValidationError("Professional education modes are not allowed to have expiration_datetime set.")
        least = MIN_PRICES.get(self.mode_slug, 0)
        if self.min_price < least:
            raise ValidationError(f"The {self.mode_slug} course mode has a minimum price of {least}.")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Validate, save, and keep a row of history."""
        self.full_clean()
        self.currency = self.currency.lower()
        super().save(*args, **kwargs)
        HistoricalCourseMode.objects.create(
            course_key=str(self.course_id),
            told=f"{self.mode_slug} {self.min_price} {self.currency} {self.expiration_datetime}",
        )


class HistoricalCourseMode(models.Model):
    """One row for each time that a mode was saved."""

    course_key = models.CharField(max_length=255)
    told = models.CharField(max_length=255)

    class Meta:
        app_label = "fake_platform"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.told


class CourseAccessRole(models.Model):
    """Who may do what in a course run."""

    # Without a constraint: tables of apps without migrations are made before that of users, which MariaDB minds.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    org = models.CharField(max_length=64, db_index=True, blank=True)
    course_id: Any = CourseKeyField(max_length=255, db_index=True)  # type: ignore[no-untyped-call]
    role = models.CharField(max_length=64, db_index=True)

    class Meta:
        app_label = "fake_platform"
        unique_together = (("user", "org", "course_id", "role"),)

    def __str__(self) -> str:
        return f"{self.role} {self.course_id}"
