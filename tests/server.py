"""A real running portal: web server and worker as processes of their own, on a free port."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests import demo as demos
from tests.installation import SECRET

ROOT = Path(__file__).parent.parent
OLD_SQLITE = ROOT / "tests" / "old_sqlite"
_tick = threading.Event()


@dataclass
class Server:
    """A running portal. `named` is the same by a name, which passkeys need."""

    port: int
    data: Path
    env: dict[str, str]
    parts: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def named(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        """Everything both processes wrote so far."""
        return (self.data / "log").read_text()

    def start(self, part: str, command: tuple[str, ...] = ()) -> None:
        """Start `serve` or `work`, or in its place another module with its arguments."""
        with (self.data / "log").open("ab") as log:
            self.parts[part] = subprocess.Popen(
                [sys.executable, "-m", *(command or ("portal", part))],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def move_clock(self, hours: int) -> None:
        """Serve with the clock moved on; once called, by another number at once."""
        (self.data / "hours").write_text(str(hours))
        if self.parts["serve"].args[2] == "portal":
            self.kill("serve", signal.SIGTERM)
            self.start(
                "serve", ("gunicorn", "tests.moved_clock:app", "--no-control-socket", "--bind", f"127.0.0.1:{self.port}")
            )
            self.wait_until_up()

    def kill(self, part: str, how: int = signal.SIGKILL) -> None:
        """End one part and every process it started, at once unless told otherwise."""
        started = self.parts.pop(part)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, how)
        started.wait(30)

    def wait_until_up(self, path: str = "/healthz", within: float = 30) -> None:
        """Return once the portal answers. Raises RuntimeError with the log if it doesn't."""
        for _ in range(int(within / 0.05)):
            try:
                with urllib.request.urlopen(f"{self.url}{path}", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                if self.parts["serve"].poll() is not None:
                    break
            _tick.wait(0.05)
        raise RuntimeError(f"the portal didn't come up:\n{self.log}")

    def stop(self) -> None:
        for started in self.parts.values():
            started.terminate()
        for part in list(self.parts):
            self.kill(part, signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(data: Path, *, demo: bool = True, workers: int = 1, **env: str):
    """A portal on its own data folder, up and answering; stopped at the end. `env` is more of its settings. The demo is
    laid out where nothing is yet."""
    port = free_port()
    data.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    settings = {
        "PORT": str(port),
        "PORTAL_DATA": str(data),
        "PORTAL_SECRET": SECRET,
        "PORTAL_DEMO": str(int(demo)),
        "PORTAL_WORKERS": str(workers),
        "PORTAL_LOG_LEVEL": "warning",
    }
    server = Server(port, data, {**kept, **settings, **env})
    if demo and "PORTAL_DATABASE_URL" not in env:
        if not (data / "portal.db").exists():
            demos.copy(data)
    else:
        first = ["demo", "--if-empty"] if demo else ["migrate"]
        subprocess.run([sys.executable, "-m", "portal", *first], cwd=ROOT, env=server.env, check=True, capture_output=True)
    try:
        server.start("serve")
        server.start("work")
        server.wait_until_up()
        yield server
    finally:
        server.stop()
