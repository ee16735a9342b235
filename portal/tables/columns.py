"""What spreadsheets call their columns, in the languages of the portal, and what the portal calls them."""

from __future__ import annotations

# Letters and digits only, in lower case: "E-Mail-Adresse" is "emailadresse".
_SAID = {
    "email": "email mail emailaddress mailaddress emailadresse mailadresse benutzer user login",
    "name": "name fullname displayname vollername anzeigename vorundnachname",
    "first_name": "firstname givenname vorname",
    "last_name": "lastname surname familyname nachname familienname",
    "department": "department team group abteilung bereich gruppe",
    "seats": "seats quantity licenses plätze anzahl lizenzen arbeitsplätze",
    "role": "role rolle",
    "language": "language sprache",
    "external_id": "personnelnumber employeenumber employeeid staffnumber personalnummer personalnr mitarbeiternummer",
}
COLUMNS = {word: name for name, words in _SAID.items() for word in words.split()}
