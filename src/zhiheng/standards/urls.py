from django.urls import path

from zhiheng.standards import views

urlpatterns = [
    path("standards/<slug:standard>/", views.standard, name="standard"),
    path("standards/<slug:standard>/case.json", views.standard_case, name="standard_case"),
    path("standards/<slug:standard>/<slug:level>/", views.standard_level, name="standard_level"),
]
