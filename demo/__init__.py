"""
The standalone project: the plugin in a bare Django site, loaded as LMS and Studio load it.

It is for development, demonstration and the command line. It is not part of the package, and not fit for production:
its secret key is public, and whoever opens its home page may be anybody.
"""
