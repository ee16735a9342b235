"""A whole life with the reference client, in a process of its own: prints what it saw as JSON."""

import asyncio
import json
import os
import sys

import keygen_sh
from keygen_sh.component import Component
from keygen_sh.config import KeygenConfig, set_config
from keygen_sh.errors import KeygenError
from keygen_sh.license import License
from keygen_sh.license_file import LicenseFile
from keygen_sh.machine_file import MachineFile


async def kind_of(call) -> str:
    """The kind of error that a call ends with."""
    try:
        await call
    except KeygenError as error:
        return json.loads(error.args[0])["type"]
    return "none"


async def live(key: str) -> dict:
    seen: dict = {"before": await kind_of(keygen_sh.validate(["fp-1"], []))}
    [license_id] = sys.argv[4:]
    parts = [Component(id="1", name="board", fingerprint="B-1")]
    machine = await License.activate_machine(license_id, "fp-1", parts)
    license = await keygen_sh.validate(["fp-1"], ["MILL5"])
    seen["license"] = [license.id, license.key, license.status, license.name]
    seen["missing feature"] = await kind_of(keygen_sh.validate(["fp-1"], ["MILL9"]))
    seen["again"] = await kind_of(License.activate_machine(license_id, "fp-1", parts))
    seen["full"] = await kind_of(License.activate_machine(license_id, "fp-2", []))
    seen["machines"] = [(one.id == machine.id, one.fingerprint) for one in await license.machines()]
    seen["ping"] = (await machine.ping()).heartbeat_status
    file = await machine.checkout(3600, ["license.entitlements"])
    opened = MachineFile.from_cert(key + "fp-1", file.certificate)
    opened.verify()
    content = opened.decrypt(key + "fp-1")
    seen["machine file"] = [content.machine.fingerprint, content.license.key, content.ttl]
    seen["features"] = len(await license.entitlements())  # the client does not tell their codes
    file = await license.checkout(None, ["entitlements"])
    opened = LicenseFile.build_from_cert(key, file.certificate)
    opened.verify()
    seen["license file"] = [opened.decrypt(key).license.key, opened.decrypt(key).ttl]
    await machine.deactivate()
    seen["after"] = await kind_of(keygen_sh.validate(["fp-1"], []))
    return seen


if __name__ == "__main__":
    url, public_key, key = sys.argv[1:4]
    common = {"api_prefix": "v1", "api_version": "1.7", "account": "", "product": "CADPRO"}
    set_config(KeygenConfig(api_url=f"{url}/api", license_key=key, public_key=public_key, **common))
    print(json.dumps(asyncio.run(live(key))))
    # A thread of the client may still be letting go of an error; Python's own way out would abort on it.
    sys.stdout.flush()
    os._exit(0)
