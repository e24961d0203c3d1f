"""What of a course under review somebody was shown through Discovery's door, whose decisions name no content."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ShownDigests(models.Model):
    """
    The review digests that one user was shown of one course and its runs.

    ``run_digests`` are those of the runs that the editable course detail showed last, by uuid, with those that answers
    to the user's own changes of a run showed since. ``course_digest`` is that of the course when the user last sent all
    of it back unchanged. A decision names these, so that it holds for what was shown and nothing else.

    .. no_pii: points at the user, whom the platform retires.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="catalog_shown_digests")
    course_uuid = models.UUIDField(_("UUID of the course"))
    course_digest = models.CharField(_("review digest of the course"), max_length=64, blank=True, default="")
    run_digests = models.JSONField(_("review digests of runs"), default=dict, blank=True)
    shown_at = models.DateTimeField(_("shown"), auto_now=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("shown digests")
        verbose_name_plural = _("shown digests")
        constraints = [
            models.UniqueConstraint(fields=["user", "course_uuid"], name="ocp_shown_digests_user_course_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.course_uuid}"
