"""Trials: one that runs at the school, and one that the office asked for and the vendor has not looked at yet."""

from __future__ import annotations

from portal.access import Actor
from portal.actions import activations, demo_offers, demos
from portal.actions.demos import Started
from portal.demo.deeds import OutOfPlot
from portal.demo.history import Stage, Story
from portal.demo.machines import pc


def lesson(on: Stage) -> Story:
    """Anton tries the Viewer with his class, for two weeks."""
    yield on.day(-9, "15:40")
    license_ = _asked(on, "anton", "school", "VIEW-DEMO", 14).license
    if license_ is None:
        raise OutOfPlot("there is no trial")
    yield on.day(-9, "15:52")
    doing = on.doing(Actor(kind="program", license_id=license_.id))
    if not activations.activate(doing, license_, pc("LAB-02")).allowed:
        raise OutOfPlot("the trial does not start")


def workshop(on: Stage) -> Story:
    """Merle wants to see what drives machines; the vendor looks at that first."""
    yield on.day(-1, "16:05")
    if _asked(on, "merle", "office", "MILL-DEMO", 30).request is None:
        raise OutOfPlot("nothing waits for the vendor")


def _asked(on: Stage, who: str, group: str, sku: str, days: int) -> Started:
    offer = demo_offers.offer(on.db, on.cast.articles[sku].public_id)
    if offer is None:
        raise OutOfPlot(f"{sku} is not offered")
    return demos.start(on.person(who), on.cast.people[who], on.cast.groups[group], offer, days)


STORIES = (lesson, workshop)
