from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "zhiheng.payments"
    label = "payments"
