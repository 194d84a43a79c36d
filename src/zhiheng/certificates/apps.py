from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "zhiheng.certificates"
    label = "certificates"
