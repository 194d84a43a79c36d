from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "zhiheng.results"
    label = "results"
