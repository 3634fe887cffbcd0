"""camt.053, every version: an account statement in XML (ISO 20022). Read without DTDs, entities or files outside."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portal.bank.statement import CUT_OFF, TWO_ACCOUNTS, Line, Statement, Unreadable, day_of, in_pounds, pence_of, words_of

OTHER_XML = "That is another kind of file. Export the account statement as camt.053, or as CSV, OFX or MT940."
SAID = (
    *("NtryDtls/TxDtls/RltdPties/Cdtr/Nm", "NtryDtls/TxDtls/RltdPties/Cdtr/Pty/Nm"),
    *("NtryDtls/TxDtls/RltdPties/Dbtr/Nm", "NtryDtls/TxDtls/RltdPties/Dbtr/Pty/Nm"),
    *("NtryDtls/TxDtls/RmtInf/Ustrd", "NtryDtls/TxDtls/RmtInf/Strd/CdtrRefInf/Ref", "NtryDtls/TxDtls/Refs/EndToEndId"),
    *("NtryDtls/TxDtls/AddtlTxInf", "AddtlNtryInf"),
)


def read(content: bytes) -> Statement:
    """The booked lines of a camt.053 file. Raises Unreadable."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except ParseError:
        raise Unreadable(CUT_OFF) from None
    except DefusedXmlException:
        raise Unreadable("This file asks for things from outside itself, so we didn’t open it.") from None
    space = root.tag.rpartition("}")[0]
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    if root.tag != "Document" or "camt.053.001." not in space:
        raise Unreadable(OTHER_XML)
    statements = root.findall("BkToCstmrStmt/Stmt")
    if len({_account(one) for one in statements}) > 1:
        raise Unreadable(TWO_ACCOUNTS)
    lines = [_line(entry, n) for n, entry in enumerate(root.findall("BkToCstmrStmt/Stmt/Ntry"), start=1) if _booked(entry)]
    closings = [_closing(one) for one in root.findall("BkToCstmrStmt/Stmt/Bal") if _said(one, "Tp/CdOrPrtry/Cd") == "CLBD"]
    on, pence = max(closings, default=(None, None), key=lambda one: one[0])
    return Statement("camt", lines, pence, on)


def _line(entry: Element, number: int) -> Line:
    where = f"Line {number}"
    day = next((day for name in ("BookgDt", "ValDt") for day in [_said(entry, f"{name}/Dt", f"{name}/DtTm")] if day), "")
    own = _said(entry, "AcctSvcrRef", "NtryRef")
    said = [part.text for name in SAID for part in entry.findall(name) if part.text != "NOTPROVIDED"]
    return Line(day_of(day[:10], where), _pence(entry, where), words_of(*said), own)


def _closing(balance: Element):
    where = "The closing balance"
    return day_of(_said(balance, "Dt/Dt", "Dt/DtTm")[:10], where), _pence(balance, where)


def _pence(of: Element, where: str) -> int:
    amount, way = of.find("Amt"), _said(of, "CdtDbtInd")
    if amount is None or way not in {"CRDT", "DBIT"}:
        raise Unreadable(f"{where} doesn’t say how much came in or went out.")
    in_pounds(amount.get("Ccy"), where)
    pence = pence_of(amount.text or "", where)
    return pence if way == "CRDT" else -pence


def _booked(entry: Element) -> bool:
    return _said(entry, "Sts/Cd", "Sts") == "BOOK"


def _account(statement: Element) -> str:
    return _said(statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id")


def _said(of: Element, *names: str) -> str:
    """The first of these that says something."""
    return next((text for name in names if (text := (of.findtext(name) or "").strip())), "")
