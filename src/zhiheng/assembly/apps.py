from django.apps import AppConfig


class AssemblyConfig(AppConfig):
    name = "zhiheng.assembly"
    label = "assembly"
