"""What was sent: to a candidate, to an institution, and the administrator's log of everything."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.people import actions
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.forms import NoticeAddressForm
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.plumbing.messages import queries
from zhiheng.plumbing.models import MessageState, OutgoingMessage

ROWS = 30
STATE_KEYS = {MessageState.QUEUED: "pending", MessageState.SENT: "valid", MessageState.FAILED: "overdue"}


def state_key(message: OutgoingMessage) -> str:
    """The shape that stands for how far a message has come."""
    return STATE_KEYS[MessageState(message.state)]


@allow(Role.CANDIDATE, Role.INSTITUTION)
def messages_sent(request: SignedInRequest) -> HttpResponse:
    """Everything the reader was told, with the channels it went out on."""
    page = Paginator(_letters(request), ROWS).get_page(request.GET.get("page"))
    letters = list(page.object_list)
    channels = queries.channels_of(letters)
    rows = [
        {
            "letter": letter,
            "channels": [
                {"message": sent, "label": _(str(sent.get_channel_display())), "key": state_key(sent),
                 "word": _(str(sent.get_state_display()))}
                for sent in channels[letter.letter]
            ],
        }
        for letter in letters
    ]  # fmt: skip
    context = {"rows": rows, "page": page, "address": queries.address_of(request.user.id)}
    return render(request, "people/messages.html", context)


def _letters(request: SignedInRequest) -> "QuerySet[OutgoingMessage]":
    institution = institution_of(request.user) if Role.INSTITUTION in request.roles else None
    if institution is not None:
        return queries.letters_to_institution(institution.id)
    person = person_of(request.user)
    return queries.letters_to_person(person.id) if person else OutgoingMessage.objects.none()


@allow(Role.CANDIDATE, Role.INSTITUTION)
def notice_address(request: SignedInRequest) -> HttpResponse:
    """The e-mail address and the language of messages."""
    known = queries.address_of(request.user.id)
    form = NoticeAddressForm(request.POST or None, initial={"email": known.email, "language": known.language})
    if request.method == "POST" and form.is_valid():
        actions.choose_notice_address(by=request.user, **form.cleaned_data)
        messages.success(request, _("已记下。以后的通知照此发送。"))
        return redirect("messages")
    return render(request, "people/notice_address.html", {"form": form}, status=422 if form.errors else 200)


@allow(Role.ADMINISTRATOR)
def message_log(request: HttpRequest) -> HttpResponse:
    """Every message with its state; ?state= keeps one. Recipients are masked and texts not shown."""
    state = request.GET.get("state", "")
    page = Paginator(queries.message_log(state), ROWS).get_page(request.GET.get("page"))
    rows = [{"message": message, "key": state_key(message)} for message in page.object_list]
    tabs = [{"url": "?", "label": "全部", "current": state not in MessageState.values}] + [
        {"url": f"?state={choice.value}", "label": choice.label, "current": choice.value == state}
        for choice in MessageState
    ]
    return render(request, "people/message_log.html", {"rows": rows, "page": page, "tabs": tabs})


@allow(Role.ADMINISTRATOR)
@require_POST
def send_again(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    message = queries.message_by_id(message_id)
    if message is None:
        raise Http404
    actions.send_message_again(by=request.user, message=message)
    messages.success(request, "已重新排队，几分钟内再试。")
    return redirect("message_log")
