"""The facts about one site, read together and written where they changed."""

from __future__ import annotations

from scheduler.domain.claims import capacity_of
from scheduler.domain.errors import NotFound
from scheduler.domain.facts import Facts
from scheduler.store.ledger import set_capacity
from scheduler.store.people_rows import load_staff, write_staff_member
from scheduler.store.place_rows import load_rooms, load_sites, write_room, write_site
from scheduler.store.work import reading, writing


def facts_of(site: str) -> Facts:
    """Return a site with its rooms and staff. Raises `NotFound`."""
    with reading() as connection:
        found = load_sites(connection, site)
        if not found:
            raise NotFound(f"There is no site '{site}'")
        return Facts(
            site=found[0],
            rooms={room.id: room for room in load_rooms(connection, site)},
            staff={person.id: person for person in load_staff(connection, site)},
        )


def save_facts(before: Facts, after: Facts) -> None:
    """Write what differs, within the site's lock; nobody and nothing comes or goes.

    Raises `InvalidValue` when somebody would be claimed for more at once than is left of their capacity.
    """
    connection = writing()
    if after.site != before.site:
        write_site(connection, after.site)
    for room in after.rooms.values():
        if room != before.rooms[room.id]:
            write_room(connection, room)
    for person in after.staff.values():
        if person != before.staff[person.id]:
            write_staff_member(connection, person)
            set_capacity(person.id, person.site, capacity_of(person))
