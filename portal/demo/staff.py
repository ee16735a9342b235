"""Cora's 59 colleagues at Brandt Maschinenbau."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

DEPARTMENTS = ("design", "toolmaking", "simulation")

_NAMES = """
Malte Anders; Selin Aydın; Jonas Bauer; Ida Brückner; Wei Chen; Petra Dvořák; Klaus Eberle; Luc Fontaine; Annika Groß;
Omar Haddad; Daria Ivanova; Birgit Jansen; Stefan Kaiser; Aylin Kaya; Thomas Kern; Lena Köhler; Paweł Kowalski;
Franziska Lang; Hannes Lehner; Marta Lewandowska; Moritz Ludwig; Giulia Marino; Bernd Maurer; Katrin Meier; Ali Mersal;
Svenja Möller; Ngoc Nguyen; Jan Novák; Ulrike Obermeier; Tobias Ott; Elif Öztürk; Carla Pereira; Matthias Pfeiffer;
Oksana Petrenko; Georg Pichler; Simone Rau; Florian Reiter; Nadine Richter; Amélie Roux; Kofi Sarpong; Jürgen Schäfer;
Veronika Schmid; Dirk Schreiber; Hatice Şahin; Rainer Seidl; Laura Sommer; Björn Sørensen; Gábor Szabó; Miriam Thoma;
Alexander Ullrich; Marie Vogel; Peter Wagner; Sandra Walter; Robert Weiß; Anna Winkler; Xiaoling Wu; Mehmet Yıldız;
Jutta Zeller; Marek Zieliński
"""
# Everybody else is spread evenly, in the order of their names.
_WHERE = {
    "Selin Aydın": "design", "Jonas Bauer": "toolmaking", "Ida Brückner": "toolmaking", "Wei Chen": "simulation",
    "Petra Dvořák": "design", "Klaus Eberle": "toolmaking", "Luc Fontaine": "toolmaking", "Annika Groß": "design",
    "Omar Haddad": "simulation", "Daria Ivanova": "toolmaking",
}  # fmt: skip
HEADS = ("Annika Groß",)  # they look after the people and seats of their department
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of them, by name."""

    name: str
    department: str

    @property
    def email(self) -> str:
        words = unicodedata.normalize("NFKD", self.name.lower().translate(_PLAIN))
        plain = "".join(letter for letter in words if not unicodedata.combining(letter))
        return f"{plain.replace(' ', '.')}@brandt-maschinenbau.example"


STAFF = tuple(
    Colleague(name, _WHERE.get(name, DEPARTMENTS[at % len(DEPARTMENTS)]))
    for at, name in enumerate(name.strip() for name in _NAMES.split(";"))
)
