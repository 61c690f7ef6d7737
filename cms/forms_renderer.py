from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Every form of the project: label, hint and error in words, linked to the field."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
