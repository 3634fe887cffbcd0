"""Work on what was sent to us, in a child process with limits: a hostile file ends as a polite sentence."""

import multiprocessing
import resource
from collections.abc import Callable
from typing import Any

MEMORY = 512 * 1024 * 1024
SECONDS = 10
PRELOAD = [
    "portal.core.decoded_pictures",
    "portal.core.decoded_sounds",
    "typst",
]  # what takes long to import is there before a child is forked


def run(work: Callable, *given, polite: type[Exception], died: str, too_large: str, memory: int = MEMORY) -> Any:
    """What `work` comes to in a child process. Raises `polite` with its own sentence, with `too_large` when there is not
    enough memory, with `died` for whatever else befalls it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, work, given, polite, died, too_large, memory), daemon=True)
    child.start()
    theirs.close()
    try:
        answer = ours.recv() if ours.poll(SECONDS) else (False, died)
    except EOFError:  # the child died: out of memory, or killed by the limit on its time
        answer = False, died
    finally:
        child.kill()
        child.join()
        ours.close()
    done, result = answer
    if not done:
        raise polite(result)
    return result


def _child(pipe, work: Callable, given: tuple, polite: type[Exception], died: str, too_large: str, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        pipe.send((True, work(*given)))
    except polite as why:
        pipe.send((False, str(why)))
    except MemoryError:
        pipe.send((False, too_large))
    except Exception:  # whatever a reader may raise on a hostile file, the person gets one sentence
        pipe.send((False, died))
