// The city live: who is where and free, who was looked at for an order, and why.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, explainError, session } from "../lib/api";
import { assign, explain, newOrderId, placeOf, type Delivery, type Explanation, type Feature, type OrderRequest, type Place } from "../lib/delivery";
import { count, distance } from "../lib/format";
import { driverId } from "../lib/orders";
import { go } from "../lib/routes";
import { theme } from "../lib/theme";
import type { CityMap, Restaurant, Shown } from "../map/city_map";
import { demo, kDemoCentre, kDemoCity } from "../map/demo_city";
import { Choice, Head, Slider, Trouble } from "../parts/small";
import { DemoControls } from "./map_demo";

interface City {
  city: string;
  drivers: number;
  available: number;
  center: Place;
}

interface Wish {
  place: Place;
  restaurant?: Restaurant;
}

const kMaxMarked = 12;
const kSecondsToAnswer = 15;

/** The cities the server knows, the demo's among them as soon as it is there. */
function useCities(): City[] | null {
  const [cities, setCities] = useState<City[] | null>(null);
  const state = demo.value.state;
  useEffect(() => {
    const load = () => api<{ cities: City[] } | City[]>("GET", "/v1/cities")
      .then((found) => setCities(Array.isArray(found) ? found : found.cities), () => setCities((before) => before ?? []));
    void load();
    const timer = window.setInterval(load, 30_000);
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
      setRestaurants(features.map((each) => ({ id: each.properties.id, name: each.properties.name ?? each.properties.id, place: placeOf(each) }))),
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
        <span class="dot busy" /> {count(numbers[3] ?? 0)} busy
        <span class="dot off" /> {count(numbers[4] ?? 0)} off duty
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
          {shown > 0 ? `${count(shown)} drivers on the map` : ""}
        </p>
        <OrderPanel city={city} map={map} wish={wish} restaurants={restaurants} onWish={setWish} />
        <DemoControls isOpen={cities.length === 0} exists={cities.some((each) => each.city === kDemoCity)} />
      </section>
    </div>
  );
}

interface OrderProps {
  city: string;
  map: CityMap | null;
  wish: Wish | null;
  restaurants: Restaurant[];
  onWish: (wish: Wish | null) => void;
}

/** Asks who would be looked at, again whenever the order changes, and marks them on the map. */
function useExplanation(map: CityMap | null, order: OrderRequest | null): [Explanation | null, string] {
  const [explanation, setExplanation] = useState<Explanation | null>(null);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    setTrouble("");
    if (!order) setExplanation(null);
    map?.showRing(order && { centre: order.location, radius_km: order.radius_km });
    map?.showCandidates([]);
    if (!order) return;
    let stale = false;
    const show = (explained: Explanation) => {
      if (stale) return;
      setExplanation(explained);
      map?.showCandidates(marked(explained));
    };
    // A slider that moves asks once it rests.
    const timer = window.setTimeout(() => explain(order, kMaxMarked * 4).then(show, (error) => !stale && setTrouble(explainError(error))), 60);
    return () => { stale = true; window.clearTimeout(timer); };
  }, [map, JSON.stringify(order)]);
  return [explanation, trouble];
}

function OrderPanel({ city, map, wish, restaurants, onWish }: OrderProps) {
  const [strategy, setStrategy] = useState<OrderRequest["strategy"]>("nearest");
  const [mode, setMode] = useState<OrderRequest["mode"]>("assign");
  const [radius_km, setRadius] = useState(3);
  const [delivery, setDelivery] = useState<Delivery | null>(null);
  const [id, setId] = useState(newOrderId);
  const [refusal, setRefusal] = useState("");
  const order: OrderRequest | null = wish && {
    order_id: id, restaurant_id: wish.restaurant?.id ?? "map", city, location: wish.place, strategy, radius_km,
    timeout_sec: mode === "offer" ? kSecondsToAnswer : 30, mode,
  };
  const [explanation, trouble] = useExplanation(map, order);
  useEffect(() => {
    setRefusal("");
    setDelivery(null);
    if (wish?.restaurant) map?.look(wish.place);
  }, [map, wish]);
  useEffect(() => {
    const taken = explanation?.candidates.find(({ driver }) => driverId(driver) === delivery?.driver.id);
    map?.showWay(wish?.place ?? null, taken?.place ?? null);
  }, [map, delivery]);

  const send = () => {
    if (mode === "offer") go("timeline", id); // where one plays the driver
    assign(order!).then(setDelivery, (error) => setRefusal(explainError(error)));
  };
  const again = () => {
    setId(newOrderId());
    onWish(null);
  };

  return (
    <div class="order">
      <Slider label="Radius" value={radius_km} min={0.5} max={10} step={0.5} text={distance(radius_km)} onChange={setRadius} />
      <div class="row">
        <Choice legend="Prefer" value={strategy} options={[["nearest", "Nearest"], ["rating", "Best rated"]]} onChange={setStrategy} />
        <Choice legend="Driver" value={mode} options={[["assign", "Assigned"], ["offer", "Asked first"]]} onChange={setMode} />
      </div>
      {!wish && <Where map={map} restaurants={restaurants} onWish={onWish} />}
      <Trouble text={refusal || trouble} />
      <div aria-live="polite">
        {wish && !delivery && explanation && <Looked explanation={explanation} />}
        {delivery && <Assigned delivery={delivery} order={id} again={again} />}
      </div>
      {wish && !delivery && (
        <div class="row actions">
          <button class="primary" onClick={send} disabled={!explanation?.chosen}>{mode === "offer" ? "Offer the order" : "Assign"}</button>
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
  const { candidates, outcome } = explanation;
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
            <span class="who">{driverId(each.driver)} <span class="name">{each.name}</span></span>
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

/** Those of the first few whose place is known, for the map. */
const marked = ({ candidates, chosen }: Explanation): Shown[] =>
  candidates.slice(0, kMaxMarked).flatMap(({ driver, place }, at) =>
    place ? [{ id: driver, place, rank: at + 1, chosen: driverId(driver) === driverId(chosen ?? "") }] : []);
