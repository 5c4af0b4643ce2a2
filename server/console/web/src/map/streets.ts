// A made-up city: streets that are not drawn, along which drivers move until one sees them.

export interface Rider {
  column: number;
  row: number;
  /** 0 east, 1 north, 2 west, 3 south. */
  heading: number;
  /** How far between two crossings, 0 to 1. */
  progress: number;
  km_per_s: number;
}

const kBlockKm = 0.42;
const kKmPerDegree = 111.32;
const kEast = [1, 0, -1, 0] as const;
const kNorth = [0, 1, 0, -1] as const;

/** Numbers that look like chance and are the same every time; mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class Streets {
  private readonly half: number;

  /** `radius_km` is where the city ends. */
  constructor(
    private readonly centre: { lng: number; lat: number },
    readonly radius_km: number,
    private readonly random: () => number,
  ) {
    this.half = Math.ceil(radius_km / kBlockKm);
  }

  /** Where a crossing is, in kilometres east and north of the centre: a grid, bent and turned by old roads. */
  private crossing(column: number, row: number): [east: number, north: number] {
    const x = column * kBlockKm;
    const y = row * kBlockKm;
    const bentX = x + 0.55 * Math.sin(y * 0.55 + 1.3) + 0.22 * Math.sin(x * 1.1 + y * 0.7);
    const bentY = y + 0.5 * Math.sin(x * 0.5 - 0.4) + 0.2 * Math.sin(y * 1.3 - x * 0.6);
    const turn = 0.32 + 0.02 * Math.hypot(x, y);
    return [bentX * Math.cos(turn) - bentY * Math.sin(turn), bentX * Math.sin(turn) + bentY * Math.cos(turn)];
  }

  /** A rider somewhere in the city: most near the centre and on main roads. */
  rider(): Rider {
    for (;;) {
      const away = this.half * Math.abs(this.bell()) * 0.42;
      const angle = this.random() * 2 * Math.PI;
      const column = this.toMainRoad(Math.round(away * Math.cos(angle)));
      const row = this.toMainRoad(Math.round(away * Math.sin(angle)));
      if (!this.isCity(column, row)) continue;
      const heading = Math.floor(this.random() * 4);
      return { column, row, heading, progress: this.random(), km_per_s: (14 + 22 * this.random()) / 3600 };
    }
  }

  move(rider: Rider, seconds: number): void {
    const speed = this.isMainRoad(rider) ? 1.5 : 1;
    rider.progress += (rider.km_per_s * speed * seconds) / kBlockKm;
    while (rider.progress >= 1) {
      rider.progress -= 1;
      rider.column += kEast[rider.heading]!;
      rider.row += kNorth[rider.heading]!;
      rider.heading = this.next(rider);
    }
  }

  place(rider: Rider): { lng: number; lat: number } {
    const [x, y] = this.crossing(rider.column, rider.row);
    const [u, v] = this.crossing(rider.column + kEast[rider.heading]!, rider.row + kNorth[rider.heading]!);
    return this.degrees(x + (u - x) * rider.progress, y + (v - y) * rider.progress);
  }

  /** A place beside a crossing, for what does not move. */
  corner(column: number, row: number): { lng: number; lat: number } {
    const [x, y] = this.crossing(column, row);
    return this.degrees(x + 0.04, y + 0.03);
  }

  private degrees(east: number, north: number): { lng: number; lat: number } {
    const lat = this.centre.lat + north / kKmPerDegree;
    return { lng: this.centre.lng + east / (kKmPerDegree * Math.cos((this.centre.lat * Math.PI) / 180)), lat };
  }

  private isCity(column: number, row: number): boolean {
    return Math.hypot(column, row) <= this.half;
  }

  private isMainRoad({ column, row, heading }: Rider): boolean {
    return (heading % 2 === 0 ? row : column) % 4 === 0;
  }

  private toMainRoad(line: number): number {
    return this.random() < 0.45 ? Math.round(line / 4) * 4 : line;
  }

  /** Mostly straight on, never back unless the city ends. */
  private next(rider: Rider): number {
    const chance = this.random();
    const keep = this.isMainRoad(rider) ? 0.82 : 0.5;
    const turn = chance < keep ? 0 : chance < (1 + keep) / 2 ? 1 : 3;
    const heading = (rider.heading + turn) % 4;
    if (this.isCity(rider.column + kEast[heading]!, rider.row + kNorth[heading]!)) return heading;
    return (rider.heading + 2) % 4;
  }

  private bell(): number {
    return (this.random() + this.random() + this.random() - 1.5) / 0.5;
  }
}
