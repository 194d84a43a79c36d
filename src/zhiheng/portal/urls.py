from django.urls import path

from zhiheng.portal.health import healthz

urlpatterns = [path("healthz", healthz, name="healthz")]
