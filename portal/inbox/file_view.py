"""How the file of a message is told to people. Pure: no database, no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.inbox.models import Direction, FileState, Message, MessageFile
from portal.inbox.rules import files as rules


@dataclass(frozen=True)
class Shown:
    """`how` is image, audio, video or document once it can be opened, else waiting, trouble or lost."""

    how: str
    name: str
    size: str = ""
    reason: str = ""
    again_at: datetime | None = None


def shown(file: MessageFile, kind: str) -> Shown:
    """A file as the thread shows it; `kind` is its message's."""
    name = file.filename or rules.default_name(kind, file.mime_type)
    if file.state is FileState.STORED:
        group = file.mime_type.partition("/")[0] if file.mime_type in rules.INLINE else "document"
        return Shown(group if group in ("image", "audio", "video") else "document", name, str(rules.Size(file.size)))
    if file.state is FileState.LOST:
        return Shown("lost", name, reason=rules.reason(file.error))
    if file.error:
        return Shown("trouble", name, reason=rules.reason(file.error), again_at=file.not_before)
    return Shown("waiting", name)


def words_of(message: Message, file: MessageFile | None) -> str:
    """The text of a message, without what only stood for the file that is now shown beside it."""
    if file is None:
        return message.text
    if message.direction is Direction.OUT:
        return str((message.content or {}).get("caption", ""))
    stands_for = rules.placeholder(message.kind)
    bare = {stands_for, f"{stands_for} {file.filename}".strip()}
    return "" if message.text.strip() in bare else message.text
