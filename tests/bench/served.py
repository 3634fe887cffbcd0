"""A browser that only fetches pages, for a server of either kind, and knows what they cost it."""

import http.client
import threading
import time
from pathlib import Path

SCHEDULED = 2  # of the clocks a process has on Linux, the one that counts its CPU time to the nanosecond
_tick = threading.Event()


class Browser:
    """Fetches from a port with a cookie, each time on a connection of its own. `pid`: the server's first process."""

    def __init__(self, port: int, cookie: str, pid: int):
        self.port, self.cookie, self.pid = port, cookie, pid

    def cpu(self) -> float:
        """CPU seconds that the server's processes have taken, all their threads included: other work on this machine
        doesn't count in it."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(time.clock_gettime(~int(pid) << 3 | SCHEDULED) for pid in (self.pid, *workers))

    def get(self, path: str) -> str:
        """A page's text. Raises RuntimeError unless it is there for whoever holds the cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return text

    def wait_until_up(self, path: str) -> None:
        """Return once the server answers. Raises RuntimeError when it doesn't."""
        for _ in range(300):
            try:
                self.get(path)
            except OSError:
                _tick.wait(0.1)
            else:
                return
        raise RuntimeError("the server didn't come up")
