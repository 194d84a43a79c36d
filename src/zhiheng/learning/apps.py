from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "zhiheng.learning"
    label = "learning"
