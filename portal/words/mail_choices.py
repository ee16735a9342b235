"""What the mails are about that a person may do without."""

from __future__ import annotations

from portal.language import Language


def labels(lang: Language) -> dict[str, str]:
    """A sentence for each choice, in the order they are shown."""
    return {
        "activations": lang.gettext("A PC has got one of my licenses"),
        "transfers": lang.gettext("A transfer to a PC without a network waits for its receipt"),
        "seats": lang.gettext("A seat or a license was given to me or taken back, or my request was answered"),
        "requests": lang.gettext("Somebody asks me for a seat"),
        "reminders": lang.gettext("Licenses that I look after end soon"),
    }
