from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "zhiheng.delivery"
    label = "delivery"
