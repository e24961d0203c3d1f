"""What all views of Discovery's door are: who may come in, how errors are told, and what answers depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.utils import timezone
from django.utils.text import slugify
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from openedx_catalog_publisher.access.policy import READERS, may_by_account
from openedx_catalog_publisher.access.roles import holds_anywhere
from openedx_catalog_publisher.api import Action, NotPermitted
from openedx_catalog_publisher.commands.errors import Busy, CatalogError, Conflict, InvalidInput
from openedx_catalog_publisher.models import WriteSource
from openedx_catalog_publisher.rest.discovery.flags import flag, words
from openedx_catalog_publisher.rest.discovery.freshness import mark_unshared
from openedx_catalog_publisher.rest.output import Scene
from openedx_catalog_publisher.rest.problems import BUSY_SECONDS, messages_by_field
from openedx_catalog_publisher.rest.views import CatalogView, KnownUser
from openedx_catalog_publisher.settings.conf import anonymous_reads

UTM_MEDIUM = "affiliate_partner"


class Sentence(CatalogError):
    """A refusal that Discovery's clients get as a bare text."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status  # type: ignore[misc]


@dataclass(frozen=True)
class DoorScene(Scene):
    """
    What an answer of this door depends on beside the rows.

    Attributes:
        utm: what is added to marketing addresses; empty for nothing.
        restrictions: types of restriction whose runs are shown; None shows all.
        only_published: whether nested runs are published ones alone.
        only_marketable: whether nested runs are marketable ones alone.
        hidden: whether nested runs that are hidden are shown.
    """

    utm: str = ""
    restrictions: frozenset[str] | None = field(default=None)
    only_published: bool = False
    only_marketable: bool = False
    hidden: bool = True


class DoorKeeper(KnownUser):
    """Lets in who is known, and everybody to what is official where the setting says so."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether whoever asks may come in."""
        if super().has_permission(request, view):
            return True
        is_open = getattr(view, "open_to_all", False) and anonymous_reads()
        return is_open and request.method in SAFE_METHODS and not wants_drafts(request)


class DiscoveryView(CatalogView):
    """A view of Discovery's door. It stands in no OpenAPI document: Discovery's own description holds."""

    source = WriteSource.DISCOVERY
    schema: Any = None

    permission_classes = [DoorKeeper]

    open_to_all: ClassVar[bool] = False
    """Whether what this view reads of officials may be read without an account, where the setting says so."""

    errors_as_text: ClassVar[bool] = False
    """Whether faulty fields are told in one text, as Discovery does of courses, and not in an object by field."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Finish an answer, which no cache may give to another user."""
        return mark_unshared(super().finalize_response(request, response, *args, **kwargs))

    def answer_error(self, error: Exception, drf_response: Response | None) -> Response | None:
        """Return the answer for an error in Discovery's form: a text, an object by field, or an object with detail."""
        if isinstance(error, CatalogError):
            headers = {"Retry-After": str(BUSY_SECONDS)} if isinstance(error, Busy) else None
            return Response(self._body_of(error), status=error.status, headers=headers)
        if isinstance(error, SuspiciousOperation):
            return Response({"detail": str(error)}, status=413 if isinstance(error, RequestDataTooBig) else 400)
        if isinstance(error, ValidationError) and drf_response is not None and isinstance(error.detail, dict):
            # Nested messages would be shown as [object Object].
            drf_response.data = messages_by_field(error.detail)
        return drf_response

    def _body_of(self, error: CatalogError) -> Any:
        if isinstance(error, InvalidInput):
            return error.message if self.errors_as_text else error.fields
        if isinstance(error, Conflict | Sentence):
            return error.message
        return {"detail": error.message}

    def door_scene(self, editable: frozenset[int] = frozenset()) -> DoorScene:
        """
        Return what the answer depends on beside the rows.

        Raises:
            ValidationError: naming a flag that is none.
        """
        request = self.request
        reading = request.method in SAFE_METHODS
        shown = frozenset(words(request, "include_restricted"))
        marketable = flag(request, "marketable_course_runs_only") or flag(
            request, "marketable_enrollable_course_runs_with_archived"
        )
        return DoorScene(
            now=timezone.now(),
            absolute=request.build_absolute_uri,
            editable=editable,
            utm="" if flag(request, "exclude_utm") else _utm(request.user),
            restrictions=shown if reading else None,
            only_published=reading and flag(request, "published_course_runs_only"),
            only_marketable=reading and marketable,
            hidden=not reading or not marketable or flag(request, "include_hidden_course_runs"),
        )


def _utm(user: Any) -> str:
    name = user.get_username() if user is not None and user.is_authenticated else ""
    return f"utm_source={slugify(name)}&utm_medium={UTM_MEDIUM}" if name else ""


class DiscoveryViewSet(DiscoveryView, ViewSet):
    """A set of views of one resource."""

    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"


def is_publisher_user(user: Any) -> bool:
    """Tell whether somebody works on the catalog: by the account, or by a role for any organization."""
    return may_by_account(user, Action.VIEW_DRAFT) or holds_anywhere(user, *READERS)


def require_publisher_user(user: Any) -> None:
    """
    Let pass who works on the catalog.

    Raises:
        NotPermitted: for everybody else.
    """
    if not is_publisher_user(user):
        raise NotPermitted("Drafts are for course teams and for those who review or administer the catalog.")


def wants_drafts(request: Request) -> bool:
    """
    Tell whether a request is about drafts: it says so, or it writes.

    Raises:
        ValidationError: naming ``editable``, for what is no flag.
    """
    return request.method not in SAFE_METHODS or flag(request, "editable")
