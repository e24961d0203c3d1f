"""Who edits a course, and under which slugs a course is known."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openedx_catalog_publisher.models.course import Course
from openedx_catalog_publisher.models.normalization import BinaryCharField, normalize_key


class CourseEditor(models.Model):
    """
    A user who edits a course (Discovery's decision "Publisher roles and permissions").

    .. no_pii: points at the user, whom the platform retires.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="catalog_courses_edited")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="editors")
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("course editor")
        verbose_name_plural = _("course editors")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"],
                name="ocp_course_editor_uniq",
                violation_error_message=_("This user edits this course already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.course}"


class CourseUrlSlug(models.Model):
    """
    A slug that leads to a course, or that its draft has reserved.

    ``is_active``: the official course is found under it. ``is_active_on_draft``: the draft uses it. Neither: it was
    official once and redirects. A slug that never was official is released when the draft leaves it.

    .. no_pii:
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="url_slug_history")
    url_slug = models.CharField(_("URL slug"), max_length=255)
    url_slug_normalized = BinaryCharField(_("normalised URL slug"), max_length=255, unique=True, editable=False)
    is_active = models.BooleanField(_("official"), default=False)
    is_active_on_draft = models.BooleanField(_("on the draft"), default=False)
    was_official = models.BooleanField(_("has been official"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("URL slug of a course")
        verbose_name_plural = _("URL slugs of courses")

    def __str__(self) -> str:
        return self.url_slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the normalised slug in step with the slug."""
        self.url_slug_normalized = normalize_key(self.url_slug)
        super().save(*args, **kwargs)


class CourseUrlRedirect(models.Model):
    """
    A path outside the slug history that leads to a course, for example of an older site.

    .. no_pii:
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="url_redirects")
    value = models.CharField(_("path"), max_length=255)
    value_normalized = BinaryCharField(_("normalised path"), max_length=255, unique=True, editable=False)

    class Meta:
        ordering = ["value"]
        verbose_name = _("URL redirect of a course")
        verbose_name_plural = _("URL redirects of courses")

    def __str__(self) -> str:
        return self.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the normalised path in step with the path."""
        self.value_normalized = normalize_key(self.value)
        super().save(*args, **kwargs)
