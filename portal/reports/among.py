"""`among(column, "ids")`: whether a column is one of many numbers, which travel as a single value.

A list would be spelled out in the statement anew each time, number by number, and be planned anew.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import BigInteger, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator


class _Numbers(TypeDecorator[Any]):
    """A PostgreSQL array, or for SQLite the JSON text of one."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(BigInteger))

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return json.dumps(value) if dialect.name == "sqlite" else list(value)


class _Among(FunctionElement[Any]):
    type = NullType()  # as a truth value SQLite would be asked whether it equals 1, and would not look into an index
    inherit_cache = True


def among(column: Any, name: str) -> _Among:
    """The condition; the value of the parameter `name` is a list of whole numbers."""
    return _Among(column, bindparam(name, type_=_Numbers()))


@compiles(_Among, "sqlite")
def _for_sqlite(element: _Among, compiler: Any, **how: Any) -> str:
    column, numbers = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(_Among, "postgresql")
def _for_postgresql(element: _Among, compiler: Any, **how: Any) -> str:
    column, numbers = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} = ANY ({numbers})"
