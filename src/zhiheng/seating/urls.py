from django.urls import path

from zhiheng.seating import ticket_views, views

urlpatterns = [
    path("tickets/", ticket_views.my_tickets, name="tickets"),
    path("tickets/<str:number>.pdf", ticket_views.ticket_file, name="ticket_pdf"),
    path("tickets/<str:number>/", ticket_views.ticket, name="ticket"),
    path("institution/tickets/", ticket_views.institution_tickets, name="institution_tickets"),
    path(
        "institution/tickets/<uuid:sitting_id>.pdf",
        ticket_views.institution_ticket_file,
        name="institution_tickets_pdf",
    ),
    path("seating/", views.overview, name="seating"),
    path("seating/centres/", views.centres, name="centres"),
    path("seating/centres/new/", views.new_centre, name="new_centre"),
    path("seating/centres/<str:code>/", views.centre, name="centre"),
    path("seating/offerings/<uuid:offering_id>/", views.offering, name="seating_offering"),
    path("seating/offerings/<uuid:offering_id>/tickets/", views.issue, name="seating_issue"),
    path("seating/offerings/<uuid:offering_id>/seats/", views.place, name="seating_place"),
    path("seating/offerings/<uuid:offering_id>/plan/", views.plan, name="seating_plan"),
    path(
        "seating/offerings/<uuid:offering_id>/rooms/<uuid:room_id>/",
        views.assign,
        name="seating_invigilators",
    ),
    path(
        "seating/offerings/<uuid:offering_id>/rooms/<uuid:room_id>/replace/<uuid:account_id>/",
        views.replace,
        name="seating_replace",
    ),
]
