from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "zhiheng.enrolment"
    label = "enrolment"
