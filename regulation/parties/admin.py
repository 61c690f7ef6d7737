from django.contrib import admin

from .models import Membership, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ("email", "name", "is_active", "is_staff")
    search_fields = ("email", "name")
    exclude = ("password", "last_login")


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    list_display = ("user", "entity", "role", "valid")
    list_select_related = ("user", "entity")
    search_fields = ("user__email", "entity__name")
    autocomplete_fields = ("user",)
    raw_id_fields = ("entity",)
