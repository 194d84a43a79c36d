"""What is asked on the pages of the skill assessment."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from zhiheng.people.models import Account
from zhiheng.practicals.core.task import SkillTask
from zhiheng.seating.models import Ticket
from zhiheng.surface.forms import PublicText


class _Accounts(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class _Tickets(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number}　{obj.application.person.name}"


class PanelForm(forms.Form):
    """A new panel for one offering."""

    name = PublicText(label="考评组名称", max_length=40, help_text="例如：第一考评组。")
    place = forms.CharField(label="考核地点", max_length=100, help_text="写到考评员能走到门口为止。")
    task = forms.ChoiceField(label="考核任务", widget=forms.RadioSelect)
    examiners = _Accounts(
        queryset=Account.objects.none(),
        label="考评员",
        help_text="三名（含）以上单数，独立评分。",
        widget=forms.CheckboxSelectMultiple,
    )
    chair = forms.ChoiceField(label="组长", help_text="组长从所选考评员中指定，在评分表齐备后签字。")

    def __init__(self, tasks: Sequence[SkillTask], examiners: Iterable[Account], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        accounts = list(examiners)
        self._tasks = {task.id: task for task in tasks}
        self._accounts = {str(account.id): account for account in accounts}
        task_field, chair_field, members = (self.fields[name] for name in ("task", "chair", "examiners"))
        assert isinstance(task_field, forms.ChoiceField)
        assert isinstance(chair_field, forms.ChoiceField)
        assert isinstance(members, _Accounts)
        task_field.choices = [
            (task.id, f"{task.title}（{task.minutes} 分钟，{task.marks} 分）") for task in tasks
        ]
        task_field.initial = next(iter(self._tasks), "")
        chair_field.choices = [(key, account.display_name) for key, account in self._accounts.items()]
        members.queryset = Account.objects.filter(id__in=[account.id for account in accounts]).order_by(
            "username"
        )

    @property
    def chosen_task(self) -> SkillTask:
        return self._tasks[self.cleaned_data["task"]]

    @property
    def chosen_chair(self) -> Account:
        return self._accounts[self.cleaned_data["chair"]]


class AssignForm(forms.Form):
    tickets = _Tickets(queryset=Ticket.objects.none(), label="哪些考生", widget=forms.CheckboxSelectMultiple)

    def __init__(self, free: Iterable[Ticket], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        field = self.fields["tickets"]
        assert isinstance(field, _Tickets)
        field.queryset = (
            Ticket.objects.filter(id__in=[ticket.id for ticket in free])
            .select_related("application__person")
            .order_by("number")
        )
