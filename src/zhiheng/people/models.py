"""Accounts and what they may do; persons as they stand on their identity document; institutions."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from zhiheng.plumbing.fields import EncryptedTextField
from zhiheng.plumbing.models import Record, VaultFile


class Role(models.TextChoices):
    CANDIDATE = "candidate", "考生"
    INSTITUTION = "institution", "机构"
    REVIEWER = "reviewer", "资格审核员"
    FINANCE = "finance", "财务"
    ITEM_WRITER = "item_writer", "命题员"
    INVIGILATOR = "invigilator", "监考员"
    EXAMINER = "examiner", "考评员"
    MARKER = "marker", "阅卷员"
    RESULTS_OFFICER = "results_officer", "成绩管理员"
    CERTIFICATE_OFFICER = "certificate_officer", "证书管理员"
    ADMINISTRATOR = "administrator", "管理员"


class InstitutionKind(models.TextChoices):
    TRAINING = "training", "培训机构"
    SCHOOL = "school", "院校"
    ENTERPRISE = "enterprise", "企业"


class Institution(Record):
    """An authorised partner through which candidates enrol."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=16, choices=InstitutionKind)
    province = models.CharField(max_length=20)
    city = models.CharField(max_length=20)
    credit_code = models.CharField(max_length=18, blank=True, default="")
    authorised_from = models.DateField()  # both follow InstitutionAuthorisation
    authorised_until = models.DateField()
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["province", "city", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~models.Q(credit_code=""),
                name="one_institution_per_credit_code",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, username: str, password: str | None = None, *, display_name: str) -> "Account":
        account = self.model(username=username, display_name=display_name)
        account.set_password(password)
        account.save(using=self._db, force_insert=True)
        return account


class Account(AbstractBaseUser, Record):
    """Somebody who can sign in."""

    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=50)
    is_active = models.BooleanField(default=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    def __str__(self) -> str:
        return self.display_name


class RoleGrant(Record):
    """An account may act in a role, for one institution where the role belongs to one."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=Role)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    head = models.BooleanField(default=False)  # looks after the institution's other accounts
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role"],
                condition=models.Q(revoked_at=None),
                name="one_live_grant_per_role",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="institution") | models.Q(institution__isnull=False),
                name="institution_role_names_its_institution",
            ),
        ]


class InstitutionAuthorisation(Record):
    """What an institution may do and when. Appended: a change ends one line and begins another."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    begins = models.DateField()
    until = models.DateField()  # the last day
    regions = models.JSONField(default=list)  # names of provinces; none: the whole country
    programmes = models.JSONField(default=list)  # ids of programmes; none: every programme
    granted_by = models.CharField(max_length=64)  # account id, or the name of a service
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True, default="")
    end_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["begins", "created_at"]
        indexes = [models.Index(fields=["institution", "begins"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("begins")), name="authorisation_ends_after_it_begins"
            )
        ]


class PartnerState(models.TextChoices):
    WAITING = "waiting", "待处理"
    ACCEPTED = "accepted", "已接受"
    REFUSED = "refused", "未接受"


class PartnerApplication(Record):
    """An organisation asks to become an institution. The key opens its page to whoever applied."""

    number = models.CharField(max_length=16, unique=True)
    key = EncryptedTextField()
    name = models.CharField(max_length=100)
    credit_code = models.CharField(max_length=18)
    kind = models.CharField(max_length=16, choices=InstitutionKind)
    province = models.CharField(max_length=20)
    city = models.CharField(max_length=20)
    address = models.CharField(max_length=200)
    contact = models.CharField(max_length=50)
    phone = EncryptedTextField()
    email = EncryptedTextField()
    language = models.CharField(max_length=8, default="zh-hans")  # in which it is answered
    programmes = models.JSONField(default=list)  # ids
    capability = models.TextField()
    licence = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=PartnerState, default=PartnerState.WAITING)
    reason = models.CharField(
        max_length=300, blank=True, default=""
    )  # why it was refused; the applicant sees it
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=models.Q(state="waiting"),
                name="one_waiting_application_per_credit_code",
            )
        ]


class Person(Record):
    """A natural person as on the identity document."""

    name = models.CharField(max_length=50)
    id_kind = models.CharField(max_length=16, default="resident")
    id_number = EncryptedTextField(found_by="id_hash", hash_purpose="id-number")
    id_hash = models.CharField(max_length=64, unique=True)
    id_masked = models.CharField(max_length=32)
    phone = EncryptedTextField(blank=True, default="", found_by="phone_hash", hash_purpose="phone")
    phone_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    born = models.DateField()
    male = models.BooleanField()
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(null=True)  # name and number are gone: no rule needed them any longer

    def __str__(self) -> str:
        return self.name


class ConsentDecision(Record):
    """A yes or no to one purpose under one version of its text; the last one counts, nothing is deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=32)
    version = models.CharField(max_length=16)
    text_hash = models.CharField(max_length=64)
    granted = models.BooleanField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(
        max_length=200, blank=True, default=""
    )  # how the institution knows: "签字原件第 12 号"

    class Meta:
        indexes = [models.Index(fields=["person", "purpose", "created_at"])]


class DataExport(Record):
    """A person's own copy of what is kept about them, made in the background, for one day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(VaultFile, on_delete=models.SET_NULL, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)


class ErasureRequest(Record):
    """A person asks that their data be erased; an administrator decides, and what the rules keep is listed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")
    close_account = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")
    kept = models.JSONField(default=list)  # [{kind, until, rule}]

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(decided_at=None), name="one_open_erasure_per_person"
            )
        ]
