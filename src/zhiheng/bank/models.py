"""Questions: an identity, and immutable versions of what it says."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Record, VaultFile


class Pool(models.TextChoices):
    LIVE = "live", "考试题"
    PRACTICE = "practice", "练习题"


class ItemStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审"
    APPROVED = "approved", "可用"
    RETIRED = "retired", "停用"


class Item(Record):
    """A question's identity and place in the standard."""

    name = models.CharField(max_length=64, unique=True)  # L5-LIV-S01
    pool = models.CharField(max_length=16, choices=Pool)
    standard = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    area = models.CharField(max_length=32)
    type = models.CharField(max_length=16)
    status = models.CharField(max_length=16, choices=ItemStatus, default=ItemStatus.DRAFT)
    # The newest version in plain columns (bank.core.listing), for lists of ten thousand.
    text = models.TextField(blank=True, default="")
    codes = models.CharField(max_length=400, blank=True, default="")
    trades = models.CharField(max_length=8, blank=True, default="")
    difficulty = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    writer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=8, default="zh")
    media = models.CharField(max_length=24, blank=True, default="")  # kinds: "audio image"

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["standard", "level", "pool", "status"])]


class ItemVersion(Record):
    """What the question said from one moment on; never changed afterwards."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    body = models.JSONField()  # the file form of bank.core.terms.Item
    content_hash = models.CharField(max_length=64)
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="version_number_per_item")]


class MediaFile(Record):
    """A picture, recording or short video, kept once by its content; versions name it by its hash."""

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=32)
    size = models.PositiveIntegerField()
    seconds = models.DecimalField(max_digits=5, decimal_places=1, default=0)  # of play
    uploaded_at = models.DateTimeField(default=clock.now)  # last; nobody's file goes while they still write
    file = models.OneToOneField(VaultFile, on_delete=models.PROTECT, related_name="+")

    @property
    def kind(self) -> str:
        return self.media_type.partition("/")[0]


class RemarkKind(models.TextChoices):
    COMMENT = "comment", "意见"
    RETURN = "return", "退回原因"


class Remark(Record):
    """What somebody had to say about a version; never changed, only settled."""

    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=RemarkKind)
    words = models.CharField(max_length=600)

    class Meta:
        ordering = ["created_at"]


class RemarkSettled(Record):
    """That a remark was dealt with, by whom and how."""

    remark = models.OneToOneField(Remark, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True, default="")


class KeptApart(Record):
    """Two questions that look alike and were judged to be two. Holds for the wording it was judged on."""

    first = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    wording = models.CharField(max_length=64)  # digest of both texts
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second", "wording"], name="one_judgement_per_pair")
        ]


class ImportState(models.TextChoices):
    WAITING = "waiting", "待确认"
    DONE = "done", "已导入"
    DROPPED = "dropped", "已放弃"


class ImportRun(Record):
    """One file of questions: looked at first, brought in when somebody says so, and what became of each question.

    accepted, rejected: of the file's questions, those that can be kept (have been, when done) and those that cannot.
    incoming: the questions that wait; taken away when the run ends.
    """

    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=ImportState, default=ImportState.DONE)
    accepted = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    report = models.JSONField()
    incoming = models.JSONField(null=True)
