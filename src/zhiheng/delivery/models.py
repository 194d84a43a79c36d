"""What the back office knows of the exam: who got which paper, and what the hall's log came to."""

from django.db import models

from zhiheng.assembly.models import Paper
from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing.fields import EncryptedTextField
from zhiheng.plumbing.models import Record, VaultFile
from zhiheng.seating.models import Room, Ticket
from zhiheng.sittings.models import Offering, Sitting


class PublishedPack(Record):
    """A sitting pack handed to the hall."""

    offering = models.OneToOneField(Offering, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField()
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")


class PreparationState(models.TextChoices):
    WAITING = "waiting", "等待后台开始"
    RUNNING = "running", "正在准备"
    DONE = "done", "已发布"
    FAILED = "failed", "没有完成"
    CANCELLED = "cancelled", "已取消"


class Preparation(Record):
    """A pack being made in the background. done, total: candidates. trouble: why there is none."""

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=PreparationState.choices, default=PreparationState.WAITING
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True, default="")
    touched_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]


class Attempt(Record):
    """One candidate's sitting of one paper; its id is the one in the hall's log, and the seed of their order.

    ends_at: the candidate's own deadline in the pack; time given during the exam comes on top, from the log.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()


class LateAdmission(Record):
    """A person's decision on one answer that arrived after the deadline."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    entry = models.BigIntegerField()  # id in the hall's log
    admitted = models.BooleanField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "entry"], name="one_decision_per_late_answer")
        ]


class Collection(Record):
    """The final answers of an attempt as folded from the log; a later collection replaces it for marking."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()  # item id -> value
    answers_hash = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(null=True)
    entries = models.PositiveIntegerField()
    late = models.JSONField(default=list)  # log ids kept but not counted
    receipt = models.JSONField(null=True)

    class Meta:
        ordering = ["created_at"]


class HallActKind(models.TextChoices):
    GRANT = "grant", "延长时间"
    PAUSE = "pause", "暂停"
    RESUME = "resume", "恢复"
    MESSAGE = "message", "发消息"
    SUBMIT = "submit", "代为交卷"
    ALLOW = "allow", "准许换机"
    DENY = "deny", "不准换机"
    ADJUST = "adjust", "考试便利"


class HallAct(Record):
    """One act of a person on the running exam. Its id is the form's own number, so that one form acts once.

    room None: every room of the offering; ticket None: everybody in the room. done_at None: the hall has not
    said that it was done; failure says why not. words: the reason, or the text of a message.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, null=True, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=HallActKind.choices)
    minutes = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=500, blank=True, default="")
    asked = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class OutageDecision(Record):
    """A person's word on minutes the hall proposed for a break in the line; minutes 0: none are given."""

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    attempts = models.JSONField()
    proposed = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    act = models.ForeignKey(HallAct, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class DoorPhoto(Record):
    """The candidate as photographed at the door, only with their consent to recording; the newest counts."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class AdjustmentState(models.TextChoices):
    WAITING = "waiting", "待决定"
    DECIDED = "decided", "已决定"
    WITHDRAWN = "withdrawn", "已撤回"


class AdjustmentRequest(Record):
    """Somebody cannot sit an exam under the common conditions and asks for others. It speaks of health: sealed.

    asked: JSON of core.adjusting.Asked. last_day: the last day to ask; late: asked after it. previous: what was
    decided before and is asked again. institution None: the candidate asked. erased_at: its content is gone.
    """

    number = models.CharField(max_length=16, unique=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    asked = EncryptedTextField()
    reason = EncryptedTextField()
    evidence = models.ForeignKey(VaultFile, on_delete=models.PROTECT, null=True, related_name="+")
    last_day = models.DateField()
    late = models.BooleanField()
    state = models.CharField(max_length=16, choices=AdjustmentState.choices, default=AdjustmentState.WAITING)
    settled_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state="waiting"),
                name="one_waiting_adjustment_per_application",
            )
        ]


class AdjustmentDecision(Record):
    """What was granted and what was not, kind by kind, with reasons. Appended; the newest word on a kind holds.

    verdicts: JSON of core.adjusting.Verdict. late_reason: why a late request was still decided.
    """

    request = models.OneToOneField(AdjustmentRequest, on_delete=models.PROTECT, related_name="+")
    verdicts = EncryptedTextField()
    late_reason = EncryptedTextField(blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class DeliveryMode(models.TextChoices):
    CENTRE = "centre", "在考点机房"
    REMOTE = "remote", "在线远程"
    SEB = "seb", "使用 Safe Exam Browser"


class SecondSignIn(models.TextChoices):
    ASK = "ask", "请监考员决定"
    ALLOW = "allow", "直接准许"


class NetworkPolicy(models.TextChoices):
    WARN = "warn", "提醒监考员"
    REFUSE = "refuse", "不准登录"


class HallConditions(Record):
    """Under which conditions an offering is sat. Appended; the newest row holds.

    networks: room id -> list of CIDR. events: kinds of core.conditions that the page reports. seb: the settings of
    the .seb file made here. seb_files: own files as {file, name, key}.
    """

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=8, choices=DeliveryMode.choices)
    second_sign_in = models.CharField(max_length=8, choices=SecondSignIn.choices)
    network_policy = models.CharField(max_length=8, choices=NetworkPolicy.choices)
    networks = models.JSONField(default=dict)
    events = models.JSONField(default=list)
    seb = models.JSONField(default=dict)
    seb_files = models.JSONField(default=list)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["offering", "created_at"])]


class RescueImport(Record):
    """A rescue file brought in by staff, readable and of this attempt. Appended; its rows stay in the file.

    sha256: of the file, so that nobody brings it twice. facts: what was found on the day it was brought:
    {"created_at", "rows", "epoch", "offset": seconds, "proven", "fates": {fate: count}}.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(VaultFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    facts = models.JSONField()
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class RescueDecision(Record):
    """One of the two words on a rescue file. step: 1 or 2. The second yes hands the rows to the hall.

    result: what the hall made of them, {"appended", "repeated", "conflicts": [...]}; null but after the second yes.
    """

    rescue = models.ForeignKey(RescueImport, on_delete=models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField()
    agreed = models.BooleanField()
    reason = models.CharField(max_length=200)
    result = models.JSONField(null=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["step"]
        constraints = [
            models.UniqueConstraint(fields=["rescue", "step"], name="one_word_per_step_on_a_rescue"),
            models.UniqueConstraint(fields=["rescue", "by"], name="nobody_decides_twice_on_a_rescue"),
        ]
