"""The protection itself: activating, verifying without a network, staying in touch, and returning."""

from dataclasses import dataclass
from datetime import datetime

import documents
import keygen_sh
from home import Home, Note
from keygen_sh.component import Component
from keygen_sh.config import KeygenConfig, set_config
from keygen_sh.errors import KeygenError
from keygen_sh.license import License
from keygen_sh.machine import Machine
from keygen_sh.machine_file import MachineFile, MachineFileDataset
from naming import activate_as
from outcomes import Exit, Stop, meaning_of


@dataclass(frozen=True)
class PC:
    """The device that the program runs on; without a name it goes by its host name."""

    fingerprint: str
    name: str | None
    components: dict[str, str]


class Licensing:
    """The license of this program on this PC."""

    def __init__(self, url: str, public_key: str, product: str, pc: PC, home: Home) -> None:
        self._url, self._pc, self._home = url.rstrip("/"), pc, home
        self._vendor = {"api_url": f"{self._url}/api", "product": product, "public_key": public_key}

    async def activate(self, key: str | None) -> str:
        """Take a seat for this PC, fetch its file and return the name by which the portal knows it."""
        key, machine_id = key or self._home.read()[1].key, None
        self._use(key)
        try:
            license = await self._validate()
        except KeygenError as error:
            kind, details = meaning_of(error)
            if kind != "LicenseNotActivated":
                raise
            machine_id = await self._take_seat(key, details["license"]["id"])
            license = await self._validate()
        machine = await (license.machine(machine_id) if machine_id else self._find(license))
        return await self._fetch_file(license, machine)

    def verify(self) -> tuple[str, datetime | None]:
        """Open the stored file without a network; return the PC's name and until when the file is good."""
        certificate, note = self._home.read()
        if note.fingerprint != self._pc.fingerprint:
            raise Stop(Exit.FILE_REFUSED, "The license file belongs to another PC.")
        content = self.check_file(note.key, certificate)
        return note.name, content.expiry if content.ttl else None

    def is_emergency(self) -> bool:
        """Whether the stored file is one of an emergency license: short, and to be shown as what it is."""
        certificate, note = self._home.read()
        content = documents.open_machine_file(certificate, note.key + self._pc.fingerprint)
        return bool(content["data"]["attributes"]["metadata"].get("emergency"))

    def check_file(self, key: str, certificate: str) -> MachineFileDataset:
        """Open a license file, if it is the vendor's, for this key and this PC, and not too old."""
        self._use(key)
        secret = key + self._pc.fingerprint
        file = MachineFile.from_cert(secret, certificate)
        file.verify()
        return file.decrypt(secret)

    async def check(self) -> str:
        """Ask the portal whether the seat is still ours and renew the file, or forget it."""
        license, machine = await self._seat()
        await machine.ping()
        return await self._fetch_file(license, machine)

    async def give_back(self) -> None:
        """Return the seat. The file is deleted only when the portal has confirmed it."""
        _, machine = await self._seat()
        await machine.deactivate()
        self._home.forget()

    def _use(self, key: str) -> None:
        common = {"api_prefix": "v1", "api_version": "1.7", "account": ""}
        set_config(KeygenConfig(license_key=key, **common, **self._vendor))

    async def _validate(self) -> License:
        return await keygen_sh.validate([self._pc.fingerprint], [])

    async def _seat(self) -> tuple[License, Machine]:
        _, note = self._home.read()
        self._use(note.key)
        try:
            license = await self._validate()
        except KeygenError as error:
            kind, _ = meaning_of(error)
            if kind in ("LicenseNotActivated", "LicenseSuspended"):
                self._home.forget()
            if kind == "LicenseNotActivated":
                raise Stop(Exit.SEAT_GONE, "The license was moved to another PC or returned.") from None
            raise
        return license, await license.machine(note.machine)

    async def _find(self, license: License) -> Machine:
        """Find this PC's activation when its id is unknown, as after a seat was handed over in the portal."""
        for machine in await license.machines():
            if machine.fingerprint == self._pc.fingerprint:
                return machine
        return await license.machine(self._pc.fingerprint)

    async def _take_seat(self, key: str, license_id: str) -> str | None:
        pc = self._pc
        parts = [Component(id=part, name=part, fingerprint=it) for part, it in pc.components.items()]
        try:
            if pc.name:
                api = self._vendor["api_url"]
                return activate_as(pc.name, api, key, license_id, pc.fingerprint, pc.components)
            return (await License.activate_machine(license_id, pc.fingerprint, parts)).id
        except KeygenError as error:
            kind, _ = meaning_of(error)
            if kind == "MachineAlreadyActivated":
                return None
            if kind == "MachineLimitExceeded":
                waiting = f"{pc.name or 'This PC'} is waiting: open {self._url} and move the license there."
                raise Stop(Exit.NO_SEAT, f"No free seat. {waiting}") from None
            raise

    async def _fetch_file(self, license: License, machine: Machine) -> str:
        file = await machine.checkout(None, ["license"])
        name = machine.name or machine.hostname or "this PC"
        self._home.keep(file.certificate, Note(license.key, self._pc.fingerprint, machine.id, name))
        self.verify()
        return name
