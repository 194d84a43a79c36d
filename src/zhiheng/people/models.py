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


class CorrectionState(models.TextChoices):
    WAITING = "waiting", "待审"
    APPLIED = "applied", "已更正"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Correction(Record):
    """Somebody asks that a wrong name or identity number be put right; two others agree, or one refuses."""

    number = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    name = EncryptedTextField()  # as it ought to be, also where it stays as it is
    id_number = EncryptedTextField()
    reason = EncryptedTextField()
    evidence = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=CorrectionState, default=CorrectionState.WAITING)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state="waiting"),
                name="one_waiting_correction_per_person",
            )
        ]


class CorrectionDecision(Record):
    """One person's yes or no to a correction. Appended."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.CharField(max_length=300, blank=True, default="")  # why not; whoever asked sees it
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "by"], name="one_voice_per_person_and_correction")
        ]


class PersonChange(Record):
    """What a person was called before and since. Appended; the old name and number still find the person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    correction = models.OneToOneField(Correction, on_delete=models.PROTECT, related_name="+")
    old_name = EncryptedTextField(found_by="old_name_hash", hash_purpose="old-name")
    old_name_hash = models.CharField(max_length=64, db_index=True)
    old_id_number = EncryptedTextField(found_by="old_id_hash", hash_purpose="id-number")
    old_id_hash = models.CharField(max_length=64, db_index=True)
    new_name = EncryptedTextField()
    new_id_number = EncryptedTextField()

    class Meta:
        ordering = ["created_at"]


class ComplaintAbout(models.TextChoices):
    INSTITUTION = "institution", "报名机构"
    ROOM = "room", "考场"
    MARKING = "marking", "阅卷与成绩"
    FEE = "fee", "收费"
    STAFF = "staff", "工作人员"
    OTHER = "other", "其他"


class ComplaintState(models.TextChoices):
    OPEN = "open", "处理中"
    CLOSED = "closed", "已答复"


class Complaint(Record):
    """Somebody complains; the key opens its page to them. What was said is in its entries."""

    number = models.CharField(max_length=16, unique=True)
    key = EncryptedTextField()
    about = models.CharField(max_length=16, choices=ComplaintAbout)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    name = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    staff_named = EncryptedTextField(blank=True, default="")
    language = models.CharField(max_length=8, default="zh-hans")  # in which it is answered
    state = models.CharField(max_length=16, choices=ComplaintState, default=ComplaintState.OPEN)
    due = models.DateTimeField()  # by when it is answered; the first moment too late
    closed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)  # once

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["state", "due"])]


class ComplaintEntryKind(models.TextChoices):
    COMPLAINT = "complaint", "投诉"
    ADDITION = "addition", "补充"
    MESSAGE = "message", "专委会来信"
    QUESTION = "question", "向机构询问"
    STATEMENT = "statement", "机构说明"
    ANSWER = "answer", "答复"
    REOPENED = "reopened", "要求重新处理"


class ComplaintEntry(Record):
    """One thing said about a complaint. Appended; a statement answers the question put to an institution."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=ComplaintEntryKind)
    text = EncryptedTextField()
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")  # None: by the key
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at"]


class ComplaintRecusal(Record):
    """An account that has no part in a complaint because it is about them; they never see it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "account"], name="one_recusal_per_account")
        ]
