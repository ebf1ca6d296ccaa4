"""What the pages of this administration share: a form on a page, refusals as sentences."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse


def page(request, template, *, opts, **context):
    """Return a page of the administration."""
    request.current_app = admin.site.name
    return TemplateResponse(
        request, template, {**admin.site.each_context(request), "opts": opts, **context}
    )


def form_page(request, form, *, opts, title, button, lines=(), texts=()):
    """Return a page with one form under a few lines of explanation."""
    return page(
        request,
        "admin/commitments/form_page.html",
        opts=opts,
        title=title,
        form=form,
        button=button,
        lines=lines,
        texts=texts,
    )


def add_errors(form, error: ValidationError):
    """Put what a writer refused beside its fields; what has no field stands above all."""
    if hasattr(error, "error_dict"):
        for name, messages in error.message_dict.items():
            form.add_error(name if name in form.fields else None, messages)
    else:
        form.add_error(None, error.messages)
