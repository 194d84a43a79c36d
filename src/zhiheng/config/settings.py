"""Settings: typed environment variables with the prefix ZHIHENG_, none of them needed for the embedded default."""

import base64
import sys
from pathlib import Path

import environs
from django.core.exceptions import ImproperlyConfigured

from zhiheng.config.keys import keys_of
from zhiheng.plumbing.places import environment, hall_folder, var_folder

try:
    # The system's SQLite may carry the WAL-reset race (3.7.0 to 3.51.2); the wheel is newer.
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
except ImportError:  # no wheel for this platform: the system's library serves, with one writer per file
    pass

env = environment()

with env.prefixed("ZHIHENG_"):
    DEBUG = env.bool("DEBUG", False)
    VAR = var_folder()
    _keys = keys_of(VAR)
    SECRET_KEY = env.str("SECRET_KEY", _keys["secret_key"])
    DATA_KEY = base64.b64decode(env.str("DATA_KEY", _keys["data_key"]))
    OLD_DATA_KEYS = tuple(
        base64.b64decode(key)
        for key in (*env.list("OLD_DATA_KEYS", []), *_keys.get("old_data_keys", []))
        if key
    )
    KEYS_FILE = None if env.str("DATA_KEY", "") else VAR / "keys.json"  # where a new data key may be written
    ISSUER_KEY = base64.b64decode(env.str("ISSUER_KEY", _keys["issuer_key"]))
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])
    PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8700").rstrip("/")
    HALL_URL = env.str("HALL_URL", "http://127.0.0.1:8701").rstrip("/")
    HALL_DATA = hall_folder()
    HALL_DATABASE_URL = env.str("HALL_DATABASE_URL", "")
    FONTS = [Path(folder) for folder in env.list("FONTS", ["/usr/share/fonts/truetype/hanazono"])]
    TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0, validate=environs.validate.Range(min=0))
    DEMO = env.bool("DEMO", False)
    MESSAGES_FOLDER = VAR / "messages"
    _email = env.dj_email_url("EMAIL_URL", "")
    DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "zhiheng@localhost")
    SMS_SENDER = env.str("SMS_SENDER", "file", validate=environs.validate.OneOf(["file", "tencent"]))
    SMS_SECRET_ID = env.str("SMS_SECRET_ID", "")
    SMS_SECRET_KEY = env.str("SMS_SECRET_KEY", "")
    SMS_REGION = env.str("SMS_REGION", "ap-guangzhou")
    SMS_APP_ID = env.str("SMS_APP_ID", "")
    SMS_SIGNATURE = env.str("SMS_SIGNATURE", "")
    SMS_TEXTS: dict[str, str] = env.dict(
        "SMS_TEXTS", {}
    )  # "application-approved.zh-hans" -> the provider's number of that text
    PAY_WECHAT: dict[str, str] = {
        "mchid": env.str("PAY_WECHAT_MCHID", ""),
        "appid": env.str("PAY_WECHAT_APPID", ""),
        "key_file": env.str("PAY_WECHAT_KEY_FILE", ""),
        "cert_serial": env.str("PAY_WECHAT_CERT_SERIAL", ""),
        "apiv3_key": env.str("PAY_WECHAT_APIV3_KEY", ""),
        "public_key_file": env.str("PAY_WECHAT_PUBLIC_KEY_FILE", ""),
        "public_key_id": env.str("PAY_WECHAT_PUBLIC_KEY_ID", ""),
        "gateway": env.str("PAY_WECHAT_GATEWAY", "https://api.mch.weixin.qq.com"),
    }
    PAY_ALIPAY: dict[str, str] = {
        "appid": env.str("PAY_ALIPAY_APPID", ""),
        "seller_id": env.str("PAY_ALIPAY_SELLER_ID", ""),
        "key_file": env.str("PAY_ALIPAY_KEY_FILE", ""),
        "public_key_file": env.str("PAY_ALIPAY_PUBLIC_KEY_FILE", ""),
        "gateway": env.str("PAY_ALIPAY_GATEWAY", "https://openapi.alipay.com/gateway.do"),
    }

if any(len(key) != 32 for key in (DATA_KEY, *OLD_DATA_KEYS)):
    raise ImproperlyConfigured(
        "ZHIHENG_DATA_KEY 与 ZHIHENG_OLD_DATA_KEYS 应为 32 字节的 base64：请用 `openssl rand -base64 32` 生成。"
    )

CLOCK_FILE = HALL_DATA / "clock.json"
VAULT = VAR / "vault"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "zhiheng.plumbing",
    "zhiheng.surface",
    "zhiheng.people",
    "zhiheng.standards",
    "zhiheng.sittings",
    "zhiheng.enrolment",
    "zhiheng.payments",
    "zhiheng.bank",
    "zhiheng.learning",
    "zhiheng.assembly",
    "zhiheng.seating",
    "zhiheng.delivery",
    "zhiheng.practicals",
    "zhiheng.marking",
    "zhiheng.results",
    "zhiheng.certificates",
    "zhiheng.portal",
    "zhiheng.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhiheng.plumbing.headers.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "zhiheng.people.access.refusals_as_pages",
]

ROOT_URLCONF = "zhiheng.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "zhiheng.portal.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "zhiheng.surface.templatetags.surface",
            ],
        },
    }
]
WSGI_APPLICATION = "zhiheng.config.wsgi.application"

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR / 'zhiheng.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/home/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS: list[str] = []
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# The exam page's own style, so that a question is previewed as candidates will see it.
STATICFILES_DIRS = [("hall", Path(__file__).resolve().parent.parent / "delivery/hall/static")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

if _email.get("EMAIL_HOST") and "EMAIL_BACKEND" not in _email:
    raise ImproperlyConfigured(
        "ZHIHENG_EMAIL_URL 看不懂：请写成 submission://账号:密码@主机:587（STARTTLS）或 smtps://…:465。"
    )
if "EMAIL_BACKEND" in _email:
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _email["EMAIL_USE_TLS"], _email["EMAIL_USE_SSL"]
else:  # without a mail server each e-mail becomes a file
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MESSAGES_FOLDER / "email"
EMAIL_TIMEOUT = 20  # seconds

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
