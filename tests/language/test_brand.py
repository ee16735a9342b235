"""A brand folder is read strictly: what is right is used, what is wrong is told with its line."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment

from portal.brand import Brand, BrandError, load_brand
from portal.brand.stationery import Stationery
from portal.fitting import samples
from portal.settings import SHIPPED_BRAND
from portal.words.refusals import heading, sentence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_BRAND, tmp_path / "brand"))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_house_brand() -> None:
    brand = load_brand(SHIPPED_BRAND)
    assert (brand.name, brand.company, brand.city) == ("Tessel Works", "Tessel Works GmbH", "Rosenheim")
    assert brand.languages == tuple(brand.spoken) == ("en", "de", "fr", "ja")
    assert brand.zone.key == "Europe/Berlin"
    assert brand.logo in brand.assets
    assert brand.buy_url("no-such-product") == brand.shop_url
    assert brand.words.constants["support_email"] == brand.support_email


def test_it_reads_differently_where_a_language_says_so() -> None:
    brand = load_brand(SHIPPED_BRAND)
    assert brand.speaking("de").register.startswith("Registergericht")
    assert brand.speaking("de").company == brand.company
    assert brand.speaking("en") is brand


def test_a_brand_cannot_be_changed() -> None:
    brand = load_brand(SHIPPED_BRAND)
    with pytest.raises(AttributeError):
        brand.name = "Other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("city = ", 'colour = "red"\ncity = ', "brand.toml:5: colour: there is no key 'colour'"),
        ('city = "Rosenheim"', "", "missing required field `city`"),
        ('city = "Rosenheim"', "city = 7", "brand.toml:5: city: Expected `str`"),
        ('city = "Rosenheim"', 'city = " "', "brand.toml:5: city: must not be empty"),
        ('city = "Rosenheim"', 'city = "Rosen\\nheim"', "brand.toml:5: city: must be one line"),
        ('city = "Rosenheim"', "city = ", "at line 5"),
        ('imprint"', 'imprint" # x\nimprint_url = "y"', "at line 14"),
        ('"https://www.tessel.example/imprint"', '"javascript:alert(1)"', "imprint_url: must be a web"),
        ('"https://www.tessel.example/imprint"', '"//evil.example"', "imprint_url: must be a web"),
        ('"https://www.tessel.example/impressum"', '"ftp://x"', "local.de.imprint_url: must be a web"),
        ('"help@tessel.example"', '"help"', "support_email: must be an e-mail address"),
        ('"licenses.tessel.example"', '"https://licenses"', "host: must be a host name"),
        ('languages = ["en", "de", "fr", "ja"]', 'languages = ["en", "tlh"]', "languages: 'tlh' is not installed"),
        ('languages = ["en", "de", "fr", "ja"]', "languages = []", "languages: must not be empty"),
        ('default_language = "en"', 'default_language = "es"', "default_language: must be one of"),
        ('"Europe/Berlin"', '"Europe/Bärlin"', "time_zone: must be a time zone"),
        ('"Europe/Berlin"', '"../../etc/passwd"', "time_zone: must be a time zone"),
        ('"ticket"]', '"window"]', "doors: Invalid enum value 'window'"),
        ("[local.de]", "[local.es]", "local.es: 'es' is not one of the languages"),
        ("[local.de]", '[local.de]\nlogo = "x"', "brand.toml:[0-9]{2}: local.logo: there is no key 'logo'"),
        ("[buy]", '[buy]\ncad-pro = "nowhere"', "buy.cad-pro: must be a web address"),
        ("masthead_band = false", 'masthead_band = "yes"', "masthead_band: Expected `bool`"),
    ],
)
def test_a_mistake_in_brand_toml_is_told_with_its_line(folder: Path, old: str, new: str, told: str) -> None:
    replace(folder / "brand.toml", old, new)
    with pytest.raises(BrandError, match=told.replace("(", "\\(").replace(")", "\\)")):
        load_brand(folder)


@pytest.mark.parametrize(
    "name", ["../secret.svg", "/etc/passwd", "..", "templates", "missing.svg", "words/en.toml", "tokens.css"]
)
def test_a_picture_lies_in_the_folder(folder: Path, name: str) -> None:
    write(folder.parent / "secret.svg", "<svg/>")
    replace(folder / "brand.toml", 'logo = "logo.svg"', f'logo = "{name}"')
    with pytest.raises(BrandError, match="logo: must be the name of a picture"):
        load_brand(folder)


def test_a_link_that_leads_out_of_the_folder_is_not_served(folder: Path) -> None:
    write(folder.parent / "secret.svg", "<svg/>")
    (folder / "tempting.svg").symlink_to(folder.parent / "secret.svg")
    write(folder / "notes.txt", "not a picture")
    assert not {"tempting.svg", "notes.txt", "brand.toml", "tokens.css"} & load_brand(folder).assets.keys()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrandError, match="nowhere/brand.toml cannot be read"):
        load_brand(tmp_path / "nowhere")


def test_refusals_in_the_brands_words(folder: Path) -> None:
    write(
        folder / "words" / "en.toml",
        '[headings]\ncooldown-return = ["From {date}", "Later"]\n'
        '[refusals]\npage_gone = "Call {support_phone} & <b> {% if %}"\n',
    )
    brand = load_brand(folder)
    english = brand.spoken["en"]
    assert heading(english, brand.words, "cooldown", {"operation": "return"}) == "Later"
    assert sentence(english, brand.words, "page_gone", {}) == f"Call {brand.support_phone} & <b> {{% if %}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[refusals]\n\nno_such = 'x'", "en.toml:3: refusals.no_such: nothing is refused under this code"),
        ("[refusals]\npage_gone = '{secret}'", "toml:2: refusals.page_gone: knows no placeholder {secret}"),
        ("[refusals]\npage_gone = 7", "en.toml:2: refusals.page_gone: must be a sentence"),
        ("[refuse]\npage_gone = 'x'", "en.toml:1: refuse: there is no key 'refuse'"),
        ("[sentences]\n'Register a tiket' = 'x'", "en.toml:2: sentences.*no page says"),
        ("[sentences]\n'Register a ticket' = ' '", "are empty"),
        ("[sentences]\n'Register a ticket' = ['x', 'y']", "has no plural"),
        ("[sentences]\n'Register a ticket' = '{% if x %}'", "hold a % that belongs to no placeholder"),
        ("[sentences]\n'Register a ticket' = '100 %'", "hold a % that belongs to no placeholder"),
        ("[sentences]\n'Moved to %(device)s.' = '%(secret)s'", "is not a placeholder of"),
        ("[sentences]\n'Moved to %(device)s.' = '%(device)d'", "hold a % that belongs to no placeholder"),
    ],
)
def test_a_mistake_in_the_words_is_told_with_its_line(folder: Path, text: str, told: str) -> None:
    write(folder / "words" / "en.toml", text)
    with pytest.raises(BrandError, match=told.replace("{", "\\{").replace("}", "\\}")):
        load_brand(folder)


def test_words_for_a_language_that_is_not_spoken_are_told(folder: Path) -> None:
    write(folder / "words" / "es.toml", "")
    with pytest.raises(BrandError, match="'es' is not among the languages"):
        load_brand(folder)


def environment(brand: Brand, language: str) -> Environment:
    lang = brand.spoken[language]
    env = Environment(loader=brand.loader(), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.install_gettext_callables(lang.gettext, lang.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return env


def test_sentences_in_the_brands_words_are_text_and_nothing_else(folder: Path) -> None:
    write(
        folder / "words" / "de.toml",
        "[sentences]\n"
        "'Register a ticket' = '<script>{{ 7*7 }}'\n"
        "'Moved to %(device)s.' = '<b>%(device)s</b> ist umgezogen'\n"
        "'%(num)s seat' = ['<i>Ein Sitz</i>', '%(num)s Sitze']\n",
    )
    env = environment(load_brand(folder), "de")
    assert env.from_string('{{ _("Register a ticket") }}').render() == "&lt;script&gt;{{ 7*7 }}"
    moved = env.from_string('{{ _("Moved to %(device)s.", device="<u>") }}').render()
    assert moved == "&lt;b&gt;&lt;u&gt;&lt;/b&gt; ist umgezogen"
    seats = env.from_string('{{ ngettext("%(num)s seat", "%(num)s seats", n) }}')
    assert [seats.render(n=n) for n in (0, 1, 2)] == ["0 Sitze", "&lt;i&gt;Ein Sitz&lt;/i&gt;", "2 Sitze"]


def test_mails_say_the_brands_sentences_too(folder: Path) -> None:
    write(folder / "words" / "fr.toml", "[sentences]\n'Hello %(name)s,' = 'Ravis de vous écrire, %(name)s <!>,'\n")
    stationery = Stationery(load_brand(folder), "https://licenses.example")
    letter = samples.write(stationery, "moved", "fr", datetime(2026, 11, 22, 7, 12, tzinfo=UTC))
    assert letter.text.startswith("Ravis de vous écrire, Eve Lindqvist <!>,\n")
    assert "Ravis de vous écrire, Eve Lindqvist &lt;!&gt;," in letter.html
    assert "Quand\u00a0: 22 novembre 2026" in letter.text


def test_templates_of_the_brand_come_first_and_stock_ones_stay_in_reach(folder: Path, tmp_path: Path) -> None:
    stock = tmp_path / "stock"
    write(stock / "base.html", "stock {% block body %}body{% endblock %}")
    write(stock / "page.html", '{% extends "base.html" %}{% block body %}page{% endblock %}')
    write(folder / "templates" / "base.html", '{% extends "stock:base.html" %}{% block body %}{% endblock %}')
    branded = Environment(loader=load_brand(folder).loader(stock))
    assert branded.get_template("page.html").render() == "stock page"
    write(folder / "templates" / "base.html", "own {% block body %}{% endblock %}")
    branded = Environment(loader=load_brand(folder).loader(stock))
    assert branded.get_template("page.html").render() == "own page"


def test_the_tokens_are_the_last_layer(folder: Path) -> None:
    write(folder / "tokens.css", "/* } */ :root { --primary: red; --q: '}' }")
    assert load_brand(folder).stylesheet == "@layer brand {\n/* } */ :root { --primary: red; --q: '}' }\n}\n"
    (folder / "tokens.css").unlink()
    assert load_brand(folder).stylesheet == ""


@pytest.mark.parametrize(
    ("css", "told"),
    [
        ("a { }\n} b { }", "tokens.css:2: this closes a brace"),
        ("a {", "a brace is not closed"),
        ('\n@import "x.css";', "tokens.css:2: only the portal's own files"),
        ("a { background: url( 'https://x.example/a.png') }", "tokens.css:1: only the portal's own files"),
        ("a { background: url(//x.example/a.png) }", "only the portal's own files"),
    ],
)
def test_tokens_that_leave_their_layer_or_the_portal_are_refused(folder: Path, css: str, told: str) -> None:
    write(folder / "tokens.css", css)
    with pytest.raises(BrandError, match=told):
        load_brand(folder)
