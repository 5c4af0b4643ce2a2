"""Random requests to a small city: enough of them meet, quarrel and fail."""

GEO_SETS = ["drivers:geo:{blr}", "drivers:geo:night"]
AVAILABLE_SETS = ["drivers:available:{blr}", "drivers:available:night"]
OTHER_SETS = ["drivers:bike", "drivers:new", "drivers:banned"]
DRIVERS = [f"driver:D{number}" for number in range(1, 13)] + [
    "scooter:D1",  # shares his lock with driver:D1
    "bare",
    "driver:",
    "driver:{blr}:D4",
    'driver:"quoted\\"\x01\x00\n',
    "driver:ü",
]
ORDERS = [f"order:{number}" for number in range(1, 7)] + ['order:"odd"\x00\t', "order:{blr}:ORD_1"]
LOCK_PATTERNS = ["agent:*:lock", "agent:*:lock", "lock:{*}", "*", "a*b*c", "drivers:*"]
RATING_PATTERNS = ["*->rating", "*->stars", "score:*", "*->", "score", "->*", "*", "score:*->x->y", "nothing:*"]
UNITS = ["M", "KM", "FT", "MI", "km"]
JUNK = """0 -1 1 ten 1e3 inf -inf nan 0x10 0x 1e999 1e-999 05 +5 -0 9223372036854775807 9223372036854775808
          9223372036854775 -9223372036854775808 BANANA EX PX COUNT OFFER DEADLINE HOLD RETRY IF REASON REQUIRE EXCEPT SKIP LOCK FROMMEMBER
          FROMLONLAT BYRADIUS BYBOX STRATEGY RATING NEAREST RATINGBY M KM parsec 77.59 12.97 181 86 *""".split() + [
    "",
    " 5",
    "5 ",
    "5\x00",
]
CENTER = (77.5946, 12.9716)
# The other city lies on the zero meridian, with its drivers on a grid, so that many are equally far from its center.
MERIDIAN_CENTER = (0, 51.4779)
# An offer or lock shorter than this could end while two servers are compared.
LEAST_TIME_MS = 15_000


