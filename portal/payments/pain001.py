"""A run as ISO 20022 pain.001.001.09, in its UK form: pounds, sort codes (GBDSC), Faster Payments (URNS)."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import date, datetime

from portal.payments.transfers import LONGEST_NAME, Transfer, plain

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


def document(
    transfers: Sequence[Transfer], *, bank: tuple[str, str, str], message_id: str, made_at: datetime, pay_on: date
) -> bytes:
    """One order to pay all of these from the account `bank` (name, sort code, number) on a day."""
    name, sort_code, account_number = plain(bank[0], LONGEST_NAME), *bank[1:]
    pence = sum(one.pence for one in transfers)
    sums = {"NbOfTxs": str(len(transfers)), "CtrlSum": f"{pence // 100}.{pence % 100:02}"}
    return _xml(
        {
            "CstmrCdtTrfInitn": {
                "GrpHdr": {
                    "MsgId": message_id,
                    "CreDtTm": f"{made_at:%Y-%m-%dT%H:%M:%SZ}",
                    **sums,
                    "InitgPty": {"Nm": name},
                },
                "PmtInf": {
                    "PmtInfId": f"{message_id}-1",
                    "PmtMtd": "TRF",
                    "BtchBookg": "false",  # a line on the statement for each, so that each can be matched
                    **sums,
                    "PmtTpInf": {"SvcLvl": {"Cd": "URNS"}},
                    "ReqdExctnDt": {"Dt": pay_on.isoformat()},
                    "Dbtr": {"Nm": name},
                    "DbtrAcct": {**_account(account_number), "Ccy": "GBP"},
                    "DbtrAgt": _bank(sort_code),
                    "ChrgBr": "SHAR",
                    "CdtTrfTxInf": [_one(transfer) for transfer in transfers],
                },
            }
        }
    )


def _one(transfer: Transfer) -> dict:
    return {
        "PmtId": {"EndToEndId": transfer.reference},
        "Amt": {"InstdAmt": transfer.pounds},
        "CdtrAgt": _bank(transfer.sort_code),
        "Cdtr": {"Nm": transfer.name},
        "CdtrAcct": _account(transfer.account_number),
        "RmtInf": {"Ustrd": transfer.says},
    }


def _bank(sort_code: str) -> dict:
    return {"FinInstnId": {"ClrSysMmbId": {"ClrSysId": {"Cd": "GBDSC"}, "MmbId": sort_code}}}


def _account(number: str) -> dict:
    return {"Id": {"Othr": {"Id": number}}}


def _xml(facts: dict) -> bytes:
    root = ET.Element("Document", xmlns=NAMESPACE)
    _fill(root, facts)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _fill(element: ET.Element, facts: dict) -> None:
    for tag, value in facts.items():
        for one in value if isinstance(value, list) else [value]:
            part = ET.SubElement(element, tag, {"Ccy": "GBP"} if tag == "InstdAmt" else {})
            if isinstance(one, dict):
                _fill(part, one)
            else:
                part.text = one
