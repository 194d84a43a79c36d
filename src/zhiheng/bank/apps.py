from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "zhiheng.bank"
    label = "bank"
