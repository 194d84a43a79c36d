from django.urls import path

from zhiheng.payments import views

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("orders/place/<uuid:sitting_id>/", views.place_order, name="place_order"),
    path("orders/<uuid:order_id>/", views.order, name="order"),
    path("orders/statement/<uuid:sitting_id>/", views.statement, name="statement"),
    path("finance/orders/", views.finance_orders, name="finance_orders"),
    path("finance/orders/<uuid:order_id>/", views.finance_order, name="finance_order"),
    path(
        "finance/statement/<uuid:institution_id>/<uuid:sitting_id>/",
        views.finance_statement,
        name="finance_statement",
    ),
    path("finance/ledger/", views.ledger, name="ledger"),
]
