from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "zhiheng.payments"
    label = "payments"

    def ready(self) -> None:
        from zhiheng.payments import checks  # noqa: F401, PLC0415 - registers itself once the models are loaded
