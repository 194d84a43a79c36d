from django.urls import path

from zhiheng.bank import previewing, views
from zhiheng.bank.covering import views as covering
from zhiheng.bank.exporting import views as exporting
from zhiheng.bank.importing import views as importing
from zhiheng.bank.lists import views as lists
from zhiheng.bank.media import views as media
from zhiheng.bank.reviewing import views as reviewing
from zhiheng.bank.together import views as together
from zhiheng.bank.twins import views as twins

urlpatterns = [
    path("items/", lists.items, name="items"),
    path("items/new/", views.new_item, name="new_item"),
    path("items/checks/", lists.writing_checks, name="writing_checks"),
    path("items/together/", together.together, name="item_bulk"),
    path("items/alike/", twins.twins, name="twins"),
    path("items/alike/<str:first>/<str:second>/", twins.keep_both, name="keep_both"),
    path("items/coverage/", covering.coverage_map, name="coverage"),
    path("items/export/", exporting.export_items, name="export_items"),
    path("items/import/", importing.import_items, name="import_items"),
    path("items/import/template.xlsx", importing.import_template, name="import_template"),
    path("items/import/<uuid:run_id>/", importing.import_report, name="import_report"),
    path("items/import/<uuid:run_id>/confirm/", importing.import_confirm, name="import_confirm"),
    path("items/import/<uuid:run_id>/drop/", importing.import_drop, name="import_drop"),
    path("items/media/<str:sha256>/", media.item_medium, name="item_medium"),
    path("items/at/<str:name>/", views.item, name="item"),
    path("items/at/<str:name>/edit/", views.edit_item, name="edit_item"),
    path("items/at/<str:name>/submit/", views.submit, name="submit_item"),
    path("items/at/<str:name>/approve/", views.approve, name="approve_item"),
    path("items/at/<str:name>/return/", views.send_back, name="return_item"),
    path("items/at/<str:name>/preview/", previewing.preview, name="preview_item"),
    path("items/at/<str:name>/preview/page/", previewing.exam_page, name="preview_page"),
    path("items/at/<str:name>/compare/", reviewing.compare, name="compare_item"),
    path("items/at/<str:name>/remarks/", reviewing.say, name="remark_item"),
    path("items/at/<str:name>/remarks/<uuid:remark_id>/", reviewing.settle_remark, name="settle_remark"),
    path("items/at/<str:name>/retire/", views.retire, name="retire_item"),
]
