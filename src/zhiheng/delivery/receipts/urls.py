from django.urls import path

from zhiheng.delivery.receipts import views

urlpatterns = [
    path("receipts/", views.receipts, name="receipts"),
    path("receipts/keys/", views.keys, name="receipt_keys"),
    path("tickets/<str:number>/receipt/", views.my_receipt, name="my_receipt"),
    path("tickets/<str:number>/receipt.json", views.my_receipt_file, name="my_receipt_file"),
    path("tickets/<str:number>/answers.json", views.my_answers_file, name="my_answers_file"),
]
