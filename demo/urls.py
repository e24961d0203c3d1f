"""URLs of the demo project: its pages, the admin, uploaded pictures, and whatever plugins mount."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import path
from edx_django_utils.plugins import get_plugin_url_patterns

from demo.views import api_docs, catalog, drafts, mailbox, micro_frontends, people, studio
from demo.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("catalog/", catalog.catalog, name="catalog"),
    path("catalog/<str:key>/", catalog.course, name="course"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<str:key>/", drafts.draft, name="draft"),
    path("api-docs/", api_docs.swagger, name="api-docs"),
    path("api-docs/redoc/", api_docs.redoc, name="redoc"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("demo/log-in/", people.log_in, name="log-in"),
    path("demo/log-out/", people.log_out, name="log-out"),
    path("demo/studio/", studio.switch, name="studio"),
    path("demo/token/", people.token, name="token"),
    path("csrf/api/v1/token", micro_frontends.csrf_token, name="csrf-token"),
    path("login_refresh", micro_frontends.refresh_login, name="refresh-login"),
    path("logout", micro_frontends.sign_out, name="sign-out"),
    path("admin/login/", people.admin_log_in),
    path("admin/", admin.site.urls),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    *get_plugin_url_patterns(settings.PROJECT_TYPE),
]
