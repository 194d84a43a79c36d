from django.apps import AppConfig


class SeatingConfig(AppConfig):
    name = "zhiheng.seating"
    label = "seating"
