"""Pages for developers of brands and templates, and the mailbox of the demo; they exist in a demo only."""

from html import escape
from uuid import UUID

from sqlalchemy import select

from portal.access import NotFound
from portal.brand.stationery import Letter, Unwritten
from portal.jobs import mail
from portal.models import Mail
from portal.web import Answer, Area, Visit, endpoint, page
from portal.web.headers import CSP

NEWEST = 100
# The mail stands in a frame of its own, where it may have its styles and nothing else.
FRAMING = f"{CSP}; frame-src 'self'"
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@endpoint.get("/dev/parts", area=Area.PUBLIC)
def parts(visit: Visit) -> Answer:
    """Every part of the pages, side by side."""
    return page(visit, "dev/parts.html")


@endpoint.get("/dev/mail", area=Area.PUBLIC)
def mailbox(visit: Visit) -> Answer:
    """Everybody's mails, newest first: whoever tries the demo reads the mails of its people here."""
    mails = (
        visit.db.execute(select(Mail).order_by(Mail.created_at.desc(), Mail.id.desc()).limit(NEWEST)).scalars().all()
    )
    return page(visit, "dev/mailbox.html", mails=[(one, letter_of(visit, one)) for one in mails])


@endpoint.get("/dev/mail/{mail_id:uuid}", area=Area.PUBLIC)
def read(visit: Visit, mail_id: UUID) -> Answer:
    """One mail, as HTML and as text."""
    found = mail_of(visit, mail_id)
    answer = page(visit, "dev/mail.html", mail=found, letter=letter_of(visit, found))
    answer.headers["Content-Security-Policy"] = FRAMING
    return answer


@endpoint.get("/dev/mail/{mail_id:uuid}/html", area=Area.PUBLIC)
def framed(visit: Visit, mail_id: UUID) -> Answer:
    """The mail alone, as a mail program shows it."""
    letter = letter_of(visit, mail_of(visit, mail_id))
    if letter is None:
        raise NotFound
    return Answer(visit.stationery.on_screen(letter.html).encode(), headers={"Content-Security-Policy": FRAMED})


def letter_of(visit: Visit, mail_: Mail) -> Letter | None:
    """What the mail says, written or to be written when it leaves; of one that cannot be written, what is wrong."""
    try:
        return mail.letter_of(visit.vault, visit.stationery, mail_)
    except Unwritten as problem:
        return Letter(mail_.kind, mail_.language, mail_.kind, str(problem), f"<p>{escape(str(problem))}</p>", {})


def mail_of(visit: Visit, mail_id: UUID) -> Mail:
    found = visit.db.execute(select(Mail).where(Mail.public_id == mail_id)).scalar()
    if found is None:
        raise NotFound
    return found
