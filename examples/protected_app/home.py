"""What the program keeps on the PC: the license file, and which key and device it is for."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from outcomes import Exit, Stop


@dataclass(frozen=True)
class Note:
    """What belongs to the stored license file; the key is needed to open it."""

    key: str
    fingerprint: str
    machine: str  # the id of the activation
    name: str


class Home:
    """A folder of the program, with one license file in it or none."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file, self._note = folder, folder / "license.lic", folder / "license.json"

    def keep(self, certificate: str, note: Note) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, text in ((self._note, json.dumps(asdict(note))), (self._file, certificate)):
            draft = path.with_suffix(".new")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            draft.replace(path)  # the old file or the new one, never half of it

    def read(self) -> tuple[str, Note]:
        try:
            return self._file.read_text(), Note(**json.loads(self._note.read_text()))
        except FileNotFoundError:
            raise Stop(Exit.NOT_ACTIVATED, "Tessel CAD Pro is not activated on this PC.") from None
        except (ValueError, TypeError):
            raise Stop(Exit.FILE_REFUSED, "The license file was changed.") from None

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
