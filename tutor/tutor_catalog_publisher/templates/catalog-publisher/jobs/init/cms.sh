# Without a word Studio starts without a plugin that it cannot import; this says why.
python -m openedx_catalog_publisher.loading --settings "$DJANGO_SETTINGS_MODULE"
