"""The words of an email: its bytes as text, a page's words, and of all that the answer alone.

The answer is what somebody wrote this time: what they quote, and their signature, are left off; answers between quoted
lines keep them. Where it can't be told what is quoted, it stays: a line too many is better than a word lost. So of
mail-parser-reply we take only its table of how mail clients in many languages say “wrote:” and “Sent from”; its own
cutting also takes what stands below a line like “Thanks,”.
"""

import codecs
import re
import unicodedata
from itertools import groupby

from mailparser_reply.constants import MAIL_LANGUAGES

MOST_LETTERS = 5000  # of an answer, as many as the page takes

_CHARSETS = re.compile(
    r"(utf[-_]?(7|8|16|32)([-_]?(le|be|sig))?|(us-)?ascii|(iso[-_]?)?8859[-_]\d+|iso[-_]8859[-_]\d+(-[ei])?|latin[-_]?\d+|"
    r"(windows|cp|ibm|x-cp)[-_]?\d+|koi8[-_][rut]|gb2312|gbk|gb18030|hz|big5(-?hkscs)?|shift[-_]jis|sjis|euc[-_](jp|kr)|"
    r"iso[-_]2022[-_](jp|kr)[-_0-9a-z]*|mac[-_]?[a-z]+|tis[-_]620)"
)  # names of alphabets, not of the other things Python can decode, some of which take for ever


