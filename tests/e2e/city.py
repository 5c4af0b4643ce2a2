"""The seed's restaurant and drivers (city.json), and what every server must say about them.

D7 is near but busy, D9 is on duty but 16 km away. NEARBY is nearest first, in kilometres, as Redis
prints them.
"""

import json
import pathlib

_city = json.loads(pathlib.Path(__file__).with_name("city.json").read_text(encoding="utf-8"))

GEO, AVAILABLE = _city["geo"], _city["available"]
RESTAURANT = tuple(map(float, _city["restaurant"]))
PLACES = {member: tuple(map(float, place)) for member, place in _city["places"].items()}
ON_DUTY = set(_city["on duty"])
NEARBY = [tuple(row) for row in _city["nearby"]]


def geoadd_arguments():
    """The drivers' places as GEOADD takes them: longitude, latitude, member, and so on."""
    return [word for member, place in PLACES.items() for word in (*place, member)]


def assign_arguments(order, *options):
    """ASSIGN and its arguments for an order from the restaurant, 5 km around it."""
    return ["ASSIGN", GEO, AVAILABLE, order, "FROMLONLAT", *RESTAURANT, "BYRADIUS", 5, "km", *options]
