"""Handing in one e-mail by SMTP, where the one question after a failure is: can it have gone out?

Until the server says 354 to DATA nothing of the message was given to it. After that only its own refusal proves that
the message did not go out.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from portal.config import MailServer
from portal.notifications.rules import Words, one_line

TIMEOUT = 15.0


class NotSent(Exception):
    """The e-mail surely did not go out. `final`: it never will; `down`: the server takes nothing at the moment."""

    def __init__(self, reason: str, *, final: bool = False, down: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.down = down


class Unsure(Exception):
    """The e-mail may have gone out: the line was lost before the server's last word."""


@dataclass(frozen=True)
class Mail:
    """An e-mail to one person. `number` makes its Message-ID, the same for every try."""

    number: int
    at: float
    name: str = field(repr=False)
    address: str = field(repr=False)
    words: Words = field(repr=False)


def send(server: MailServer, sender: str, mail: Mail) -> None:
    """Hand in an e-mail. Raises NotSent or Unsure; neither ever holds a password."""
    _, from_address = parseaddr(sender)
    content = _encoded(sender, from_address, mail)
    with _connected(server) as line:
        _envelope(line, from_address, mail.address)
        _data(line, content)


def _encoded(sender: str, from_address: str, mail: Mail) -> bytes:
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = Address(one_line(mail.name), addr_spec=mail.address)
        message["Subject"] = one_line(mail.words.subject)
        message["Date"] = formatdate(mail.at)
        message["Message-ID"] = f"<aviso-{mail.number}@{from_address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.words.plain, cte="quoted-printable")
        message.add_alternative(mail.words.html, subtype="html", cte="quoted-printable")
        mail.address.encode("ascii")
        return message.as_bytes()
    except (ValueError, IndexError) as error:  # an address that is none
        raise NotSent(f"not an e-mail: {type(error).__name__}", final=True) from error


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A line to the server, logged in. It is closed without waiting for anybody's good-bye."""
    line = None
    try:
        line = _dial(server)
        _log_in(line, server)
    except ssl.SSLCertVerificationError as error:
        if line is not None:
            line.close()
        raise NotSent(f"the server's certificate is not to be trusted: {error.verify_message}", down=True) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if line is not None:
            line.close()
        # The name alone: what an error of a login says may repeat what was sent.
        raise NotSent(f"the server does not take e-mails: {type(error).__name__}", down=True) from None
    try:
        yield line
    finally:
        line.close()


def _dial(server: MailServer) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)


def _log_in(line: smtplib.SMTP, server: MailServer) -> None:
    if server.starttls:
        line.starttls(context=ssl.create_default_context())
    if server.user:
        line.login(server.user, server.password)
    line.ehlo_or_helo_if_needed()


def _envelope(line: smtplib.SMTP, sender: str, recipient: str) -> None:
    """Everything up to the server's "go ahead"; whatever fails here sends nothing."""
    try:
        _expect(line.mail(sender), 250)
        _expect(line.rcpt(recipient), 250, 251)
        _expect(line.docmd("DATA"), 354)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"the line was lost: {type(error).__name__}", down=True) from error


def _expect(answer: tuple[int, bytes], *good: int) -> None:
    if answer[0] not in good:
        raise NotSent(f"refused with {answer[0]}", final=500 <= answer[0] < 600)


def _data(line: smtplib.SMTP, content: bytes) -> None:
    dotted = b"\r\n".join(b"." + each if each.startswith(b".") else each for each in content.split(b"\r\n"))
    try:
        line.send(dotted.removesuffix(b"\r\n") + b"\r\n.\r\n")
        answer = line.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(type(error).__name__) from error
    _expect(answer, 250)
    try:
        line.putcmd("QUIT")
    except (OSError, smtplib.SMTPException):
        return  # it is sent; manners do not matter
