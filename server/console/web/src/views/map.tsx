// The city live: who is where and free, who was looked at for an order, and why.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, explainError, session } from "../lib/api";
import { count, distance } from "../lib/format";
import { driverId, notePlaced } from "../lib/orders";
import { go } from "../lib/routes";
import { theme } from "../lib/theme";
import type { CityMap, Restaurant } from "../map/city_map";
import { demo, kDemoCentre, kDemoCity } from "../map/demo_city";
import type { Place } from "../map/shapes_layer";
import { Choice, Head, Slider, Trouble } from "../parts/small";
import { DemoControls } from "./map_demo";

interface City {
  city: string;
  drivers: number;
  available: number;
  center: Place;
}

interface Candidate {
  driver: string;
  distance_km: number;
  verdict: string;
  reason?: string;
}

interface Explanation {
  candidates: Candidate[];
  /** By id, of those whom the map has listed nearby. */
  names: ReadonlyMap<string, string>;
  chosen: string | null;
  outcome?: string;
}

interface Delivery {
  delivery_id: string;
  driver: { id: string; name: string | null; rating: number | null; distance_km: number; eta_min: number };
  partner_info: { vehicle: string | null };
  latency_ms: number;
}

interface Feature {
  geometry: { coordinates: [number, number] };
  properties: { id: string; name?: string | null; distance_km?: number };
}

interface Wish {
  place: Place;
  restaurant?: Restaurant;
}

const kMaxMarked = 12;
const place = ({ geometry }: Feature): Place => ({ lng: geometry.coordinates[0], lat: geometry.coordinates[1] });

/** The cities the server knows, the demo's among them as soon as it is there. */
function useCities(): City[] | null {
  const [cities, setCities] = useState<City[] | null>(null);
  const state = demo.value.state;
  useEffect(() => {
    const load = () => api<{ cities: City[] } | City[]>("GET", "/v1/cities")
      .then((found) => setCities(Array.isArray(found) ? found : found.cities), () => setCities((before) => before ?? []));
    void load();
    const timer = window.setInterval(load, 5000);
    return () => window.clearInterval(timer);
  }, [state]);
  return cities;
}

export function MapView({ rest }: { rest: string }) {
  const cities = useCities();
  if (!cities) return <div class="city" aria-busy="true"><h1 class="visually-hidden" tabIndex={-1}>Map</h1></div>;
  const usual = session.value?.city || cities[0]?.city || kDemoCity;
  const busyDemo = demo.value.state === "moving" || demo.value.state === "still" || demo.value.state === "filling";
  const city = rest || (busyDemo ? kDemoCity : usual);
  const found = cities.find((each) => each.city === city);
  return <CityView key={`${city}${found || city === kDemoCity ? "" : "?"}`} city={city} cities={cities} centre={found?.center ?? kDemoCentre} />;
}

function useCityMap(city: string, centre: Place, onWish: (wish: Wish) => void) {
  const holder = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<CityMap | null>(null);
  const [numbers, setNumbers] = useState<readonly number[]>([0, 0, 0, 0, 0]);
  const [frames, setFrames] = useState(0);
  const [trouble, setTrouble] = useState("");
  const wish = useRef(onWish);
  wish.current = onWish;
  useEffect(() => {
    let made: CityMap | null = null;
    let ended = false;
    import("../map/city_map").then(({ CityMap }) => {
      if (ended) return;
      made = new CityMap(holder.current!, city, centre, session.value?.tiles ?? null, {
        clicked: (clicked) => wish.current({ place: clicked }),
        restaurantChosen: (restaurant) => wish.current({ place: restaurant.place, restaurant }),
        counted: (now, perSecond) => { setNumbers([...now]); setFrames(perSecond); },
      });
      setMap(made);
    }).catch(() => setTrouble("This browser draws no map: it has no WebGL 2. All else on this page works; orders can be placed at the restaurants in the list."));
    return () => { ended = true; made?.destroy(); };
  }, [city]);
  useEffect(() => map?.recolour(), [map, theme.value]);
  const filled = demo.value.state === "moving";
  useEffect(() => {
    if (!map || !filled || city !== kDemoCity) return;
    // The last of the drivers are on the map a moment after the server has them.
    const timer = window.setTimeout(() => map.fit(), 1300);
    return () => window.clearTimeout(timer);
  }, [map, filled]);
  return { holder, map, numbers, frames, trouble };
}

function useRestaurants(city: string, map: CityMap | null): Restaurant[] {
  const [restaurants, setRestaurants] = useState<Restaurant[]>([]);
  const state = demo.value.state;
  useEffect(() => {
    api<{ features: Feature[] }>("GET", `/v1/restaurants?city=${encodeURIComponent(city)}`).then(({ features }) =>
      setRestaurants(features.map((each) => ({ id: each.properties.id, name: each.properties.name ?? each.properties.id, place: place(each) }))),
    () => undefined);
  }, [city, state]);
  useEffect(() => map?.showRestaurants(restaurants), [map, restaurants]);
  return restaurants;
}

