"""What the web server loads."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
settings.STATIC_ROOT.mkdir(
    parents=True, exist_ok=True
)  # files are found in the packages; WhiteNoise asks for it
application = get_wsgi_application()
