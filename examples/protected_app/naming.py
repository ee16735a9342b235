"""Activation under a name of one's own: the SDK can only send the host name of the PC."""

import json
import urllib.error
import urllib.request

from keygen_sh.errors import KeygenError

KINDS = {"MACHINE_LIMIT_EXCEEDED": "MachineLimitExceeded", "FINGERPRINT_TAKEN": "MachineAlreadyActivated"}


def activate_as(
    name: str, api: str, key: str, license_id: str, fingerprint: str, components: dict[str, str]
) -> str:
    """Send the SDK's activation request with a name in it, and return the id of the activation.

    Raises KeygenError as the SDK does. Nothing relies on the answer: the SDK asks again and checks.
    """
    relationships: dict = {"license": {"data": {"type": "licenses", "id": license_id}}}
    if components:
        parts = [{"name": part, "fingerprint": value} for part, value in components.items()]
        relationships["components"] = [{"data": {"type": "components", "attributes": part}} for part in parts]
    attributes = {"fingerprint": fingerprint, "name": name, "hostname": name}
    content = {"data": {"type": "machines", "attributes": attributes, "relationships": relationships}}
    headers = {"Authorization": f"License {key}", "Content-Type": "application/vnd.api+json"}
    request = urllib.request.Request(f"{api}/v1/machines", json.dumps(content).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)["data"]["id"]
    except urllib.error.HTTPError as error:
        details = json.loads(error.read())["errors"][0]
        kind = KINDS.get(details["code"], "KeygenApiError")
        raise KeygenError(json.dumps({"type": kind, "details": details})) from None
    except OSError:
        raise KeygenError("no answer") from None
