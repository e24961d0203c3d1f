"""What all views of the API are: who may come in, how often, and how errors are told."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from edx_rest_framework_extensions.auth.jwt.authentication import get_decoded_jwt_from_auth
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from openedx_catalog_publisher.access.roles import is_known
from openedx_catalog_publisher.access.token_roles import give_token_roles, roles_in_token
from openedx_catalog_publisher.api import Actor
from openedx_catalog_publisher.models import WriteSource
from openedx_catalog_publisher.rest.openapi import CatalogSchema
from openedx_catalog_publisher.rest.output import Scene
from openedx_catalog_publisher.rest.parsers import StorableJSONParser
from openedx_catalog_publisher.rest.problems import problem_response
from openedx_catalog_publisher.settings.conf import jwt_roles, throttle_rates


class KnownUser(BasePermission):
    """
    Lets in whoever is logged in with an active account.

    What they may see and do is asked of ``access``. Tokens and the platform's sessions let inactive accounts pass, so
    this is asked here.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether this is a logged-in user with an active account."""
        return is_known(request.user)


class CatalogThrottle(SimpleRateThrottle):
    """Limits how often one user asks, by the rates of ``CATALOG_PUBLISHER_THROTTLE_RATES``."""

    scope = "user"

    def get_rate(self) -> str | None:
        """Return the rate of an ordinary user; ``allow_request`` takes the one that applies."""
        return throttle_rates().get("user")

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether this request is within its rate."""
        user = request.user
        if not is_known(user):
            self.scope = "anonymous"
        elif user.is_staff or user.is_superuser:
            self.scope = "staff"
        else:
            self.scope = "user"
        self.rate = throttle_rates().get(self.scope)
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Return under which key the requests of this user, or of this address, are counted."""
        user = request.user
        ident = user.pk if is_known(user) else self.get_ident(request)
        return f"catalog_publisher_throttle_{self.scope}_{ident}"


class CatalogView(APIView):
    """
    A view of the API.

    Authentication is the platform's (its default classes: JWT and session); permissions, throttles, parsers and
    renderers stand here, since the platform has no or other defaults. Commands open the outermost transaction
    themselves, so no view is in one already, whatever ``ATOMIC_REQUESTS`` says.
    """

    permission_classes = [KnownUser]
    throttle_classes = [CatalogThrottle]
    parser_classes = [StorableJSONParser, MultiPartParser]
    renderer_classes = [JSONRenderer]
    schema = CatalogSchema()
    source = WriteSource.NATIVE

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the view, outside of transactions of the request."""
        return transaction.non_atomic_requests(super().as_view(*args, **kwargs))

    def perform_authentication(self, request: Request) -> None:
        """
        Find out who asks, and which roles the token claims that says so.

        A token that comes beside a session says nothing: it may be somebody else's, or over.
        """
        super().perform_authentication(request)
        if is_known(request.user) and jwt_roles():
            give_token_roles(request.user, roles_in_token(get_decoded_jwt_from_auth(request)))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer an error as this door does; what is a fault of ours goes on to whoever watches for such faults."""
        known = self.answer_error(exc, None)
        if known is not None:
            known.exception = True
            return known
        response = super().handle_exception(exc)
        return self.answer_error(exc, response) or response

    def answer_error(self, error: Exception, drf_response: Response | None) -> Response | None:
        """
        Return the answer for an error, in the form of this door; None for one that is a fault of ours.

        Arguments:
            error: what was raised.
            drf_response: what Django REST framework makes of it; None for what it does not know.
        """
        return problem_response(self.request, error, drf_response)

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor.of(self.request.user, self.source)

    def scene(self, editable: frozenset[int] = frozenset()) -> Scene:
        """Return what the answer depends on beside the rows."""
        return Scene(now=timezone.now(), absolute=self.request.build_absolute_uri, editable=editable)


class CatalogViewSet(CatalogView, ViewSet):
    """A set of views of one resource."""
