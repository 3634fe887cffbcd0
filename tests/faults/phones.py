"""People with phones whose portal is killed again and again: each sends the same form until it is answered."""

import random
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import TypeVar

from tests.server import Server

Answer = TypeVar("Answer")
DOWN = (urllib.error.URLError, OSError, HTTPException)


class Phone:
    """One of the demo's people, signed in."""

    def __init__(self, url: str, stop: threading.Event, name: str):
        self.url, self.stop = url, stop
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        page = self.open(f"{url}/sign-in", timeout=10).read().decode()
        self.fill("/demo/enter", person=re.search(rf'value="(\d+)"><b>{name}', page)[1])

    def post(self, path: str, body: bytes, kind: str, **headers: str):
        """The whole answer: what didn't arrive in full is no answer."""
        headers |= {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
        answer = self.open(urllib.request.Request(self.url + path, data=body, headers=headers), timeout=15)
        answer.body = answer.read()
        return answer

    def fill(self, path: str, **fields: str):
        """Send a plain form."""
        return self.post(path, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def until_answered(self, ask: Callable[[], Answer]) -> Answer | None:
        """Ask again until there is an answer: the portal may be down. None once the test is over."""
        while not self.stop.is_set():
            try:
                return ask()
            except urllib.error.HTTPError as refused:
                if refused.code < 500:
                    raise AssertionError(f"{refused.url}: {refused.code} {refused.read().decode()}") from refused
            except DOWN:
                pass
            self.stop.wait(0.02)
        return None


def kill_while(
    busy: Sequence[Callable[[], None]], stop: threading.Event, server: Server, kills: int, enough: Callable[[], bool]
) -> None:
    """Let all of them be busy while both halves of the portal are killed so many times, and until it was enough. Then the
    portal is killed for good."""
    chance = random.Random(7)
    threads = [threading.Thread(target=one) for one in busy]
    for thread in threads:
        thread.start()
    while kills or not enough():
        stop.wait(chance.uniform(0.2, 0.9))
        assert any(thread.is_alive() for thread in threads)
        if kills:
            for part in ("serve", "work"):
                server.kill(part)
            server.start("serve")
            server.start("work")
            server.wait_until_up(within=5)
            kills -= 1
    stop.set()
    for thread in threads:
        thread.join()
    server.wait_until_up()
    for part in ("serve", "work"):
        server.kill(part)
