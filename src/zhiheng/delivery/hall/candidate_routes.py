"""What a candidate's page asks of the hall, all but saving an answer."""

import base64
import sys
import traceback
from collections.abc import Callable
from typing import Any

import msgspec

from zhiheng.delivery.core.attempt import Attempt, Entry, Kind, fold, is_accommodation, until_submitted
from zhiheng.delivery.core.receipt import make_receipt
from zhiheng.delivery.core.seb_check import proof_of
from zhiheng.delivery.core.token import Session
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import Reply, Request, Response, json_response, plain_fault, refusal
from zhiheng.delivery.hall.keys import rescue_public
from zhiheng.delivery.hall.live import Live, Note, answered_bits
from zhiheng.delivery.hall.media import MediaShelf
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.sealed import SealedPapers
from zhiheng.delivery.hall.signing_in import (
    OTHER_BROWSER_NOTED,
    WAITING,
    Arrival,
    SignInBody,
    SigningIn,
    note_event,
)
from zhiheng.delivery.hall.wire import decoded, moment, options_of, order_for, paper_view
from zhiheng.foundation.errors import Refused

MACHINE_LIMIT = 64
SEALED_PATH = "/hall/sealed/"
MEDIA_PATH = "/hall/media/"
OTHER_BROWSER = "本机没有通过安全考试浏览器的核对，已记录并告知监考员。请继续作答，答案照常保存。"
FOR_A_DAY = ("Cache-Control", "private, max-age=86400, immutable")

ReadAttempt = Callable[[str, Callable[[list[Entry]], None], Callable[[BaseException], None]], None]
Route = Callable[[Request, Reply], None]

_sign_in = msgspec.json.Decoder(SignInBody)


