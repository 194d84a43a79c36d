from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "zhiheng.config"
    label = "config"

    def ready(self) -> None:
        from zhiheng.config import subscriptions  # noqa: PLC0415 - the models must be loaded before the wiring

        subscriptions.connect()
