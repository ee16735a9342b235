"""Between HTTP and the house: the wrapper of every route, what a route answers, pages, errors and cookies."""

from portal.web.answers import Answer, done, file, json_answer, page, redirect, slowed
from portal.web.endpoint import Area, endpoint
from portal.web.visit import Visit

__all__ = ["Answer", "Area", "Visit", "done", "endpoint", "file", "json_answer", "page", "redirect", "slowed"]