class CandidateRoutes:
    """read_attempt(attempt, then, fail): fetch the rows of an attempt off the loop, then call back on it."""

    def __init__(
        self, *, desk: Desk, now: Callable[[], int], read_attempt: ReadAttempt, media: MediaShelf
    ) -> None:
        self._desk = desk
        self._now = now
        self._read_attempt = read_attempt
        self._media = media
        self._sealed = SealedPapers(desk.keys.hmac)
        self._door = SigningIn(desk)
        self._rescue_key = base64.b64encode(rescue_public(desk.keys)).decode()
        self.exact: dict[tuple[str, str], Route] = {
            ("POST", "/hall/signin"): self._sign_in,
            ("POST", "/hall/submit"): self._submit,
            ("GET", "/hall/receipt"): self._receipt,
            ("GET", "/hall/key"): self._key,
            ("GET", "/hall/paper"): self._paper,
            ("GET", "/hall/answers"): self._answers,
            ("GET", "/hall/state"): self._state,
            ("GET", "/hall/time"): self._time,
        }
        self.under: dict[str, Route] = {SEALED_PATH: self._sealed_paper, MEDIA_PATH: self._medium}

    def _sign_in(self, request: Request, reply: Reply) -> None:
        asked = decoded(_sign_in, request)
        now = self._now()

        def done(place: Place, session: Session, token: str) -> None:
            reply(json_response(self._status(place) | {"token": token, "epoch": session.epoch}))

        self._door.sign_in(
            Arrival(
                ticket=asked.ticket.strip(),
                id_number=asked.id_number,
                machine=asked.machine[:MACHINE_LIMIT] if asked.machine.isprintable() else "",
                peer=request.peer,
                proof=proof_of(request.headers, request.path, script=asked.config_key[:64]),
            ),
            now=now,
            done=done,
            wait=lambda why: reply(_waiting(why)),
        )

    def _status(self, place: Place) -> dict[str, object]:
        candidate, now = place.candidate, self._now()
        live = self._desk.live(candidate.attempt)
        return {
            "attempt": candidate.attempt,
            "ticket": candidate.ticket,
            "sitting": place.sitting,
            "title": place.pack.title,
            "name": candidate.display_name,
            "room": candidate.room,
            "seat": candidate.seat,
            "starts_at": moment(place.starts_ms),
            "ends_at": moment(live.deadline(place.ends_ms, now=now)),
            "server_time": moment(now),
            "submitted": live.submitted,
            "rev": live.rev,
            "paused": _paused(live),
            "sealed": self._sealed.seal_of(place),
            "watermark": candidate.ticket,
            "rescue_key": self._rescue_key,
            "accommodation": _accommodation(place, live),
            "unrecorded": place.pack.unrecorded,
        }

    def _sealed_paper(self, request: Request, reply: Reply) -> None:
        place, _ = self._desk.place_of(request.bearer, now=self._now())
        sealed = self._sealed.sealed(place)
        if request.path != SEALED_PATH + sealed.hash:
            reply(plain_fault(404, "没有这份加密试卷。请刷新页面后重试。"))
            return
        reply(
            Response(
                status=200,
                body=sealed.body,
                content_type="application/octet-stream",
                headers=(FOR_A_DAY, ("ETag", f'"{sealed.hash}"')),
            )
        )

    def _key(self, request: Request, reply: Reply) -> None:
        place = self._started(request)
        order = order_for(place)
        facts: dict[str, object] = {
            "key": base64.b64encode(self._sealed.key_of(place)).decode(),
            "items": order.items,
            "options": {item: options_of(place, item, order) for item in order.items},
        }
        if not self._in_its_browser(place, request):
            facts["notice"] = OTHER_BROWSER
        reply(json_response(self._status(place) | facts))

    def _in_its_browser(self, place: Place, request: Request) -> bool:
        """A client that proved itself at the door need not again; answers are taken from any."""
        live = self._desk.live(place.candidate.attempt)
        proof = proof_of(request.headers, request.path)
        if proof.holds(place.pack.seb_config_keys) or (live.proven and not proof.offered):
            return True
        if not live.doubted:
            live.doubted = True
            attempt, now = place.candidate.attempt, self._now()
            note_event(self._desk, attempt, kind="config-key", text=OTHER_BROWSER_NOTED, now=now)
        return False

    def _paper(self, request: Request, reply: Reply) -> None:
        place = self._started(request)
        reply(json_response(self._status(place) | {"paper": paper_view(place)}))

    def _medium(self, request: Request, reply: Reply) -> None:
        place = self._started(request)
        reply(self._media.find(place, request.path.removeprefix(MEDIA_PATH)))

    def _started(self, request: Request) -> Place:
        now = self._now()
        place, _ = self._desk.place_of(request.bearer, now=now)
        self._desk.require_started(place, now=now)
        return place

    def _answers(self, request: Request, reply: Reply) -> None:
        place, session = self._desk.place_of(request.bearer, now=self._now())

        def then(rows: list[Entry]) -> None:
            state = fold(rows, ends_at=place.ends_ms)
            given = state.given
            live = self._desk.live(place.candidate.attempt)
            live.answered = answered_bits(given, place.asked)
            reply(json_response(self._status(place) | {"epoch": session.epoch, "answers": given}))

        self._rows(place, reply, then)

    def _state(self, request: Request, reply: Reply) -> None:
        place, _ = self._desk.place_of(request.bearer, now=self._now())
        live = self._desk.live(place.candidate.attempt)
        reply(json_response(self._status(place) | _told(live)))

    def _submit(self, request: Request, reply: Reply) -> None:
        self._desk.submit(
            request.bearer, now=self._now(), done=lambda place: self._send_receipt(place, reply)
        )

    def _receipt(self, request: Request, reply: Reply) -> None:
        place, _ = self._desk.place_of(request.bearer, now=self._now())
        if not self._desk.live(place.candidate.attempt).submitted:
            reply(plain_fault(404, "还没有交卷，所以没有交卷回执。"))
            return
        self._send_receipt(place, reply)

    def _send_receipt(self, place: Place, reply: Reply) -> None:
        """Over the rows until the submission, so that it is the same receipt whenever it is asked for."""

        def then(rows: list[Entry]) -> None:
            state: Attempt = fold(until_submitted(rows), ends_at=place.ends_ms)
            if state.submitted_at is None:
                raise Refused(what="交卷尚未写入记录", remedy="页面会自动重试，请不要关闭", code="busy")
            receipt = make_receipt(
                state,
                sitting=place.sitting,
                attempt=place.candidate.attempt,
                ticket=place.candidate.ticket,
                pack=place.pack.hash,
                key_id=self._desk.keys.key_id,
                key=self._desk.keys.signing,
            )
            reply(json_response(receipt))

        self._rows(place, reply, then)

    def _rows(self, place: Place, reply: Reply, then: Callable[[list[Entry]], None]) -> None:
        def fetched(rows: list[Entry]) -> None:
            try:
                then(rows)
            except Refused as refused:
                reply(refusal(refused))
            except Exception as error:
                reply(our_fault(error))

        self._read_attempt(place.candidate.attempt, fetched, lambda error: reply(our_fault(error)))

    def _time(self, request: Request, reply: Reply) -> None:
        """With a token the page's heartbeat: also its own deadline, and whether there is news."""
        now = self._now()
        facts: dict[str, object] = {"server_time": moment(now)}
        if request.bearer:
            place, _ = self._desk.place_of(request.bearer, now=now)
            live = self._desk.live(place.candidate.attempt)
            facts |= {"ends_at": moment(live.deadline(place.ends_ms, now=now)), "rev": live.rev}
        reply(json_response(facts))


