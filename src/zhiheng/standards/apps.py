from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "zhiheng.standards"
    label = "standards"
