from django.urls import path

from . import views

app_name = "parties"
urlpatterns = [
    path("account/", views.profile, name="profile"),
    path("account/switch/", views.switch, name="switch"),
    path("account/tokens/", views.token_list, name="token_list"),
    path("account/tokens/new/", views.token_new, name="token_new"),
    path("account/tokens/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
    path("account/declare/", views.declare, name="declare"),
    path("account/declaration/", views.declaration_draft, name="declaration_draft"),
    path("account/declaration/check/", views.declaration_check, name="declaration_check"),
    path("account/declaration/drop/", views.declaration_drop, name="declaration_drop"),
    path("account/declaration/add/<slug:sort>/", views.row_new, name="row_new"),
    path("account/declaration/rows/<slug:key>/", views.row_edit, name="row_edit"),
    path("account/declaration/rows/<slug:key>/drop/", views.row_drop, name="row_drop"),
    path("account/declaration/agree/<int:pk>/", views.row_agree, name="row_agree"),
    path("account/declaration/end/<int:pk>/", views.declaration_end, name="declaration_end"),
    path("account/declarations/<int:pk>/", views.declaration, name="declaration"),
    path("account/interests/", views.own_interests, name="own_interests"),
    path("account/interests/<int:pk>/contest/", views.contest_new, name="contest_new"),
    path("account/contests/<int:pk>/", views.own_contest, name="own_contest"),
    path("contests/", views.contest_list, name="contest_list"),
    path("contests/<int:pk>/", views.contest, name="contest"),
    path("contests/<int:pk>/answer/", views.contest_answer, name="contest_answer"),
    path("contests/<int:pk>/decide/", views.contest_decide, name="contest_decide"),
    path("contests/<int:pk>/files/<int:file>/", views.contest_file, name="contest_file"),
    path("discrepancies/", views.discrepancy_list, name="discrepancy_list"),
    path("identity/", views.suggestion_list, name="suggestion_list"),
    path("identity/<int:pk>/", views.suggestion, name="suggestion"),
    path("identity/merges/", views.merge_list, name="merge_list"),
    path("identity/merges/<int:pk>/split/", views.merge_split, name="merge_split"),
    path("identity/people/<int:pk>/", views.person, name="person"),
]
