"""How work is measured and told: medians of rounds, as ratios."""

import gc
import resource
import statistics
import time
from collections.abc import Callable

ROUNDS = 15


def cpu() -> float:
    """CPU seconds of this process and its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def cost(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of one call: the median of rounds of `times` calls each, after a warm-up round."""
    return costs(work, times=times)[0]


def costs(*works: Callable[[], object], times: int = 1, clock: Callable[[], float] = cpu) -> list[float]:
    """Seconds of one call of each, which take turns: the median of rounds of `times` calls each, after a warm-up round.
    By CPU time, or by another `clock`."""
    rounds: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 1):
        for work, taken in zip(works, rounds, strict=True):
            gc.collect()
            start = clock()
            for _ in range(times):
                work()
            if number:
                taken.append((clock() - start) / times)
    return [statistics.median(taken) for taken in rounds]


def base(name: str, seconds: float) -> None:
    """Print what others are compared with."""
    print(f"{name:<44} {seconds * 1000:>7.2f} ms")


def beside(name: str, seconds: float, least: float, aim: float | str = "") -> None:
    """Print how many times the base it took, and how many times it should at most, where it is told."""
    print(f"{name:<44} {seconds * 1000:>7.2f} ms   {seconds / least:>5.1f} ×{f'   (aim {aim})' if aim else ''}")


def faster(name: str, seconds: float, theirs: float, aim: float) -> bool:
    """Print how many times faster than another it is, and whether that is as many as it should be at least."""
    times = theirs / seconds
    print(f"{name:<44} {seconds * 1000:>7.2f} ms   {times:>5.1f} × faster   (aim {aim}: {told(times >= aim)})")
    return times >= aim


def within(name: str, seconds: float, least: float, aim: float) -> bool:
    """Print how many times the base it took, and whether that is as many as it should be at most."""
    times = seconds / least
    print(f"{name:<44} {seconds * 1000:>7.2f} ms   {times:>5.2f} ×   (aim {aim}: {told(times <= aim)})")
    return times <= aim


def told(holds: bool) -> str:
    """Whether an aim holds, in words."""
    return "holds" if holds else "FALLS SHORT"
