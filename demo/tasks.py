"""The demo's Celery, which runs tasks where they are started."""

from celery import Celery

celery = Celery("demo")
celery.config_from_object("django.conf:settings", namespace="CELERY")
