"""Tests of openedx_catalog_publisher. They mirror the package; what crosses it has folders of its own."""