function CityView({ city, cities, centre }: { city: string; cities: City[]; centre: Place }) {
  const [wish, setWish] = useState<Wish | null>(null);
  const { holder, map, numbers, frames, trouble } = useCityMap(city, centre, setWish);
  const restaurants = useRestaurants(city, map);
  const names = [...new Set([...cities.map((each) => each.city), city])].sort();
  const shown = numbers.slice(1).reduce((sum, each) => sum + each, 0);
  return (
    <div class="city">
      <div class="map" ref={holder} />
      <div class="map-legend" aria-hidden="true">
        <span class="dot available" /> {count(numbers[1] ?? 0)} available
        <span class="dot offered" /> {count(numbers[2] ?? 0)} offered
        <span class="dot busy" /> {count((numbers[3] ?? 0) + (numbers[4] ?? 0))} busy
        <span class="frames" data-frames={frames}>{frames} frames/s</span>
      </div>
      <section class="panel" aria-label="Order and city">
        <Head title="Map">
          Click the map, or a restaurant, to place an order and see who is looked at, and why.
        </Head>
        <Trouble text={trouble} />
        <label class="field">
          City
          <select value={city} onChange={(event) => go("map", event.currentTarget.value)}>
            {names.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        <p class="visually-hidden" role="status">
          {shown > 0 ? `${shown} drivers on the map` : ""}
        </p>
        <OrderPanel city={city} map={map} wish={wish} restaurants={restaurants} onWish={setWish} />
        <DemoControls isOpen={cities.length === 0} />
      </section>
    </div>
  );
}

type Strategy = "nearest" | "rating";
type Mode = "assign" | "offer";

interface OrderProps {
  city: string;
  map: CityMap | null;
  wish: Wish | null;
  restaurants: Restaurant[];
  onWish: (wish: Wish | null) => void;
}

const newOrderId = (): string => `ORD_${Math.floor(1000 + Math.random() * 9000)}${Date.now().toString(36).slice(-3).toUpperCase()}`;

function OrderPanel({ city, map, wish, restaurants, onWish }: OrderProps) {
  const [strategy, setStrategy] = useState<Strategy>("nearest");
  const [mode, setMode] = useState<Mode>("assign");
  const [radius, setRadius] = useState(3);
  const [explanation, setExplanation] = useState<Explanation | null>(null);
  const [delivery, setDelivery] = useState<Delivery | null>(null);
  const [order, setOrder] = useState(newOrderId);
  const [trouble, setTrouble] = useState("");

  const body = () => ({
    order_id: order, restaurant_id: wish?.restaurant?.id ?? "map", city, location: wish!.place, strategy,
    radius_km: radius, timeout_sec: mode === "offer" ? 15 : 30, mode,
  });

  useEffect(() => {
    map?.showRing(wish && { centre: wish.place, radius_km: radius });
    if (wish?.restaurant) map?.look(wish.place);
    if (!wish) return;
    let stale = false;
    setTrouble("");
    setDelivery(null);
    map?.showWay(null, null);
    const timer = window.setTimeout(() => {
      lookAround(body(), city, wish.place, radius).then(([explained, features]) => {
        if (stale) return;
        setExplanation(explained);
        mark(map, explained, features);
      }, (error) => !stale && setTrouble(explainError(error)));
    }, 60);
    return () => { stale = true; window.clearTimeout(timer); };
  }, [map, wish, radius, strategy, order]);

  const assign = async () => {
    const requested = performance.now();
    notePlaced({ order: `order:${order}`, requested_ms: Date.now() });
    if (mode === "offer") go("timeline", order);
    try {
      const answer = await api<Delivery>("POST", "/v1/delivery/assign", body());
      notePlaced({ order: `order:${order}`, requested_ms: Date.now() - (performance.now() - requested), answered_ms: performance.now() - requested,
        server_ms: answer.latency_ms, outcome: `assigned to ${answer.driver.id}` });
      setDelivery(answer);
    } catch (error) {
      notePlaced({ order: `order:${order}`, requested_ms: Date.now() - (performance.now() - requested), answered_ms: performance.now() - requested,
        outcome: explainError(error) });
      setTrouble(explainError(error));
    }
  };

  const again = () => {
    setOrder(newOrderId());
    setDelivery(null);
    setExplanation(null);
    map?.showCandidates([]);
    onWish(null);
  };

  return (
    <div class="order">
      <Slider label="Radius" value={radius} min={0.5} max={10} step={0.5} text={distance(radius)} onChange={setRadius} />
      <div class="row">
        <Choice legend="Prefer" value={strategy} options={[["nearest", "Nearest"], ["rating", "Best rated"]]} onChange={setStrategy} />
        <Choice legend="Driver" value={mode} options={[["assign", "Assigned"], ["offer", "Asked first"]]} onChange={setMode} />
      </div>
      {!wish && <Where map={map} restaurants={restaurants} onWish={onWish} />}
      <Trouble text={trouble} />
      <div aria-live="polite">
        {wish && !delivery && explanation && <Looked explanation={explanation} />}
        {delivery && <Assigned delivery={delivery} order={order} again={again} />}
      </div>
      {wish && !delivery && (
        <div class="row actions">
          <button class="primary" onClick={assign} disabled={!explanation?.chosen}>
            {mode === "offer" ? "Offer the order" : "Assign"}
          </button>
          <button class="quiet" onClick={again}>Start over</button>
        </div>
      )}
    </div>
  );
}

/** The same as a click on the map, for those who do not click. */
function Where({ map, restaurants, onWish }: { map: CityMap | null; restaurants: Restaurant[]; onWish: (wish: Wish) => void }) {
  return (
    <div class="row actions">
      {map && <button class="primary" onClick={() => onWish({ place: map.centreNow() })}>Order at the map's centre</button>}
      {restaurants.length > 0 && (
        <select aria-label="Order at a restaurant" value="" onChange={(event) => {
          const chosen = restaurants.find(({ id }) => id === event.currentTarget.value);
          if (chosen) onWish({ place: chosen.place, restaurant: chosen });
        }}>
          <option value="">At a restaurant …</option>
          {restaurants.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      )}
    </div>
  );
}

function Looked({ explanation }: { explanation: Explanation }) {
  const { candidates, outcome, names } = explanation;
  const passed = candidates.filter(({ verdict }) => verdict !== "chosen").length;
  return (
    <>
      <h2>Who was looked at</h2>
      {candidates.length === 0
        ? <p class="empty-note">{outcome ?? "No driver is in the circle."}</p>
        : <p class="note">{passed === 0 ? "The first one looked at is free." : `${count(passed)} passed over.`}</p>}
      <ol class="candidates">
        {candidates.slice(0, kMaxMarked).map((each) => (
          <li key={each.driver} class={each.verdict === "chosen" ? "chosen" : ""}>
            <span class="who">{driverId(each.driver)} <span class="name">{names.get(driverId(each.driver))}</span></span>
            <span class="far">{distance(Number(each.distance_km))}</span>
            <span class="why">{each.reason ?? each.verdict}</span>
          </li>
        ))}
      </ol>
      {candidates.length > kMaxMarked && <p class="note">… and {count(candidates.length - kMaxMarked)} more.</p>}
    </>
  );
}

function Assigned({ delivery, order, again }: { delivery: Delivery; order: string; again: () => void }) {
  const { driver, partner_info, latency_ms } = delivery;
  const [ended, setEnded] = useState("");
  const end = (how: "complete" | "cancel") => api("POST", `/v1/orders/${order}/${how}`, {})
    .then(() => setEnded(how === "complete" ? "Delivered; the driver is free again." : "Cancelled; the driver is free again."),
      (error) => setEnded(explainError(error)));
  return (
    <div class="delivery">
      <h2>{driver.name ?? driver.id} brings it</h2>
      <dl class="facts">
        <div><dt>Driver</dt><dd>{driver.id}</dd></div>
        {driver.rating !== null && <div><dt>Rating</dt><dd>{driver.rating}</dd></div>}
        <div><dt>Distance</dt><dd>{distance(driver.distance_km)}</dd></div>
        <div><dt>Arrives in</dt><dd>{driver.eta_min} min</dd></div>
        {partner_info?.vehicle && <div><dt>Vehicle</dt><dd>{partner_info.vehicle}</dd></div>}
        <div><dt>Decided in</dt><dd>{latency_ms} ms</dd></div>
      </dl>
      {ended ? <p class="note" role="status">{ended}</p> : (
        <div class="row actions">
          <button onClick={() => end("complete")}>Delivered</button>
          <button class="quiet" onClick={() => end("cancel")}>Cancel</button>
        </div>
      )}
      <div class="row actions">
        <a class="button" href={`#/timeline/${order}`}>Its timeline</a>
        <button class="quiet" onClick={again}>Next order</button>
      </div>
    </div>
  );
}

async function lookAround(body: object, city: string, { lng, lat }: Place, radius: number): Promise<[Explanation, Feature[]]> {
  const query = `city=${encodeURIComponent(city)}&lat=${lat}&lng=${lng}&radius_km=${radius}&limit=${kMaxMarked * 4}`;
  const [explained, near] = await Promise.all([
    api<Omit<Explanation, "names">>("POST", "/v1/orders/explain", body),
    api<{ features: Feature[] }>("GET", `/v1/drivers?${query}`).catch(() => ({ features: [] })),
  ]);
  const names = near.features.flatMap(({ properties: { id, name } }): [string, string][] => (name ? [[driverId(id), name]] : []));
  return [{ ...explained, names: new Map(names) }, near.features];
}

function mark(map: CityMap | null, { candidates, chosen }: Explanation, features: Feature[]): void {
  const places = new Map(features.map((each) => [driverId(each.properties.id), place(each)]));
  const marked = candidates.slice(0, kMaxMarked).flatMap((each, at) => {
    const where = places.get(driverId(each.driver));
    return where ? [{ id: each.driver, place: where, rank: at + 1, chosen: driverId(each.driver) === driverId(chosen ?? "") }] : [];
  });
  map?.showCandidates(marked);
}
