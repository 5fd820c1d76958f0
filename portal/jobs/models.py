from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model


class JobRun(Model):
    """A run that did something or failed; an idle run only moves the job's `JobState`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(sa.String(40), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    ok: Mapped[bool]
    result: Mapped[str] = mapped_column(sa.Text, default="")


class JobState(Model):
    """When a job last ran, and with what result."""

    job: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    ran_at: Mapped[datetime]
    ok: Mapped[bool]
    result: Mapped[str] = mapped_column(sa.Text, default="")
