// The five steps by which a driver is assigned with Redis, and the one step that replaces them.

/** [what stands there, what it means]; a part without meaning is not explained. */
export type Part = [text: string, meaning?: string];

export interface Step {
  title: string;
  parts: Part[];
  story: string;
}

const kGeo = "drivers:geo:blr";
const kAvailable = "drivers:available:blr";

/** What the tour needs to be true before it begins. */
export const kTourSetup: string[][] = [
  ["DEL", kGeo, kAvailable, "agent:D4:lock", "agent:D2:lock", "order:ORD_2847", "order:ORD_2848"],
  ["GEOADD", kGeo, "77.6100", "12.9440", "driver:D1", "77.5900", "12.9820", "driver:D2", "77.5812", "12.9680", "driver:D4",
    "77.5760", "12.9550", "driver:D7", "77.7400", "12.9900", "driver:D9"],
  ["HSET", "driver:D1", "name", "Suresh Kumar", "rating", "4.6", "vehicle", "Scooter KA05MN4410"],
  ["HSET", "driver:D2", "name", "Anita Desai", "rating", "4.7", "vehicle", "Bike KA03JR9021"],
  ["HSET", "driver:D4", "name", "Rohit Sharma", "rating", "4.8", "vehicle", "Bike KA01HX2847"],
  ["SADD", kAvailable, "driver:D1", "driver:D2", "driver:D4", "driver:D9"],
];

export const kTour: Step[] = [
  {
    title: "Find nearby drivers",
    parts: [
      ["GEORADIUS", "Find all members of a geo set within a circle."],
      [kGeo, "The geo set: where every driver of Bengaluru is."],
      ["77.5946", "The restaurant's longitude. Longitude always comes first."],
      ["12.9716", "The restaurant's latitude."],
      ["5", "The radius of the circle ..."],
      ["km", "... in kilometres. Also: m, ft, mi."],
      ["ASC", "Nearest first."],
      ["COUNT", "No more than ..."],
      ["10", "... ten drivers."],
      ["WITHCOORD", "Say where each of them is."],
      ["WITHDIST", "Say how far each of them is."],
    ],
    story: "Who is within 5 km of the restaurant? The nearest comes first. Whether they are free is not asked here.",
  },
  {
    title: "Check availability",
    parts: [
      ["SMEMBERS", "All members of a set."],
      [kAvailable, "The set of drivers who are on duty and free."],
    ],
    story: "Only a driver who is both near and available is a candidate: the two answers are intersected by the caller.",
  },
  {
    title: "Lock the nearest",
    parts: [
      ["SET", "Write a key ..."],
      ["agent:D4:lock", "... the lock of driver D4 ..."],
      ["order:ORD_2847", "... whose value says which order holds it."],
      ["NX", "Only if it does not exist. Whoever comes second gets nil and must try the next driver."],
      ["EX", "Let it go away by itself ..."],
      ["30", "... after 30 seconds: the driver's time to answer."],
    ],
    story: "One atomic step that only one order can win. If the caller dies, the lock ends by itself after 30 s.",
  },
  {
    title: "They decline: release",
    parts: [
      ["DEL", "Delete a key."],
      ["agent:D4:lock", "The lock: free at once, without waiting for the 30 seconds."],
    ],
    story: "Driver D4 declines. The lock is released, and the next driver can be asked. The available set stays as it is.",
  },
  {
    title: "They accept: out of the pool",
    parts: [
      ["SREM", "Remove a member from a set."],
      [kAvailable, "The set of free drivers."],
      ["driver:D4", "From now on no search takes D4 for free."],
    ],
    story: "Had they accepted, they leave the available set: together with the lock, no second order can have them.",
  },
  {
    title: "All of it in one step",
    parts: [
      ["ASSIGN", "Find, check, lock and take out of the pool, atomically, inside the server."],
      [kGeo, "Where the drivers are."],
      [kAvailable, "Who is free."],
      ["order:ORD_2848", "The order. Asking twice for the same order changes nothing."],
      ["FROMLONLAT", "Search from ..."],
      ["77.5946", "... this longitude ..."],
      ["12.9716", "... and latitude ..."],
      ["BYRADIUS", "... within ..."],
      ["5", "... five ..."],
      ["km", "... kilometres."],
    ],
    story: "No round trips in between, so no race: the same keys, the same lock, one command. D4 is no longer available, so it is another driver.",
  },
];

export const words = (step: Step): string[] => step.parts.map(([text]) => text);
