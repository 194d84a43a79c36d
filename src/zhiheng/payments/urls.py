from django.urls import path

from zhiheng.payments.views import bank_files, channels, fees, invoices, orders, refunds

urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/place/<uuid:sitting_id>/", orders.place_order, name="place_order"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/statement/<uuid:sitting_id>/", orders.statement, name="statement"),
    path("finance/orders/", orders.finance_orders, name="finance_orders"),
    path("finance/orders/<uuid:order_id>/", orders.finance_order, name="finance_order"),
    path(
        "finance/statement/<uuid:institution_id>/<uuid:sitting_id>/",
        orders.finance_statement,
        name="finance_statement",
    ),
    path("finance/bank-files/", bank_files.bank_files, name="bank_files"),
    path("finance/bank-files/<uuid:file_id>/", bank_files.bank_file, name="bank_file"),
    path(
        "finance/bank-files/<uuid:file_id>/confirm/", bank_files.confirm_bank_file, name="confirm_bank_file"
    ),
    path("finance/fees/", fees.fee_table, name="fee_table"),
    path("finance/fees/new/", fees.propose_fee, name="propose_fee"),
    path("finance/fees/<uuid:row_id>/decide/", fees.decide_fee, name="decide_fee"),
    path("orders/<uuid:order_id>/invoice/", invoices.request_invoice, name="request_invoice"),
    path("finance/invoices/", invoices.invoices, name="invoices"),
    path("finance/invoices/<uuid:request_id>/", invoices.invoice, name="invoice"),
    path("finance/orders/<uuid:order_id>/refund/", refunds.request_refund, name="request_refund"),
    path("finance/refunds/", refunds.refunds, name="refunds"),
    path("finance/refunds/<uuid:refund_id>/", refunds.refund, name="refund"),
    path("finance/refunds/<uuid:refund_id>/send/", refunds.send_refund, name="send_refund"),
    path("finance/ledger/", orders.ledger, name="ledger"),
    path("orders/<uuid:order_id>/pay/", channels.pay, name="pay"),
    path("orders/payments/<uuid:payment_id>/", channels.payment, name="payment"),
    path("orders/payments/<uuid:payment_id>/state/", channels.payment_state, name="payment_state"),
    path("orders/payments/<uuid:payment_id>/look-up/", channels.look_up_payment, name="look_up_payment"),
    path("pay/notify/<slug:method>/", channels.payment_notice, name="payment_notice"),
]
