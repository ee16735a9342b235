"""Facts about this installation itself, such as that it is a demo."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Fact(Base):
    """One named fact."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(500))
