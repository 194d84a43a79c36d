"""The conditions in force, as the pack takes them and as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from zhiheng.delivery.core.conditions import EVENTS
from zhiheng.delivery.core.seb import PlistDict, SebSettings, config_key, configuration, seb_file
from zhiheng.delivery.models import DeliveryMode, HallConditions, NetworkPolicy, SecondSignIn
from zhiheng.plumbing.models import VaultFile
from zhiheng.seating.models import Room, Ticket
from zhiheng.seating.queries import room_words
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds for an offering; the names are those of the pack.

    networks: room as the hall names it -> networks its machines are in; a room without is open to all.
    seb_config_keys: empty when no Safe Exam Browser is asked for. events: what the page reports.
    """

    mode: str = DeliveryMode.CENTRE
    second_sign_in: str = SecondSignIn.ASK
    network_policy: str = NetworkPolicy.WARN
    networks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seb_config_keys: tuple[str, ...] = ()
    events: tuple[str, ...] = tuple(EVENTS)

    @property
    def unrecorded(self) -> tuple[str, ...]:
        """Kinds the page does not report, in the order of the table."""
        return tuple(kind for kind in EVENTS if kind not in self.events)

    @property
    def needs_seb(self) -> bool:
        return self.mode == DeliveryMode.SEB


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A configuration somebody brought: the file in the vault, its name, its Config Key."""

    file: UUID
    name: str
    key: str


def latest(offering: Offering) -> HallConditions | None:
    return HallConditions.objects.filter(offering=offering).order_by("-created_at").first()


def history_of(offering: Offering) -> list[HallConditions]:
    """Every setting, the newest first."""
    found = HallConditions.objects.filter(offering=offering).select_related("by")
    return list(found.order_by("-created_at"))


def conditions_of(offering: Offering) -> Conditions:
    """What holds for the offering, in two queries at most."""
    row = latest(offering)
    if row is None:
        return Conditions()
    return Conditions(
        mode=row.mode,
        second_sign_in=row.second_sign_in,
        network_policy=row.network_policy,
        networks=_networks(row),
        seb_config_keys=keys_of(row) if row.mode == DeliveryMode.SEB else (),
        events=tuple(row.events),
    )


def _networks(row: HallConditions) -> dict[str, tuple[str, ...]]:
    if row.mode == DeliveryMode.REMOTE or not row.networks:
        return {}
    rooms = Room.objects.filter(pk__in=list(row.networks)).select_related("centre")
    return {room_words(room.centre.name, room.name): tuple(row.networks[str(room.pk)]) for room in rooms}


def in_safe_exam_browser(offerings: Iterable[UUID]) -> set[UUID]:
    """Those of the offerings that are sat in Safe Exam Browser, in one query."""
    rows = HallConditions.objects.filter(offering__in=set(offerings)).order_by("created_at")
    newest = dict(rows.values_list("offering_id", "mode"))
    return {offering for offering, mode in newest.items() if mode == DeliveryMode.SEB}


def seb_settings_of(row: HallConditions | None) -> SebSettings:
    """As kept; before anything was set, what a sitting asks by itself."""
    kept: dict[str, Any] = row.seb if row is not None else {}
    return SebSettings(**{"start_url": hall_address(), **kept})


def configuration_of(row: HallConditions) -> PlistDict:
    return configuration(seb_settings_of(row))


def seb_file_of(row: HallConditions) -> bytes:
    return seb_file(configuration_of(row))


def own_files(row: HallConditions | None) -> list[OwnFile]:
    kept = row.seb_files if row is not None else []
    return [OwnFile(file=UUID(one["file"]), name=one["name"], key=one["key"]) for one in kept]


def keys_of(row: HallConditions) -> tuple[str, ...]:
    """The Config Key of the file made here, then those of the files somebody brought."""
    found = [config_key(configuration_of(row)), *(one.key for one in own_files(row))]
    return tuple(dict.fromkeys(found))


def own_file(offering: Offering, file_id: UUID) -> VaultFile | None:
    """One of the offering's own files in force."""
    if file_id not in {one.file for one in own_files(latest(offering))}:
        return None
    return VaultFile.objects.filter(pk=file_id).first()


def hall_address() -> str:
    """The hall's page as a browser opens it."""
    return f"{settings.HALL_URL}/hall/"


def rooms_of_offering(offering: Offering) -> list[Room]:
    """Every room of the centres on the offering's tickets."""
    here = Ticket.objects.filter(offering=offering, centre=OuterRef("centre"))
    return list(Room.objects.filter(Exists(here)).select_related("centre").order_by("centre__code", "name"))


def seb_offering(offering_id: UUID) -> tuple[Offering, HallConditions] | None:
    """An offering that is sat in Safe Exam Browser, with its conditions; nothing for any other."""
    offering = Offering.objects.select_related("sitting", "revision").filter(pk=offering_id).first()
    row = latest(offering) if offering is not None else None
    return (offering, row) if offering and row is not None and row.mode == DeliveryMode.SEB else None