def as_text(given: bytes, charset: str = "") -> str:
    """Bytes as text: as labelled where that fits, else as they look."""
    charset = charset.strip().strip("\"'").lower()
    if given[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        charset = "utf-16"
    if charset in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"}:
        charset = "utf-8"  # what is labelled so is often something else
    for label in (charset, "utf-8", "cp1252"):
        if label and _CHARSETS.fullmatch(label):
            try:
                return given.decode(label)
            except (UnicodeError, LookupError):
                continue
    return given.decode("latin-1")


def clean(text: str) -> str:
    """Text without what can't be shown or kept: control letters, halves of letters, marks that turn the line round."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = text.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "")
    return "".join(c for c in text if (c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}) and c not in _TURNS)


_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def unwrapped(text: str) -> str:
    """format=flowed: a line that ends in a space goes on in the next (RFC 3676). Quoted lines stay as they are."""
    lines: list[str] = []
    goes_on = False
    for line in text.splitlines():
        quoted = line.startswith(">")
        if not quoted and line.startswith(" "):
            line = line[1:]
        if goes_on and not quoted and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = not quoted and line.endswith(" ") and line != "-- "
    return "\n".join(lines)


_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "html li main nav ol p pre section table tbody tr ul".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 blockquote ul ol table pre".split())
_NOT_WORDS = frozenset("head script style title template noscript object svg select iframe".split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(px|pt|em)?\s*(;|$)")


class _Lines:
    """The lines of a page as they fill up, each with how deep in quotes it stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = ""
        self.depth = 0

    def add(self, words: str | None) -> None:
        if words:
            gap = words[0].isspace() and self.now[-1:] not in {"", " "}
            self.now += (" " if gap else "") + " ".join(words.split()) + (" " if words[-1].isspace() else "")

    def end(self, *, spaced: bool = False) -> None:
        if self.now.strip():
            self.lines.append("> " * self.depth + self.now.strip())
        if spaced and self.lines and self.lines[-1].strip("> "):
            self.lines.append(("> " * self.depth).rstrip())
        self.now = ""


def of_html(markup: str) -> str:
    """The words of a page that can be seen, quotes marked as in plain mail; where a link leads stands behind its words."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup.encode("utf-8", "replace"), parser) if markup.strip() else None
    if root is None:
        return ""
    out = _Lines()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        spaced = tag in _SPACED
        if event == "start":
            if _is_hidden(element):
                walk.skip_subtree()
                continue
            if tag == "br":
                out.lines += [] if out.now.strip() else [("> " * out.depth).rstrip()]
                out.end()
            elif tag in _BLOCKS:
                out.end(spaced=spaced)
                out.depth += tag == "blockquote"
            out.now += "- " if tag == "li" else ""
            out.add(element.text)
        elif not _is_hidden(element):
            if tag == "blockquote":
                out.end()
                out.depth -= 1
            if tag in _BLOCKS:
                out.end(spaced=spaced)
            elif tag in {"td", "th"}:
                out.now += " "
            elif tag == "a":
                out.now += _leads(element, out.now)
        if event == "end" and element is not root:
            out.add(element.tail)
    out.end()
    return "\n".join(out.lines)


def _is_hidden(element) -> bool:
    style = (element.get("style") or "").lower()
    return element.tag in _NOT_WORDS or element.get("hidden") is not None or bool(_HIDDEN.search(style[:2000]))


def _leads(link, shown: str) -> str:
    href = (link.get("href") or "").strip()
    fits = href.lower().startswith(("http://", "https://")) and len(href) <= 500 and shown.strip()
    words = " ".join("".join(link.itertext()).split())
    return f" <{href}>" if fits and words and words.rstrip("/") not in href else ""


# The answer alone.

_WROTE = [re.compile(one["wrote_header"], re.IGNORECASE) for one in MAIL_LANGUAGES.values() if one.get("wrote_header")]
_SENT_FROM = re.compile(
    "(?:"
    + "|".join(one["sent_from"] for one in MAIL_LANGUAGES.values() if one.get("sent_from"))
    + "|Sent from (?:Outlook|Mail|Yahoo|Proton|Gmail|Samsung)|Sent (?:with|via) |Gesendet mit |Von meinem .{1,30} gesendet"
    r").{0,150}",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\W{0,3}(From|Von|De|Da|Van|Od|Fra|Från|发件人|보낸 ?사람|差出人)\W{0,3}\s?[:：]\W{0,3}\s?\S", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"\W{0,3}(Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Předmět|Emne|Ämne|Temat|主题|제목|件名)\W{0,3}\s?[:：]",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\W{0,3}[^\W\d_][^\s:：]{0,20}( [^\s:：]{1,10})?\s?[:：]")
_RULE = re.compile(
    r"\s*([_]{20,}|[-‐_*]{2,}\s*(Original[ -]?(Message|Nachricht)|Ursprüngliche Nachricht|Message d.origine|Mensaje "
    r"original|Messaggio originale|Oprindelig meddelelse)\s*[-‐_*]{2,})\s*",
    re.IGNORECASE,
)
_LONGEST_WROTE = 250
_TRIES = 200
_LONGEST_SIGNATURE = 15


def answer(text: str) -> str:
    """What was written this time."""
    lines = [line.rstrip() if line != "-- " else line for line in text.split("\n")]
    wrote = _attributions(lines)
    start = _unmarked(lines, wrote)
    if _trimmed(lines[:start]):
        lines = lines[:start]
    lines = _unsigned(lines)
    quoted = [line.lstrip().startswith(">") or n in wrote for n, line in enumerate(lines)]
    turns = [is_quote for is_quote, _ in groupby(q for q, line in zip(quoted, lines, strict=True) if line.strip())]
    if False not in turns:
        return ""
    if len(turns) == 2:  # all of it above what is quoted, or all of it below; else the answers stand between the quotes
        lines = _unsigned([line for line, is_quote in zip(lines, quoted, strict=True) if not is_quote])
    return _trimmed(lines)


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _attributions(lines: list[str]) -> dict[int, bool]:
    """The lines that say who wrote what is quoted below, each with whether quoted lines follow: “On …, Sam wrote:”, over
    as many as three lines, in any language we know."""
    found: dict[int, bool] = {}
    tries = 0
    for last, line in enumerate(lines):
        if not line.endswith((":", "：")) or line.lstrip().startswith(">"):
            continue
        for first in range(last, max(-1, last - 3), -1):
            said = " ".join(part.strip() for part in lines[first : last + 1])
            if not lines[first].strip() or len(said) > _LONGEST_WROTE or tries > _TRIES:
                break
            tries += 1
            if re.search(r"\d", said) and any(wrote.match(said) for wrote in _WROTE):
                below = next((one for one in lines[last + 1 : last + 6] if one.strip()), "")
                marked = below.lstrip().startswith(">")
                if marked or "@" in said:
                    found |= dict.fromkeys(range(first, last + 1), marked)
                break
    return found


def _unmarked(lines: list[str], wrote: dict[int, bool]) -> int:
    """Where an earlier email begins that is quoted without a mark on its lines; the number of lines where none is."""
    for n, line in enumerate(lines):
        if wrote.get(n) is False:
            return n
        if _RULE.fullmatch(line) and any(map(_heads(lines), range(n + 1, n + 4))):
            return n
        if _RULE.fullmatch(line) and any(wrote.get(one) is not None for one in range(n + 1, n + 4)):
            return n
        if _heads(lines)(n):
            return n
    return len(lines)


def _heads(lines: list[str]):
    """Whether the block that Outlook puts above what it quotes stands at a line: From, and within a few lines Subject."""

    def stands_at(n: int) -> bool:
        if n >= len(lines) or not _FROM.match(lines[n][:300]):
            return False
        block = [line[:100] for line in lines[n : n + 9]]
        return any(map(_SUBJECT.match, block)) and sum(bool(_LABEL.match(line)) for line in block) >= 3

    return stands_at


def _unsigned(lines: list[str]) -> list[str]:
    """Without a signature below “-- ”, and without what a phone says of itself."""
    marks = [n for n, line in enumerate(lines) if line in {"-- ", "--"}]
    if marks and len(lines) - marks[-1] <= _LONGEST_SIGNATURE + 1:
        below = lines[marks[-1] + 1 :]
        if not any(line.lstrip().startswith(">") for line in below):
            lines = lines[: marks[-1]]
    end = len(lines)
    while end and (not lines[end - 1].strip() or _SENT_FROM.fullmatch(lines[end - 1].strip())):
        end -= 1
    return lines[:end]


def fitted(words: str) -> str:
    """As much as fits, and where it doesn't all fit, that."""
    if len(words) <= MOST_LETTERS:
        return words
    said = (
        f"(This email was longer than fits here: these are about the first {MOST_LETTERS:,} of its {len(words):,} letters.)"
    )
    kept = words[: MOST_LETTERS - len(said) - 3]
    if any(c.isspace() for c in kept[-200:]):
        kept = kept[: max(kept.rfind(" "), kept.rfind("\n"))]
    return f"{kept.rstrip()}…\n\n{said}"
