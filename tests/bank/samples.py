"""Small files as banks export them, of our own making. The same three lines in every format, and the awkward ones."""

import re

# All of them say: hall hire out twice on one day, a grant in on the next.
CLOSING = 1_000_00 - 90_00 - 90_00 + 4800_00

SIGNED = """Date,Description,Amount,Balance
03/11/2026,HALL HIRE R102,-90.00,910.00
03/11/2026,HALL HIRE R102,-90.00,820.00
04/11/2026,COMMUNITY HANDS GRANT,"4,800.00","5,620.00"
"""
TWO_COLUMNS = """"Account Name:","Hearthrow Commons ****1234"
"Account Balance:","£5,620.00"

"Date","Transaction type","Description","Paid out","Paid in","Balance"
"04 Nov 2026","Bank credit","COMMUNITY HANDS GRANT","","£4,800.00","£5,620.00"
"03 Nov 2026","Payment","HALL HIRE R102","£90.00","","£820.00"
"03 Nov 2026","Payment","HALL HIRE R102","£90.00","","£910.00"
"""
SEMICOLONS = """Transaction Date;Transaction Description;Debit Amount;Credit Amount;Balance
04/11/2026;COMMUNITY HANDS GRANT;;4800.00;5620.00
03/11/2026;HALL HIRE R102;90.00;;820.00
03/11/2026;HALL HIRE R102;90.00;;910.00
"""
TABS = SIGNED.replace('"4,800.00","5,620.00"', "4800.00,5620.00").replace(",", "\t")
NO_HEADER = """03/11/2026,HALL HIRE R102,-90.00
03/11/2026,HALL HIRE R102,-90.00
04/11/2026,COMMUNITY HANDS GRANT,4800.00
"""

OFX_OLD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261105<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>GBP
<BANKACCTFROM><BANKID>000000<ACCTID>00000000<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261105
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103120000[0:GMT]<TRNAMT>-90.00<FITID>A1<NAME>HALL HIRE
<MEMO>R102 &amp; thanks</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261103<TRNAMT>-90.00<FITID>A2<NAME>HALL HIRE<MEMO>R102</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261104<TRNAMT>4800.00<FITID>A3<NAME>COMMUNITY HANDS<MEMO>GRANT</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>5620.00<DTASOF>20261105</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX_NEW = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1</TRNUID><STMTRS><CURDEF>GBP</CURDEF>
<BANKACCTFROM><BANKID>000000</BANKID><ACCTID>00000000</ACCTID><ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101</DTSTART><DTEND>20261105</DTEND>
<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20261103</DTPOSTED><TRNAMT>-90.00</TRNAMT><FITID>A1</FITID>
<NAME>HALL HIRE</NAME></STMTTRN>
<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20261103</DTPOSTED><TRNAMT>-90.00</TRNAMT><FITID>A2</FITID>
<NAME>HALL HIRE</NAME></STMTTRN>
<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20261104</DTPOSTED><TRNAMT>4800.00</TRNAMT><FITID>A3</FITID>
<NAME>COMMUNITY HANDS</NAME></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>5620.00</BALAMT><DTASOF>20261105</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

MT940 = """{1:F01HEARGB2LA0010000000000}{2:I940HEARGB2LX001N}{4:
:20:STATEMENT1
:25:00000000000000
:28C:1/1
:60F:C261101GBP1000,00
:61:2611031103D90,00NTRFR102//REF1
:86:HALL HIRE R102
:61:2611031103D90,00NTRFR102//REF2
:86:HALL HIRE R102
:61:2611041104C4800,00NTRFNONREF//REF3
:86:COMMUNITY HANDS GRANT
:62F:C261104GBP5620,00
-}
"""


def camt(version: str = "02", entries: str = "") -> str:
    """A camt.053 file. From version 08 on, a status is a code within it; from 09 on, a name lies one deeper."""
    status = "<Sts>BOOK</Sts>" if version < "08" else "<Sts><Cd>BOOK</Cd></Sts>"
    name = "<Nm>{}</Nm>" if version < "09" else "<Pty><Nm>{}</Nm></Pty>"

    def entry(ref, pounds, way, day, who, words):
        side = "Cdtr" if way == "DBIT" else "Dbtr"
        return (
            f'<Ntry><NtryRef>1</NtryRef><Amt Ccy="GBP">{pounds}</Amt><CdtDbtInd>{way}</CdtDbtInd>{status}'
            f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
            f"<EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><{side}>{name.format(who)}</{side}></RltdPties>"
            f"<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    lines = entries or (
        entry("A1", "90.00", "DBIT", "2026-11-03", "HALL HIRE", "R102")
        + entry("A2", "90.00", "DBIT", "2026-11-03", "HALL HIRE", "R102")
        + entry("A3", "4800.00", "CRDT", "2026-11-04", "COMMUNITY HANDS", "GRANT")
        + entry("A4", "1.00", "DBIT", "2026-11-04", "NOT YET", "PENDING").replace("BOOK", "PDNG")
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><Acct><Id><Othr><Id>00000000</Id></Othr></Id></Acct>"
        '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-11-01</Dt></Dt></Bal>"
        '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">5620.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>2026-11-04</Dt></Dt></Bal>{lines}</Stmt></BkToCstmrStmt></Document>"
    )


