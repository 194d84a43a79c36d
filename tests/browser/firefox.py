"""Debian's Firefox, spoken to by WebDriver BiDi: the W3C protocol it answers itself on a web socket.

Playwright drives only a Firefox of its own, and the classic protocol needs a driver that Debian does not carry.
"""

import base64
import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.looking import PICTURES, SHOTS
from zhiheng.cli.processes import free_port

PATIENCE = 60.0
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "zh-CN, zh",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class Tab:
    """The one tab of a Firefox."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._asked = 0
        self._send("session.new", capabilities={})
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str) -> None:
        self._send("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def reload(self) -> None:
        self._send("browsingContext.reload", context=self._context, wait="complete")

    def size(self, width: int, height: int) -> None:
        self._send(
            "browsingContext.setViewport",
            context=self._context,
            viewport={"width": width, "height": height},
        )

    def press(self, keys: str) -> None:
        """Real key presses, one after the other, into whatever has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._send(
            "input.performActions",
            context=self._context,
            actions=[{"type": "key", "id": "keyboard", "actions": actions}],
        )

    def click(self, selector: str) -> None:
        """A real click in the middle of the element, scrolled into view."""
        self.wait(f"{selector} can be clicked", _clickable(selector))
        found = self._send(
            "browsingContext.locateNodes",
            context=self._context,
            locator={"type": "css", "value": selector},
        )
        element = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        actions: list[dict[str, object]] = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": element},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._send(
            "input.performActions",
            context=self._context,
            actions=[{"type": "pointer", "id": "mouse", "actions": actions}],
        )

    def fill(self, selector: str, text: str) -> None:
        self.click(selector)
        self.press(text)

    def evaluate(self, script: str) -> Any:
        """The value of an expression, as JSON carries it."""
        answer = self._send(
            "script.evaluate",
            expression=f"Promise.resolve({script}).then(found => JSON.stringify(found ?? null))",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def text(self, selector: str) -> str:
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def wait(self, what: str, script: str) -> None:
        """Until an expression is true; fails with the words of `what` and what the page shows."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(AssertionError):
                if self.evaluate(script):
                    return
            time.sleep(0.1)
        pytest.fail(f"Not in {PATIENCE:.0f} s: {what}. The page shows:\n{self.text('body')}")

    def shows(self, selector: str, text: str = "") -> None:
        """Wait until the element is visible and contains the text."""
        quoted, words = json.dumps(selector), json.dumps(text)
        self.wait(
            f"{selector} shows {text!r}",
            f"(found => Boolean(found?.checkVisibility()) && found.innerText.includes({words}))"
            f"(document.querySelector({quoted}))",
        )

    def screenshot(self, name: str) -> None:
        if not PICTURES:
            return
        path = SHOTS / f"{name}.png"
        shot = self._send("browsingContext.captureScreenshot", context=self._context)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _send(self, method: str, **parameters: object) -> Any:
        self._asked += 1
        self._line.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._line.recv(timeout=PATIENCE * 2))
            if answer.get("id") == self._asked:
                assert answer["type"] == "success", f"{method}: {answer.get('message')}"
                return answer["result"]


@contextmanager
def firefox(profile: Path) -> Iterator[Tab]:
    """A Firefox with a profile of its own, ended afterwards."""
    profile.mkdir(parents=True, exist_ok=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    port = free_port()
    process = subprocess.Popen(
        [
            firefox_path(),
            "--headless",
            "--no-remote",
            "--profile",
            str(profile),
            "--remote-debugging-port",
            str(port),
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with _line_to(port, process) as line:
            yield Tab(line)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def firefox_path() -> str:
    """Where the system's Firefox is; a sentence when there is none."""
    for name in ("firefox-esr", "firefox"):
        found = shutil.which(name)
        if found:
            return found
    pytest.fail("浏览器测试需要 Firefox：请先安装（Debian：apt-get install firefox-esr）。")


def _line_to(port: int, process: "subprocess.Popen[bytes]") -> ClientConnection:
    for _ in range(600):
        assert process.poll() is None, "Firefox ended before it answered."
        with contextlib.suppress(OSError):
            return connect(f"ws://127.0.0.1:{port}/session", proxy=None, max_size=None)
        time.sleep(0.1)
    raise AssertionError("Firefox did not open its web socket.")


def _clickable(selector: str) -> str:
    """Scrolls the element into view by the way."""
    return (
        "(found => { if (!found?.checkVisibility() || found.disabled) return false;"
        " found.scrollIntoView({block: 'center', behavior: 'instant'}); return true; })"
        f"(document.querySelector({json.dumps(selector)}))"
    )
