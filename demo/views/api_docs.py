"""The API's documentation, to read and to try: Swagger UI and Redoc, served from here."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from demo.views.pages import API_ROOT, render_page

SCHEMA = f"{API_ROOT}schema/"

# Both make styles as they go. Swagger UI shows small pictures as data, Redoc searches in a worker of its own making.
POLICY = {"style-src": "'self' 'unsafe-inline'", "worker-src": "blob:"}


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """Show the API as forms to fill in and send, in the name of whoever is logged in."""
    return render_page(request, "demo/swagger.html", {"schema": SCHEMA, "here": "api-docs"}, policy=POLICY)


@require_safe
def redoc(request: HttpRequest) -> HttpResponse:
    """Show the API as a text to read."""
    return render_page(request, "demo/redoc.html", {"schema": SCHEMA, "here": "api-docs"}, policy=POLICY)
