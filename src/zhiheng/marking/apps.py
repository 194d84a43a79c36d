from django.apps import AppConfig


class MarkingConfig(AppConfig):
    name = "zhiheng.marking"
    label = "marking"
