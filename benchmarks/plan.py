"""How much is measured: the size of the world and the length of the rounds."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class World:
    """How many of what the database holds. Of the licenses `owned` belong to one reader, the others to the customers;
    `probes` are further ones with known keys, whose free seats activations use up."""

    licenses: int
    customers: int
    owned: int
    probes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: `seconds` per round, `rounds` of floor and portal in turns, `activations` per round.

    `warm` are the seconds before the first round: PostgreSQL plans a statement anew ten times on each connection before
    it keeps a plan.
    """

    world: World
    seconds: float
    warm: float
    rounds: int
    activations: int
    connections: int
    # The worlds that are compared for the cost with size, the small one first; empty leaves it out.
    sizes: tuple[int, ...]


def plan(licenses: int, *, quick: bool, sizes: tuple[int, ...]) -> Plan:
    """The usual run, or a quick one that shows whether everything works and roughly where one stands."""
    rounds, activations = (2, 150) if quick else (5, 600)
    world = World(
        licenses=licenses,
        customers=max(5, min(10_000, licenses // 10)),
        owned=min(5_000, licenses // 2),
        probes=probes(rounds, activations),
    )
    return Plan(world, 0.7 if quick else 2.0, 2.0, rounds, activations, 4, sizes)


def smallest() -> Plan:
    """Everything once, in seconds: for the test that it runs."""
    return Plan(World(120, 5, 60, probes(1, 12)), 0.05, 0.05, 1, 12, 2, ())


def of_size(whole: Plan, licenses: int) -> Plan:
    """The same reader and the same seats among more or fewer licenses of others."""
    activations = min(100, whole.activations)
    world = World(licenses, max(5, min(10_000, licenses // 10)), min(500, licenses // 2), probes(3, activations))
    return replace(whole, world=world, rounds=3, activations=activations, sizes=())


def probes(rounds: int, activations: int) -> int:
    """Each round of the portal, of the floor, and of one process and two uses up so many, and so does warming up."""
    return 4 * (rounds + 1) * activations