def our_fault(error: BaseException) -> Response:
    traceback.print_exception(error, file=sys.stderr)
    return plain_fault(500, "考场服务内部出错，请求没有完成。请稍候重试；若仍不行，请举手告知监考员。")


def _waiting(why: str) -> Response:
    return json_response({"waiting": True, "why": why, "sentence": WAITING[why]}, status=202)


def _said(note: Note) -> dict[str, Any]:
    """A message of the invigilator, or what was granted to this candidate alone."""
    if note.kind == Kind.MESSAGE:
        return {"id": note.seq, "at": moment(note.at), "text": note.facts["text"]}
    words = {"zh": note.facts["zh"], "en": note.facts["en"] or note.facts["zh"]}
    return {"id": f"adjusted-{note.seq}", "at": moment(note.at), "accommodation": words}


def _accommodation(place: Place, live: Live) -> dict[str, str] | None:
    """What was granted last, in both languages; in a pack without English the Chinese stands for both."""
    of_pack = (place.candidate.accommodation, place.candidate.accommodation_en)
    zh, en = live.accommodation() or of_pack
    return {"zh": zh, "en": en or zh} if zh else None


def _paused(live: Live) -> dict[str, str] | None:
    if live.paused_at is None:
        return None
    return {"since": moment(live.paused_at), "reason": live.pause_reason()}


def _told(live: Live) -> dict[str, list[dict[str, Any]]]:
    """What people and the hall have said and done about this attempt, oldest first."""
    comments = {(note.epoch, note.seq): note.facts["text"] for note in live.of(Kind.COMMENT)}
    return {
        "messages": [_said(note) for note in live.of(Kind.MESSAGE, Kind.ADJUSTED)],
        "grants": [
            {
                "at": moment(note.at),
                "minutes": note.facts["minutes"],
                "reason": note.facts["reason"],
                "adjusted": is_accommodation(note.facts),
            }
            for note in live.of(Kind.GRANTED_TIME)
        ],
        "events": [
            {
                "epoch": note.epoch,
                "seq": note.seq,
                "kind": note.facts["kind"],
                "at": note.facts.get("at") or moment(note.at),
                "comment": comments.get((note.epoch, note.seq), ""),
            }
            for note in live.of(Kind.EVENT)
        ],
    }
