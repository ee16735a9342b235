"""The license without a network: ask by a file, import the answer, confirm it, and return with a proof."""

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import documents
from home import Home, Note, State
from licensing import PC, Licensing
from outcomes import Exit, Stop


class Offline:
    """What is carried by hand between this PC and the portal."""

    def __init__(self, licensing: Licensing, pc: PC, home: Home, product: str, public_key: str) -> None:
        self._licensing, self._pc, self._home = licensing, pc, home
        self._product, self._public_key = product, public_key

    def request(self, ticket: str | None, *, anew: bool = False) -> str:
        """The request for a license file; the same one until it is answered, unless a new one is wanted."""
        key = written(ticket) if ticket else self._home.read()[1].key
        if not anew and (open_one := self._home.request(key)):
            return open_one
        device, state = self._home.device_key(), self._home.state()
        content = {
            "request_id": str(uuid4()),
            "product": self._product,
            "license": hashlib.sha256(f"license/{bare(key)}".encode()).hexdigest(),
            "fingerprint": self._pc.fingerprint,
            "components": self._pc.components,
            "device_name": self._pc.name,
            "platform": None,
            "device_public_key": device.public_key().public_bytes_raw().hex(),
            "imported": state and {
                "activation_id": state.activation, "generation": state.generation, "seq": state.seq, "head": state.head
            },
            "created": documents.now(),
        }  # fmt: skip
        text = documents.write("activation-request", content, device)
        self._home.keep_request(key, text)
        return text

    def take(self, text: str) -> str:
        """Import what the portal wrote, and return what to bring back: a receipt, or nothing for a block list."""
        match documents.kind_of(text):
            case "machine-file":
                return self._import_license(text.strip() + "\n")
            case "return-request":
                return self._give_back(text)
            case "block-list":
                blocked = documents.read("block-list", text, self._public_key)["blocked"]
                self._home.block(blocked)
                return ""
        raise Stop(Exit.FILE_REFUSED, "This is not a file of the portal.")

    def receipt(self) -> str:
        """The receipt of the license file that is installed, or of the return that was run here last."""
        state = self._home.state()
        if state is None:
            if (returned := self._home.return_receipt()) is not None:
                return returned
            raise Stop(Exit.NOT_ACTIVATED, "There is nothing to give a receipt for.")
        device = self._home.device_key()
        content = {
            "request_id": state.request,
            "activation_id": state.activation,
            "generation": state.generation,
            "seq": state.seq,
            "prev_head": state.head,
            "device_key_id": documents.key_id(device),
            "created": documents.now(),
        }
        return documents.write("activation-receipt", content, device)

    def _import_license(self, certificate: str) -> str:
        key = self._home.requested_key()
        self._licensing.check_file(key, certificate)
        content = documents.open_machine_file(certificate, key + self._pc.fingerprint)
        machine, meta = content["data"], content["data"]["attributes"]["metadata"]
        if self._home.is_over(meta["activation"], meta["generation"]):
            raise Stop(Exit.SEAT_GONE, "This license file was returned or replaced.")
        license_id = machine["relationships"]["license"]["data"]["id"]
        name = machine["attributes"]["name"] or "this PC"
        self._home.keep(certificate, Note(key, self._pc.fingerprint, machine["id"], name))
        self._home.keep_state(
            State(license_id, meta["activation"], meta["generation"], meta["seq"], meta["head"], meta["request"])
        )
        self._home.answered()
        return self.receipt()

    def _give_back(self, text: str) -> str:
        """Run a return. The tombstone comes first: from then on nothing can make this license run here again."""
        wanted = documents.read("return-request", text, self._public_key)
        self._home.read()
        state, device = self._home.state(), self._home.device_key()
        self._hold_for_me(wanted, state)
        buried = self._home.bury(state.activation, state.generation, wanted["nonce"], documents.now())
        content = {
            "license_id": state.license,
            "activation_id": state.activation,
            "generation": state.generation,
            "seq": state.seq,
            "prev_head": state.head,
            "request_nonce": wanted["nonce"],
            "device_key_id": documents.key_id(device),
            "components": {name: documents.digest(value) for name, value in self._parts().items()},
            "reason": "requested",
            "tombstone_digest": buried,
            "environment": {"virtual_machine": None, "vm_generation_id": None},
            "device_time": documents.now(),
        }
        receipt = documents.write("return-receipt", content, device)
        self._home.keep_receipt(receipt)
        self._home.forget()
        return receipt

    def _hold_for_me(self, wanted: dict, state: State | None) -> None:
        """Everything is checked before the tombstone, because afterwards there is no way back."""
        if state is None or (wanted["license_id"], wanted["activation_id"]) != (state.license, state.activation):
            raise Stop(Exit.FILE_REFUSED, "This return request is for another PC or another license.")
        if wanted["product"] != self._product or wanted["generation"] != state.generation:
            raise Stop(Exit.FILE_REFUSED, "This return request is for another PC or another license.")
        if wanted["expected_seq"] > state.seq:
            raise Stop(Exit.FILE_REFUSED, "Import the newest license file of this PC first; it lies in the portal.")
        if wanted["expected_seq"] < state.seq:
            raise Stop(Exit.FILE_REFUSED, "Bring the portal the receipt of this PC, then ask for the return again.")
        if datetime.fromisoformat(wanted["not_after"]) < datetime.now(UTC):
            raise Stop(Exit.FILE_REFUSED, "This return request has run out. Make a new one in the portal.")

    def _parts(self) -> dict[str, str]:
        return self._pc.components or {"fingerprint": self._pc.fingerprint}


def bare(ticket: str) -> str:
    """A ticket without blanks and hyphens, in capitals."""
    return "".join(ticket.upper().replace("-", "").split())


def written(ticket: str) -> str:
    """A ticket as the portal writes it, in groups of five; tickets from elsewhere stay as they are."""
    code = bare(ticket)
    return "-".join(code[at : at + 5] for at in range(0, 25, 5)) if len(code) == 25 else ticket.strip()
