"""Help › License › No network, as a small dialogue in the terminal: paste in, copy out."""

from collections.abc import Callable

from keygen_sh.errors import KeygenError
from offline import Offline
from outcomes import Stop, meaning_of, stop_for

MENU = """
Tessel CAD Pro · license without a network

  1  Make a request
  2  Import a license file, a return request or a block list
  3  Show the receipt
  q  Leave
"""


class Dialogue:
    """Asks what to do until the person leaves."""

    def __init__(self, offline: Offline, ticket: str | None) -> None:
        self._offline, self._ticket = offline, ticket

    def run(self) -> str:
        while True:
            print(MENU)
            match self._ask("Choose: "):
                case "1":
                    self._show(lambda: self._offline.request(self._ticket or self._ask("Ticket: ")))
                case "2":
                    self._show(lambda: self._offline.take(self._pasted()))
                case "3":
                    self._show(self._offline.receipt)
                case "q" | "":
                    return "Good-bye."

    def _show(self, do: Callable[[], str]) -> None:
        try:
            text = do()
        except (Stop, KeygenError) as error:
            print(error if isinstance(error, Stop) else stop_for(*meaning_of(error)))
            return
        print(f"\nTake this text to the portal:\n\n{text}" if text else "\nThe block list is in force.")

    def _pasted(self) -> str:
        """Lines up to and with the one that ends a file."""
        print("Paste the text, from -----BEGIN to -----END:")
        lines: list[str] = []
        while not lines or not lines[-1].startswith("-----END"):
            line = self._ask("")
            if not line and not lines:
                break
            lines.append(line)
        return "\n".join(lines)

    @staticmethod
    def _ask(prompt: str) -> str:
        try:
            return input(prompt).strip()
        except EOFError:
            return "-----END" if not prompt else ""
