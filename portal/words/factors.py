"""What of the things that open an account was changed, in words."""

from __future__ import annotations

from portal.language import Language


def changed(lang: Language, change: str, passkey: str) -> str:
    """One sentence without its full stop; `passkey` is the name of the one it is about."""
    said = {
        "passkey_added": lang.gettext("The passkey %(name)s was added to your account"),
        "passkey_removed": lang.gettext("The passkey %(name)s was removed from your account"),
        "app_added": lang.gettext("An authenticator app was added to your account"),
        "app_removed": lang.gettext("The authenticator app was removed from your account"),
        "codes_made": lang.gettext("New recovery codes were made for your account"),
        "code_used": lang.gettext("A recovery code was used to sign in to your account"),
        "cleared": lang.gettext("We removed the second steps of your sign-in"),
    }
    return said[change] % {"name": passkey}
