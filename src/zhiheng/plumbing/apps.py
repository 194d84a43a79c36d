from django.apps import AppConfig


class PlumbingConfig(AppConfig):
    name = "zhiheng.plumbing"
    label = "plumbing"
