"""The reference client of the public SDKs, keygen-py, lives a whole life with the portal and understands all of it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.api.running import Running

SCRIPT = Path(__file__).with_name("client_script.py")
LEASE = 30 * 24 * 3600  # seconds, of the default rules


def test_every_call_of_the_client_is_understood(running: Running) -> None:
    with running.estate() as estate:
        minted = estate.mint(estate.article(), estate.group())
    told = [running.url, running.keyring.public_hex, minted.code, str(minted.license.public_id)]
    ended = subprocess.run([sys.executable, str(SCRIPT), *told], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {
        "before": "LicenseNotActivated",
        "license": [str(minted.license.public_id), minted.code, "ACTIVE", "CAD Pro"],
        "missing feature": "LicenseKeyInvalid",
        "again": "MachineAlreadyActivated",
        "full": "MachineLimitExceeded",
        "machines": [[True, "fp-1"]],
        "ping": "ALIVE",
        "machine file": ["fp-1", minted.code, 3600],
        "features": 1,
        "license file": [minted.code, LEASE],
        "after": "LicenseNotActivated",
    }
