"""Providers of implementations: the registry, backends, and plugins that offer them."""
