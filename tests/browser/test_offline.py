"""A PC without a network: files are carried between the program and Chromium, there and back, and back for good."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import NOWHERE, PC, Demo
from tests.browser.steps import heading, open_with
from tests.fixtures.browser import OpenPage, barriers, shoot

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


def by_hand(pc: PC, command: str, *more: str, key: str | None = None) -> str:
    """Run the program where there is no network, and return what it said."""
    code, said = pc.run(command, key, *more, url=NOWHERE)
    assert code == 0, said
    return said


def carry_home(page: Page, name: str, to: Path) -> Path:
    """Download the file on the page, and put it on the stick."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    download.value.save_as(to)
    return to


def upload(page: Page, file: Path, button: str) -> None:
    page.locator("#field-upload").set_input_files(file)
    page.get_by_role("button", name=button).click()


@with_and_without_scripts
def test_the_whole_circle_without_a_network(
    demo_on_both: Demo, open_page: OpenPage, scripts: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    demo, stick = demo_on_both, tmp_path / "stick"
    stick.mkdir()
    code = demo.code("boxed")
    pc = demo.pc("SHOP-09", "boxed")
    name = f"offline-{request.node.callspec.id}"

    by_hand(pc, "request", "--out", str(stick / "request.txt"), key=code)
    page = open_page(demo.url, java_script_enabled=scripts, accept_downloads=True)
    open_with(page, code)
    license_page = page.url
    page.get_by_role("link", name="Activate a PC without a network").click()
    shoot(page, f"{name}-1-request")
    upload(page, stick / "request.txt", "Make the license file")
    heading(page, "Activate SHOP-09 without a network")
    expect(page.locator("#notices")).to_contain_text("The license file for SHOP-09 is ready.")
    expect(page.locator(".facts")).to_contain_text("Receipt missing")
    shoot(page, f"{name}-2-file")
    if scripts:
        assert not barriers(page)
    license_file = carry_home(page, "Download the license file", stick / "license.lic")

    by_hand(pc, "import", str(license_file), "--out", str(stick / "receipt.txt"))
    assert pc.runs_without_a_network()
    page.goto(f"{demo.url}/transfers")
    shoot(page, f"{name}-3-transfers")
    page.get_by_role("link", name="Continue transfer to SHOP-09").click()
    page.locator("#field-pasted").fill((stick / "receipt.txt").read_text())
    page.get_by_role("button", name="Upload the receipt").click()
    expect(page.locator("#notices")).to_contain_text("SHOP-09 has its license file.")
    expect(page.get_by_role("row", name="SHOP-09")).to_contain_text("Active")

    page.get_by_role("button", name="Return without a network").click()
    heading(page, "Return SHOP-09 without a network")
    expect(page.locator("main")).to_contain_text("It cannot prove that no copy is left")
    shoot(page, f"{name}-4-return")
    asked = carry_home(page, "Download the return request", stick / "return-request.txt")
    by_hand(pc, "import", str(asked), "--out", str(stick / "return-receipt.txt"))
    assert pc.run("run", url=NOWHERE)[0] == 6, "the tombstone keeps it from running"
    upload(page, stick / "return-receipt.txt", "Upload the receipt")
    expect(page).to_have_url(license_page)
    expect(page.locator("#notices")).to_contain_text("SHOP-09 is returned.")
    expect(page.get_by_role("row", name="SHOP-09")).to_contain_text("Returned")
    shoot(page, f"{name}-5-returned")
    assert pc.run("import", None, str(license_file), url=NOWHERE)[0] != 0
    assert pc.run("run", url=NOWHERE)[0] == 6, "the old file opens nothing any more"


def test_what_is_no_request_is_said_beside_the_field(demo: Demo, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(demo.url)
    open_with(page, demo.code("boxed"))
    page.get_by_role("link", name="Activate a PC without a network").click()
    wrong = tmp_path / "holiday.jpg"
    for content, said in ((b"\xff\xd8\xff\xe0" * 50, "This is not a file of the program"), (b"", "Nothing came in")):
        wrong.write_bytes(content)
        upload(page, wrong, "Make the license file")
        expect(page.get_by_role("alert")).to_contain_text(said)
    shoot(page, "offline-wrong-file")
    assert not barriers(page)


def test_ten_megabytes_are_too_much(demo: Demo, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(demo.url)
    open_with(page, demo.code("boxed"))
    page.get_by_role("link", name="Activate a PC without a network").click()
    large = tmp_path / "large.bin"
    large.write_bytes(b"x" * 10 * 1024 * 1024)
    upload(page, large, "Make the license file")
    heading(page, "That is too much at once")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_pages_fit_a_phone(demo: Demo, open_page: OpenPage, tmp_path: Path, color_scheme: str) -> None:
    pc, code = demo.pc("SHOP-09", "boxed"), demo.code("boxed")
    file = tmp_path / "request.txt"
    by_hand(pc, "request", "--out", str(file), key=code)
    page = open_page(demo.url, width=360, height=740, color_scheme=color_scheme)
    open_with(page, code)
    license_page = page.url
    page.goto(f"{license_page}/transfer")
    fits(page, f"offline-phone-{color_scheme}-1-request")
    upload(page, file, "Make the license file")
    page.get_by_text("Show its text to copy").click()
    fits(page, f"offline-phone-{color_scheme}-2-file")
    page.goto(f"{demo.url}/transfers")
    fits(page, f"offline-phone-{color_scheme}-3-transfers")
    page.goto(license_page)
    heading(page, "The receipt of SHOP-09 is missing")
    fits(page, f"offline-phone-{color_scheme}-4-license")


def fits(page: Page, name: str) -> None:
    shoot(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not barriers(page)
