"""PDFs by typst: a template of ours, and what it says as data beside it. Typst remembers all it ever set, so it works in
a child process (`apart.py`), and what it took is given back."""

from pathlib import Path

from portal.core import sandbox

MEMORY = 1024 * 1024 * 1024  # a thousand lines take a fifth of it; each of its threads claims some
SORRY = "That PDF couldn’t be made just now."


class CantSet(Exception):
    """The PDF can't be made; the text says so."""


def pdf(template: Path, **inputs: str) -> bytes:
    """A tagged PDF (PDF/UA-1) of this template with these inputs, in the fonts that typst brings. Raises CantSet."""
    return sandbox.run(_set, template, inputs, polite=CantSet, died=SORRY, too_large=SORRY, memory=MEMORY)


def _set(template: Path, inputs: dict[str, str]) -> bytes:
    import typst

    return typst.compile(
        template,
        root=template.parent,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["ua-1"],
    )