class CityRequests:
    """Draws requests; `random` is a seeded random.Random.

    sabotage   also put keys to other uses, break records, and so on
    """

    def __init__(self, random, sabotage):
        self.random = random
        self.sabotage = sabotage

    def opening(self):
        """The requests that build the city."""
        requests = [("GEOADD", geo, *self._place(geo), driver) for geo in GEO_SETS for driver in DRIVERS]
        for available in AVAILABLE_SETS:
            requests.append(("SADD", available, *self.random.sample(DRIVERS, 14)))
        for key in OTHER_SETS:
            requests.append(("SADD", key, *self.random.sample(DRIVERS, 9)))
        for driver in self.random.sample(DRIVERS, 8):
            requests.append(("HSET", driver, "rating", self._rating(), "stars", self._rating()))
            requests.append(("SET", f"score:{driver}", self._rating()))
        return requests

    def next(self, records):
        """The next requests, to be sent one by one; `records` has the fields of the orders' hashes."""
        kinds = [
            (12, self._move),
            (14, self._availability),
            (4, self._membership),
            (3, self._rate),
            (24, self.assign),
            (6, self._broken_assign),
            (12, lambda: self._answer("ASSIGN.ACCEPT", records)),
            (10, lambda: self._answer("ASSIGN.REJECT", records)),
            (4, lambda: self._lose_hold(records)),
            (7, lambda: self._end("ASSIGN.COMPLETE", records)),
            (6, lambda: self._end("ASSIGN.CANCEL", records)),
            (6, lambda: self._end("ASSIGN.RELEASE", records)),
            (4, lambda: self._lose_trip(records)),
            (3, lambda: ("ASSIGN.GET", self.order())),
            (4, self._driver),
            (3, self._pending),
            (6, self._explain),
            (5, self._lock),
            (1, self._badly_counted),
        ]
        if self.sabotage:
            kinds += [(4, self._misuse), (4, self._repair), (3, self._break_record)]
        weights = [weight for weight, _ in kinds]
        drawn = self.random.choices([draw for _, draw in kinds], weights)[0]()
        return drawn if isinstance(drawn, list) else [drawn]

    def order(self):
        """An order, the first ones more often."""
        return self.random.choice(ORDERS[:3] + ORDERS)

    def assign(self, time_words=None, order=None):
        """ASSIGN with any of its options; with these words for its time if there are some, for this order."""
        random = self.random
        while True:
            words = ["ASSIGN", *self._keys_of_city(), order or self.order()]
            options = [self._from(words[1]), self._extent(), *self._filters()]
            if random.random() < 0.3:
                options.append(["STRATEGY", "RATING"])
                if random.random() < 0.6:
                    options.append(["RATINGBY", random.choice(RATING_PATTERNS)])
            elif random.random() < 0.1:
                options.append(["strategy", "nearest"])
            if random.random() < 0.3:
                options.append(["COUNT", str(random.choice([1, 2, 3, 5, 100]))])
            if random.random() < 0.2:
                options.append(["LOCK", random.choice(LOCK_PATTERNS)])
            if random.random() < 0.2:
                options.append([random.choice(["RETRY", "retry"])])
            if random.random() < 0.2:
                options.append(["HOLD", random.choice(["600", "86400", "3153600000"])])
            if time_words is None:
                options += self._times()
            random.shuffle(options)
            words += [word for option in options for word in option] + (time_words or [])
            if self._lasts(words, time_words):
                return tuple(words)

    @staticmethod
    def _lasts(words, time_words=None):
        """Whether no lock, offer or deadline of it could end during a comparison."""
        if time_words is not None:
            return True
        for word, value in zip(words, words[1:]):
            per_unit = {"EX": 1000, "PX": 1, "DEADLINE": 1, "HOLD": 1000}.get(word.upper())
            if per_unit and value.isdigit() and 0 < int(value) * per_unit < LEAST_TIME_MS:
                return False
        return True

    def _keys_of_city(self):
        number = self.random.choice([0, 0, 0, 1])
        keys = [GEO_SETS[number], AVAILABLE_SETS[number]]
        if self.random.random() < 0.05:
            keys[self.random.randrange(2)] = self.random.choice(["nothing", *OTHER_SETS, "driver:D1"])
        return keys

    def _place(self, geo):
        random = self.random
        if geo == GEO_SETS[1] and random.random() < 0.8:
            steps = (random.choice([-0.02, -0.01, -0.001, 0, 0.001, 0.01, 0.02]), random.choice([-0.01, 0, 0, 0.01]))
            return tuple(f"{center + step:.4f}" for center, step in zip(MERIDIAN_CENTER, steps))
        if random.random() < 0.15:  # a crowd on one point
            return "77.5900", "12.9820"
        if random.random() < 0.04:
            return random.choice([("180", "85.05112878"), ("-180", "0"), ("-0.000001", "0"), ("179.99", "-85")])
        spread = random.choice([0.001, 0.01, 0.05])
        return tuple(f"{center + random.uniform(-spread, spread):.6f}" for center in CENTER)

    def _from(self, geo):
        if self.random.random() < 0.3:
            return ["FROMMEMBER", self.random.choice([*DRIVERS, "nobody"])]
        if geo == GEO_SETS[1] and self.random.random() < 0.5:
            return ["FROMLONLAT", *map(str, MERIDIAN_CENTER)]
        return ["FROMLONLAT", *self._place(geo)]

    def _extent(self):
        random = self.random
        unit = random.choice(UNITS)
        per_unit = {"M": 1, "KM": 1000, "FT": 0.3048, "MI": 1609.34}[unit.upper()]

        def length():
            meters = random.choice([0, 200, 2000, 5000, 5000, 5000, 20_000, 1_000_000]) * random.uniform(0.5, 1)
            return f"{meters / per_unit:.{random.randrange(7)}f}"

        if random.random() < 0.3:
            return ["BYBOX", length(), length(), unit]
        return ["BYRADIUS", length(), unit]

    def _filters(self):
        random = self.random
        options = []
        for word, names in (("REQUIRE", 3 * OTHER_SETS + ["nothing"]), ("EXCEPT", OTHER_SETS), ("SKIP", DRIVERS)):
            if random.random() < 0.15:
                chosen = [random.choice(names) for _ in range(random.choice([1, 1, 2, 3]))]
                options.append([word, str(len(chosen)), *chosen])
        return options

    def _times(self):
        random = self.random
        options = []
        if random.random() < 0.4:
            options.append(random.choice([["EX", "45"], ["EX", "600"], ["PX", "20000"], ["px", "600001"]]))
        if random.random() < 0.75:
            options.append(["OFFER"])
            if random.random() < 0.3:
                options.append(["DEADLINE", "100000"])
        return options

    def _broken_assign(self):
        random = self.random
        while True:
            words = list(self.assign())
            for _ in range(random.randint(1, 2)):
                at = random.randrange(4, len(words))
                how = random.randrange(4)
                if how == 0 and len(words) > 5:
                    del words[at]
                elif how == 1:
                    words.insert(at, random.choice(words[4:]))
                elif how == 2:
                    words[at] = random.choice(JUNK)
                else:
                    words.insert(at, random.choice(JUNK))
            if self._lasts(words):
                return tuple(words)

    def _offered(self, records):
        """An order with an open offer, if there is one."""
        offered = sorted(order for order, fields in records.items() if fields.get("state") == "offered")
        return self.random.choice(offered) if offered else self.order()

    def _answer(self, command, records):
        if self.random.random() < 0.9:
            if not any(fields.get("state") == "offered" for fields in records.values()):
                return self.assign()
            order = self._offered(records)
        else:
            order = self.order()
        token = records.get(order, {}).get("token", "1")
        if self.random.random() < 0.15:
            token = self.random.choice(["0", "-1", "ten", "", "1", "2", "01", "9223372036854775808"])
        return (command, order, token)

    def _lose_hold(self, records):
        """A driver loses the lock, or leaves, before they answer."""
        order = self._offered(records)
        fields = records.get(order, {})
        if fields.get("state") != "offered" or not self._is_asked_once(fields, records):
            return self._availability()
        lock, driver = fields.get("lock", "agent:D1:lock"), fields.get("driver", "driver:D1")
        loss = self.random.choice(
            [
                ("DEL", lock),
                ("SET", lock, "order:by-hand", "EX", "40"),
                ("SREM", fields.get("available", AVAILABLE_SETS[0]), driver),
            ]
        )
        # Without a tick in between: the answer itself finds that the offer was lost.
        answer = (self.random.choice(["ASSIGN.ACCEPT", "ASSIGN.REJECT"]), order, fields.get("token", "1"))
        return [loss, self.random.choice([answer, answer, ("ASSIGN.CANCEL", order), ("ASSIGN.COMPLETE", order)])]

    @staticmethod
    def _is_asked_once(fields, records):
        """Whether no other order is offered to the same driver, by another lock or in another city."""
        drivers = [other.get("driver") for other in records.values() if other.get("state") == "offered"]
        locks = [other.get("lock") for other in records.values() if other.get("state") == "offered"]
        return drivers.count(fields.get("driver")) <= 1 and locks.count(fields.get("lock")) <= 1

    def _taken(self, records):
        """An order with a driver, if there is one."""
        taken = sorted(order for order, fields in records.items() if fields.get("state") == "assigned")
        return self.random.choice(taken) if taken and self.random.random() < 0.8 else self.order()

    def _lose_trip(self, records):
        """What apps and stock clients do to a driver on a trip: "online", a lock deleted, overwritten or shortened."""
        fields = records.get(self._taken(records), {})
        lock, driver = fields.get("lock", "agent:D1:lock"), fields.get("driver", "driver:D1")
        return self.random.choice(
            [
                ("SADD", self.random.choice(AVAILABLE_SETS), driver),
                ("SADD", fields.get("available", AVAILABLE_SETS[0]), driver),
                ("SET", lock, "order:by-hand", "NX", "EX", "40"),
                ("SET", lock, "order:by-hand", "EX", "40"),
                ("DEL", lock),
                ("EXPIRE", lock, "0"),
            ]
        )

    def _end(self, command, records):
        """COMPLETE, CANCEL or RELEASE, with a token that is the current one, or an old one, or none."""
        random = self.random
        order = self._taken(records)
        words = [command, order]
        if random.random() < 0.5:
            token = records.get(order, {}).get("token", "1")
            words.append(random.choice([token, token, token, "1", "0", "-1", "ten", "01", "9223372036854775808"]))
        if command == "ASSIGN.CANCEL" and random.random() < 0.3:
            states = ["offered", "ASSIGNED", "assigned", "unassigned", "cancelled", "completed", "Expired", "x", ""]
            words += ["IF", random.choice(states)]
        if command == "ASSIGN.RELEASE" and random.random() < 0.4:
            words += [random.choice(["REASON", "reason"]), random.choice(["flat tyre", "", '"\\\x01\n', "ü"])]
        if random.random() < 0.05:
            words.append(random.choice([*JUNK, "IF", "REASON"]))
        return tuple(words)

    def _driver(self):
        words = ["ASSIGN.DRIVER", self.random.choice([*DRIVERS, "nobody", ""])]
        if self.random.random() < 0.3:
            words += ["LOCK", self.random.choice([*LOCK_PATTERNS, "nowhere", "drivers:available:*"])]
        if self.random.random() < 0.05:
            words.append(self.random.choice(JUNK))
        return tuple(words)

    def _pending(self):
        words = ["ASSIGN.PENDING", self.random.choice(GEO_SETS)]
        if self.random.random() < 0.3:
            words += self.random.choice([["COUNT", "1"], ["COUNT", "0"], ["COUNT", "2", "x", "y"], ["LIMIT", "1"]])
        return tuple(words)

    def _explain(self):
        words = self.assign() if self.random.random() < 0.8 else self._broken_assign()
        return ("ASSIGN.EXPLAIN", *words[1:])

    def _move(self):
        geo = self.random.choice(GEO_SETS)
        return ("GEOADD", geo, *self._place(geo), self.random.choice(DRIVERS))

    def _availability(self):
        command = self.random.choice(["SADD", "SADD", "SADD", "SREM"])
        return (command, self.random.choice(AVAILABLE_SETS), self.random.choice(DRIVERS))

    def _membership(self):
        return (self.random.choice(["SADD", "SREM"]), self.random.choice(OTHER_SETS), self.random.choice(DRIVERS))

    def _rating(self):
        return self.random.choice(["4.9", "4.5", "4.5", "3", "-1", "", "good", "1e1", "inf", "nan", " 5", "0x10"])

    def _rate(self):
        driver = self.random.choice(DRIVERS)
        if self.random.random() < 0.5:
            return ("SET", f"score:{driver}", self._rating())
        return ("HSET", driver, self.random.choice(["rating", "stars"]), self._rating())

    def _lock(self):
        """What stock clients do to locks, rightly or not."""
        lock = "agent:" + self.random.choice(DRIVERS).partition(":")[2] + ":lock"
        holder = self.random.choice([*ORDERS, "order:by-hand", ""])
        return self.random.choice(
            [
                ("SET", lock, holder, "NX", "EX", "40"),
                ("SET", lock, holder, "NX", "EX", "40"),
                ("SET", lock, holder),
                ("DEL", lock),
                ("HSET", lock, "a", "b") if self.sabotage else ("PERSIST", lock),
            ]
        )

    def _badly_counted(self):
        return self.random.choice(
            [
                ("ASSIGN.GET", "order:1", "x"),
                ("ASSIGN.ACCEPT", "order:1"),
                ("ASSIGN.REJECT", "order:1", "1", "2"),
                ("ASSIGN.COMPLETE", "order:1", "1", "2"),
                ("ASSIGN.CANCEL", "order:1", "1", "IF", "offered", "2"),
                ("ASSIGN.RELEASE", "order:1", "1", "REASON", "x", "2"),
                ("ASSIGN.RELEASE",),
                ("ASSIGN", GEO_SETS[0], AVAILABLE_SETS[0], "order:1", "FROMLONLAT", "1", "1"),
                ("ASSIGN.EXPLAIN", GEO_SETS[0], AVAILABLE_SETS[0], "order:1"),
            ]
        )

    def _vital_key(self):
        keys = GEO_SETS + AVAILABLE_SETS + OTHER_SETS + ORDERS + [geo + ":token" for geo in GEO_SETS]
        return self.random.choice(keys)

    def _misuse(self):
        key = self._vital_key()
        value = self.random.choice(["text", "7", "-3", "9007199254740992", "9007199254740991"])
        misuses = [("SET", key, value), ("HSET", key, "f", "v"), ("SADD", key, "driver:D1"), ("DEL", key)]
        return self.random.choice(misuses)

    def _repair(self):
        for_type = self.random.choice(GEO_SETS + AVAILABLE_SETS + OTHER_SETS + [geo + ":token" for geo in GEO_SETS])
        return ("DEL", for_type)

    def _break_record(self):
        field = self.random.choice(
            "state token driver distance_m longitude lock expires_at tried rejected sequence geo available radius_m "
            "from_longitude meters_per_unit count require lock_pattern lock_ms hold_ms deadline strategy since".split()
        )
        if field == "geo":  # with another city's name, no tick would find it on Redis
            return ("HDEL", self.order(), field)
        if self.random.random() < 0.4:
            return ("HDEL", self.order(), field)
        value = self.random.choice(["", "x", "2:ab,", "9:driver:D1,", "2:ab", "nan", "12.5", "available", "rating", "0"])
        if field == "expires_at" and value == "0":  # Dabba ends the offer at once; on Redis the index has the old time
            return ("HDEL", self.order(), field)
        return ("HSET", self.order(), field, value)
