"""Whether whoever asks runs in a Safe Exam Browser with a configuration of this sitting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhiheng.delivery.core.seb import any_matches

HEADER = "x-safeexambrowser-configkeyhash"
PAGE = "/hall/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SebProof:
    """What a client offers. header: sent with the request for one of `addresses`, modern clients send none.

    script: what the page at one of `pages` read from the browser and posted.
    """

    header: str = ""
    addresses: tuple[str, ...] = ()
    script: str = ""
    pages: tuple[str, ...] = ()

    @property
    def offered(self) -> bool:
        return bool(self.header or self.script)

    def holds(self, keys: Sequence[str]) -> bool:
        """One right value is enough; without keys nothing is asked for."""
        if not keys:
            return True
        by_header = bool(self.header) and any_matches(self.addresses, keys, self.header)
        return by_header or (bool(self.script) and any_matches(self.pages, keys, self.script))


def proof_of(headers: Mapping[str, str], path: str, *, script: str = "") -> SebProof:
    """headers: by lower-case name. script: the posted value.

    The hash covers the address as the browser saw it. Behind a proxy that is what the proxy says; it need
    not be believed, for without the key no address gives the right hash.
    """
    origins = _origins(headers)
    return SebProof(
        header=headers.get(HEADER, ""),
        addresses=tuple(origin + path for origin in origins),
        script=script,
        pages=tuple(origin + PAGE for origin in origins),
    )


def _origins(headers: Mapping[str, str]) -> list[str]:
    hosts = [headers.get("x-forwarded-host", ""), headers.get("host", "")]
    said = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    schemes = [said] if said in ("http", "https") else ["https", "http"]
    found = [host.split(",")[0].strip() for host in hosts]
    return list(dict.fromkeys(f"{scheme}://{host}" for host in found if host for scheme in schemes))
