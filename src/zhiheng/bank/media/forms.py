"""What a question shows, as its page edits it: one row for each file, and a place to add one more."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from zhiheng.bank.core.files import medium_form
from zhiheng.bank.core.media.checks import LONGEST_ALT
from zhiheng.bank.core.media.kinds import LIMIT_BYTES, LIMIT_SECONDS, SUFFIXES
from zhiheng.bank.core.media.placing import in_order
from zhiheng.bank.core.terms import LETTERS, STEM, Medium
from zhiheng.bank.media.queries import media_files, medium_of
from zhiheng.bank.models import MediaFile

PLACES = [(STEM, "题干之后"), *((letter, f"选项 {letter}") for letter in LETTERS)]
PREFIX = "media"
ALT_HELP = "写出图上有什么，让看不到图的考生也能作答；图片必填，不要写出答案。"


class MediumRow(forms.Form):
    """One file the question shows already."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    alt = forms.CharField(
        label="替代文字",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_ALT}),
        help_text=ALT_HELP,
    )
    where = forms.ChoiceField(label="位置", choices=PLACES)
    order = forms.IntegerField(
        label="同一位置里的先后", required=False, min_value=1, max_value=99, help_text="数字小的在前。"
    )
    remove = forms.BooleanField(label="从这道题里拿掉", required=False)
    file: MediaFile | None = None  # filled in for the page


class UploadForm(forms.Form):
    """A file to add. The file itself is checked by `keep_medium`."""

    new_file = forms.FileField(
        label="文件",
        required=False,
        help_text=f"图片 PNG、JPEG、WebP；录音 MP3、Ogg、M4A、WAV；短视频 MP4、WebM。每个不超过 {LIMIT_BYTES // 1048576} MB，"
        f"录音和视频不超过 {LIMIT_SECONDS} 秒。",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    new_alt = forms.CharField(
        label="替代文字",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_ALT}),
        help_text=ALT_HELP,
    )
    new_where = forms.ChoiceField(label="位置", required=False, choices=PLACES, initial=STEM)


Rows = forms.formset_factory(MediumRow, extra=0)


class MediaPart:
    """The part of the question's page that edits what it shows.

    entries: [{sha256, alt, where, order, remove}] as they stand on the page.
    """

    def __init__(
        self,
        *,
        shown: Iterable[Medium] = (),
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, "UploadedFile[bytes]"] | None = None,
    ) -> None:
        self.entries = [_entry(medium, number) for number, medium in enumerate(shown, 1)]
        self.upload = UploadForm(data, files)
        self.sound = True
        if data is not None and f"{PREFIX}-TOTAL_FORMS" in data:
            sent = Rows(data, prefix=PREFIX)
            self.sound = sent.is_valid()
            if self.sound:
                self.entries = [dict(row) for row in sent.cleaned_data]
                self.sound = not self._gone()

    @property
    def new_file(self) -> "UploadedFile[bytes] | None":
        """The file that comes with the request, if any."""
        found = self.upload.cleaned_data.get("new_file") if self.upload.is_valid() else None
        return found if isinstance(found, UploadedFile) else None

    def add(self, file: MediaFile) -> None:
        """List a file that was just kept, with the words and the place that came with it."""
        said = self.upload.cleaned_data
        self.entries.append(
            {
                "sha256": file.sha256,
                "alt": said["new_alt"],
                "where": said["new_where"] or STEM,
                "order": len(self.entries) + 1,
                "remove": False,
            }
        )
        self.upload = UploadForm()

    def _gone(self) -> bool:
        """Whether a file that is to stay is not kept any more: then somebody has to look, it is not left out."""
        stays = {entry["sha256"] for entry in self.entries if not entry.get("remove")}
        return bool(stays) and stays != set(media_files(stays))

    def rows(self) -> Any:
        """The rows for the page, each with the file it shows; its `management_form` belongs to the page too."""
        rows = Rows(initial=self.entries, prefix=PREFIX)
        kept = media_files(entry["sha256"] for entry in self.entries) if self.entries else {}
        for row, entry in zip(rows.forms, self.entries, strict=True):
            row.file = kept.get(entry["sha256"])
        return rows

    def body(self) -> list[dict[str, Any]]:
        """What stays, as the question's file form lists it."""
        stays = [entry for entry in self.entries if not entry.get("remove")]
        kept = media_files(entry["sha256"] for entry in stays) if stays else {}
        stays.sort(key=lambda entry: entry.get("order") or len(stays) + 1)
        media = [
            medium_of(kept[entry["sha256"]], alt=" ".join(entry["alt"].split()), where=entry["where"])
            for entry in stays
            if entry["sha256"] in kept
        ]
        return [medium_form(medium) for medium in in_order(media)]


def _entry(medium: Medium, number: int) -> dict[str, Any]:
    return {
        "sha256": medium.sha256,
        "alt": medium.alt,
        "where": medium.where,
        "order": number,
        "remove": False,
    }
