"""The surface as a Django app: templates, static files and template tags, no models."""

from django.apps import AppConfig


class SurfaceConfig(AppConfig):
    name = "zhiheng.surface"
    label = "surface"
