"""Rows past the unit of work: written at once, or read by statements that are made ready for the driver once.

SQLAlchemy writes these statements, and its types convert what goes in and what comes out. Left out is only what it
does anew at each execution, which costs several times what the database takes for a row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Connection, Delete, Dialect, Insert, Select, Update, insert
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, set_committed_value
from sqlalchemy.sql.compiler import SQLCompiler

from portal.db import Base, translated

Row = TypeVar("Row", bound=Base)
Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete


class Ready:
    """A statement that is built once and run often. Its rows are plain tuples."""

    def __init__(self, statement: Statement, *names: str) -> None:
        """`names` are the columns that are given, for an insertion without values."""
        self._statement, self._names = statement, names
        self._forms: dict[str, Form] = {}

    def all(self, db: Session | Connection, **values: Any) -> list[tuple[Any, ...]]:
        """What was changed in the session before is seen by it."""
        dialect, cursor = _beneath(db)
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = self._form(dialect)
        return form.run(cursor, values)

    def first(self, db: Session | Connection, **values: Any) -> tuple[Any, ...] | None:
        rows = self.all(db, **values)
        return rows[0] if rows else None

    def scalar(self, db: Session, **values: Any) -> Any:
        """The first value of the first row, or None."""
        rows = self.all(db, **values)
        return rows[0][0] if rows else None

    def _form(self, dialect: Dialect) -> Form:
        compiled = self._statement.compile(dialect=dialect, column_keys=list(self._names) or None)
        assert isinstance(compiled, SQLCompiler)
        return Form(compiled, dialect, self._statement)


def _beneath(db: Session | Connection) -> tuple[Dialect, Any]:
    """A cursor of the driver's own, one for each transaction of a session, since all of this takes a while."""
    if isinstance(db, Connection):
        return db.dialect, db.connection.cursor()
    db.flush()
    transaction = db.get_transaction()
    known: tuple[object, Dialect, Any] | None = db.info.get(Ready)
    if known is None or known[0] is not transaction:
        connection = db.connection()
        known = db.info[Ready] = db.get_transaction(), connection.dialect, connection.connection.cursor()
    return known[1:]


class Form:
    """A statement as one driver takes it."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect, statement: Statement) -> None:
        self.text, self._dialect, self._is_positional = compiled.string, dialect, compiled.positional
        named = {name: bind for bind, name in compiled.bind_names.items()}
        order = compiled.positiontup if compiled.positional else named
        self._into = [(name, named[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order or ()]
        self._fixed = {name: bind.value for name, bind in named.items() if bind.value is not None and not bind.required}
        types = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
        processes = ((at, type_.result_processor(dialect, None)) for at, type_ in enumerate(types))
        self._out_of = [(at, process) for at, process in processes if process is not None]
        self._has_rows = bool(types)  # a driver that is asked for it describes every column

    def run(self, cursor: Any, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        try:
            cursor.execute(self.text, self.parameters(values))
            rows = cursor.fetchall() if self._has_rows else []
        except self._dialect.loaded_dbapi.Error as problem:
            raise translated(problem, self.text, self._dialect) from problem
        return [self._read(row) for row in rows] if self._out_of else rows

    def parameters(self, values: dict[str, Any]) -> Any:
        """The values as the driver takes them."""
        values = {**self._fixed, **values}
        bound = [process(values[name]) if process else values[name] for name, process in self._into]
        return bound if self._is_positional else dict(zip((name for name, _ in self._into), bound, strict=True))

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        read = list(row)
        for at, process in self._out_of:
            read[at] = process(read[at])
        return tuple(read)


def write(db: Session, table: type[Base], **values: Any) -> int:
    """Write one new row at once; returns its id."""
    return _written(db, table, values)["id"]


def put(db: Session, table: type[Row], **values: Any) -> Row:
    """The same for a row that is worked with afterwards: it is as if it had been read."""
    return as_read(db, table, {**_blank(table), **_written(db, table, values)})


def as_read(db: Session, table: type[Row], values: dict[str, Any]) -> Row:
    """The row with these values, all of its columns, as the session would have read it just now."""
    known: Row | None = db.identity_map.get(table.__mapper__.identity_key_from_primary_key((values["id"],)))
    if known is not None:
        for name, value in values.items():
            set_committed_value(known, name, value)
        return known
    row = table()
    instance_dict(row).update(values)
    make_transient_to_detached(row)
    db.add(row)
    return row


def _written(db: Session, table: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    values = {**{name: default() for name, default in _defaults(table)}, **values}
    values["id"] = _insertion(table, tuple(values)).scalar(db, **values)
    return values


@cache
def _insertion(table: type[Base], names: tuple[str, ...]) -> Ready:
    return Ready(insert(table.__table__).returning(table.__table__.c.id), *names)


@cache
def _blank(table: type[Base]) -> dict[str, None]:
    return dict.fromkeys(table.__table__.columns.keys())


@cache
def _defaults(table: type[Base]) -> tuple[tuple[str, Callable[[], Any]], ...]:
    """What columns hold that are not given."""
    given = ((column.key, column.default) for column in table.__table__.columns if column.default is not None)
    return tuple((name, partial(_worth, default)) for name, default in given)


def _worth(default: Any) -> Any:
    return default.arg(None) if default.is_callable else default.arg
