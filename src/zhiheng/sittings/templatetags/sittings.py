"""What is sat, on pages."""

from django import template

from zhiheng.sittings.wording import exam_words

register = template.Library()
register.filter("exam_name", exam_words)
