from django.apps import AppConfig


class SittingsConfig(AppConfig):
    name = "zhiheng.sittings"
    label = "sittings"
