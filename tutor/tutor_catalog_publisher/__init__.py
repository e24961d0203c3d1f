"""A plugin for Tutor that installs openedx_catalog_publisher and configures it in LMS and Studio."""

__version__ = "0.1.0"