BOMB = (
    camt()
    .replace(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        + "".join(f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">' for n in range(ord("b"), ord("k")))
        + "]>",
    )
    .replace("HALL HIRE", "&k;")
)
OUTSIDE = (
    camt()
    .replace(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
    )
    .replace("HALL HIRE", "&file;")
)

# Each awkward file, and words of the one sentence it ends with.
AWKWARD = {
    "a camt cut in half": (camt()[: len(camt()) // 2], "Only part of that file is here"),
    "a camt that swells": (BOMB, "asks for things from outside"),
    "a camt that reads our files": (OUTSIDE, "asks for things from outside"),
    "a camt of another kind": (camt().replace("camt.053", "camt.054"), "another kind of file"),
    "a camt in euros": (camt().replace('Ccy="GBP">4800', 'Ccy="EUR">4800'), "Line 3 is in EUR"),
    "a camt of two accounts": (
        camt().replace("</BkToCstmrStmt>", "<Stmt><Acct><Id><IBAN>GB00</IBAN></Id></Acct></Stmt></BkToCstmrStmt>"),
        "more than one account",
    ),
    "a camt with three decimals": (camt().replace("4800.00", "4800.001"), "more than two decimals"),
    "a camt with no day": (camt().replace("<BookgDt><Dt>2026-11-04</Dt></BookgDt>", ""), "isn’t a day that exists"),
    "a camt without a sign": (camt().replace("<CdtDbtInd>DBIT</CdtDbtInd>", ""), "doesn’t say how much"),
    "a web page": ("<html><body>Sign in</body></html>", "another kind of file"),
    "a web page that is no XML": ("<!doctype html><html><body>Sign in<br></body></html>", "another kind of file"),
    "an ofx cut in half": (OFX_OLD[: len(OFX_OLD) // 2], "Only part of that file is here"),
    "an ofx in dollars": (OFX_OLD.replace("CURDEF>GBP", "CURDEF>USD"), "This account is in USD"),
    "an ofx with a line in dollars": (
        OFX_OLD.replace("<FITID>A2", "<FITID>A2<CURRENCY><CURRATE>1.2<CURSYM>USD</CURRENCY>"),
        "Line 2 is in USD",
    ),
    "an ofx with a line that was in dollars": (
        OFX_NEW.replace(
            "<FITID>A2</FITID>",
            "<FITID>A2</FITID><ORIGCURRENCY><CURRATE>1.2</CURRATE><CURSYM>USD</CURSYM></ORIGCURRENCY>",
        ),
        "Line 2 is in USD",
    ),
    "an ofx of two accounts": (
        re.sub("(<STMTTRNRS>.*</STMTTRNRS>)", r"\1\1", OFX_OLD, flags=re.DOTALL).replace("ID>00000000", "ID>1", 1),
        "more than one account",
    ),
    "an ofx of a day that isn’t": (OFX_OLD.replace("DTPOSTED>20261104", "DTPOSTED>20261131"), "isn’t a day that exists"),
    "an ofx with three decimals": (OFX_OLD.replace("4800.00", "4800.005"), "more than two decimals"),
    "an mt940 cut in half": (MT940[: MT940.index(":62F:")], "Only part of that file is here"),
    "an mt940 with a line gone": (MT940.replace(":61:2611031103D90,00NTRFR102//REF2\n", ""), "don’t add up"),
    "an mt940 in euros": (MT940.replace("GBP", "EUR"), "is in EUR"),
    "an mt940 of two accounts": (MT940 + MT940.replace(":25:000", ":25:111"), "more than one account"),
    "a wrong column count": (
        SIGNED.replace("HALL HIRE R102,-90.00,820", "HALL, HIRE R102,-90.00,820"),
        "Line 3 has 5 columns",
    ),
    "an impossible day": (SIGNED.replace("04/11/2026", "31/11/2026"), "Line 4: “31/11/2026” isn’t a day"),
    "a day far off": (SIGNED.replace("04/11/2026", "04/11/2096"), "lies in the future"),
    "three decimals": (SIGNED.replace("-90.00,910", "-90.005,910"), "Line 2: “-90.005” has more than two decimals"),
    "words for an amount": (SIGNED.replace("-90.00,910", "lots,910"), "Line 2: “lots” isn’t an amount"),
    "an amount written by halves": (SIGNED.replace("-90.00,910", "(90.00,910"), "isn’t an amount"),
    "commas for points": (SIGNED.replace('"4,800.00"', '"4.800,00"'), "isn’t an amount in pounds"),
    "both in and out": (TWO_COLUMNS.replace('"","£4,800.00"', '"£1.00","£4,800.00"'), "both paid in and paid out"),
    "another currency": (
        SIGNED.replace("Balance\n", "Currency\n")
        .replace("910.00", "GBP")
        .replace("820.00", "EUR")
        .replace('"5,620.00"', "GBP"),
        "Line 3 is in EUR",
    ),
    "only names of columns": (SIGNED.splitlines()[0], "no columns in it"),
    "no lines that move anything": (SIGNED.splitlines()[0] + "\n03/11/2026,BALANCE,,910.00\n", "no lines in that file"),
    "a letter": ("Dear bank,\nplease send us our statement.\n", "no columns in it"),
}
OTHER_FILES = {
    "a pdf named csv": (b"%PDF-1.7\n1 0 obj", "That is a PDF"),
    "a workbook named csv": (b"PK\x03\x04xlsx", "That is a spreadsheet"),
    "bytes": (bytes(range(1, 256)) * 4 + b"\0", "couldn’t read that file"),
    "half of a wide letter": ("é".encode("utf-16") * 3 + b"\x01", "no columns in it"),
}
