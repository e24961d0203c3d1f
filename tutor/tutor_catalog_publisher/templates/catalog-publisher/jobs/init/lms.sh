# Without a word the LMS starts without a plugin that it cannot import; this says why.
python -m openedx_catalog_publisher.loading --settings "$DJANGO_SETTINGS_MODULE"
./manage.py lms migrate --no-input openedx_catalog_publisher
{%- if CATALOG_PUBLISHER_STUDIO_USERNAME %}
# The account that makes course runs in Studio: staff, with a profile, and nobody's.
./manage.py lms manage_user --staff --unusable-password {{ CATALOG_PUBLISHER_STUDIO_USERNAME|catalog_publisher_shell }} {{ CATALOG_PUBLISHER_STUDIO_EMAIL|catalog_publisher_shell }}
{%- if CATALOG_PUBLISHER_STUDIO_API_ROOT %}
./manage.py lms create_dot_application --update --grant-type client-credentials \
    --client-id {{ CATALOG_PUBLISHER_OAUTH_CLIENT_ID|catalog_publisher_shell }} \
    --client-secret {{ CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET|catalog_publisher_shell }} \
    catalog-publisher {{ CATALOG_PUBLISHER_STUDIO_USERNAME|catalog_publisher_shell }}
{%- endif %}
{%- endif %}
