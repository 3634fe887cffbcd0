"""OFX and QFX, the old form and the new: ofxtools takes the tags apart, and knows nothing of entities or files outside."""

from html import unescape
from xml.etree.ElementTree import Element

from portal.bank.statement import CUT_OFF, TWO_ACCOUNTS, Line, Statement, Unreadable, day_of, in_pounds, pence_of, words_of


def read(text: str) -> Statement:
    """The lines of an OFX file. Raises Unreadable."""
    body = text[text.index("<OFX>") :].rstrip()
    if not body.endswith("</OFX>"):
        raise Unreadable(CUT_OFF)
    from ofxtools.Parser import TreeBuilder

    builder = TreeBuilder()
    builder.feed(body)
    root = builder.close()
    if len({account.text for name in ("BANKACCTFROM", "CCACCTFROM") for account in root.findall(f".//{name}/ACCTID")}) > 1:
        raise Unreadable(TWO_ACCOUNTS)
    for currency in root.iter("CURDEF"):
        in_pounds(currency.text, "This account")
    lines = [_line(one, f"Line {n}") for n, one in enumerate(root.iter("STMTTRN"), start=1)]
    for balance in root.iter("LEDGERBAL"):
        where = "The closing balance"
        return Statement("ofx", lines, pence_of(_said(balance, "BALAMT"), where), _day(_said(balance, "DTASOF"), where))
    return Statement("ofx", lines)


def _line(one: Element, where: str) -> Line:
    in_pounds(one.findtext("CURRENCY/CURSYM") or one.findtext("ORIGCURRENCY/CURSYM"), where)
    said = words_of(_said(one, "NAME"), _said(one, "PAYEE/NAME"), _said(one, "MEMO"), _said(one, "CHECKNUM"))
    return Line(_day(_said(one, "DTPOSTED"), where), pence_of(_said(one, "TRNAMT"), where), said, _said(one, "FITID"))


def _day(written: str, where: str):
    return day_of(written[:8], where)


def _said(of: Element, name: str) -> str:
    return unescape(of.findtext(name) or "").strip()
