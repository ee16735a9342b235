"""The signed block list, for programs that want to know of returned and replaced activations between two check-ins."""

from portal.files import papers
from portal.models import Article
from portal.programs import calls
from portal.programs.files import new_file_id
from portal.programs.resources import instant
from portal.reports.blocked import block_list
from portal.web import Answer, Visit, file, json_answer


@calls.get("/blocklist")
def show(visit: Visit) -> Answer:
    """The list of the license's product as a resource; `attributes.certificate` is the signed text."""
    attributes = {"certificate": written(visit), "issued": instant(visit.now)}
    resource = {"type": "block-lists", "id": new_file_id(visit), "attributes": attributes, "relationships": {}}
    return json_answer({"data": resource})


@calls.get("/blocklist/file")
def download(visit: Visit) -> Answer:
    """The same signed text as a file, to be carried to PCs without a network."""
    return file(written(visit).encode(), "blocklist.lic", "text/plain")


def written(visit: Visit) -> str:
    license_ = calls.own_license(visit)
    product_id = visit.db.get_one(Article, license_.article_id).product_id
    return papers.write(block_list(visit.db, visit.now, product_id), visit.site.keyring.sign)
