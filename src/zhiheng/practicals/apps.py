from django.apps import AppConfig


class PracticalsConfig(AppConfig):
    name = "zhiheng.practicals"
    label = "practicals"
