"""Readable paths; each stage brings its own."""

import importlib.util

from django.urls import include, path

STAGES = (
    "people",
    "standards",
    "sittings",
    "enrolment",
    "payments",
    "bank",
    "learning",
    "assembly",
    "seating",
    "delivery",
    "practicals",
    "marking",
    "results",
    "certificates",
    "portal",
)

urlpatterns = [
    path("", include(f"zhiheng.{stage}.urls"))
    for stage in STAGES
    if importlib.util.find_spec(f"zhiheng.{stage}.urls") is not None
]
