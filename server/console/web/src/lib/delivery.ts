// Orders as the page places them: who would be looked at, and who brings it.
import { api, ApiError, explainError } from "./api";
import { driverId, notePlaced } from "./orders";

export interface Place {
  lng: number;
  lat: number;
}

export interface Candidate {
  driver: string;
  distance_km: number;
  verdict: string;
  reason?: string;
  /** Of those whom the server lists nearby. */
  name?: string;
  place?: Place;
}

export interface Explanation {
  candidates: Candidate[];
  chosen: string | null;
  outcome?: string;
}

export interface Delivery {
  delivery_id: string;
  driver: { id: string; name: string | null; rating: number | null; distance_km: number; eta_min: number };
  partner_info: { vehicle: string | null };
  latency_ms: number;
}

/** The body of POST /v1/delivery/assign, and of /v1/orders/explain. */
export interface OrderRequest {
  order_id: string;
  restaurant_id: string;
  city: string;
  location: Place;
  strategy: "nearest" | "rating";
  radius_km: number;
  timeout_sec: number;
  mode: "assign" | "offer";
}

export interface Feature {
  geometry: { coordinates: [number, number] };
  properties: { id: string; name?: string | null };
}

export const placeOf = ({ geometry }: Feature): Place => ({ lng: geometry.coordinates[0], lat: geometry.coordinates[1] });

export const newOrderId = (): string =>
  `ORD_${Math.floor(1000 + Math.random() * 9000)}${Date.now().toString(36).slice(-3).toUpperCase()}`;

/** Who would be looked at, each with name and place as far as the drivers nearby are listed. */
export async function explain(order: OrderRequest, maxListed: number): Promise<Explanation> {
  const { city, location, radius_km } = order;
  const query = new URLSearchParams({ city, lat: `${location.lat}`, lng: `${location.lng}`, radius_km: `${radius_km}`, limit: `${maxListed}` });
  const [explanation, near] = await Promise.all([
    api<Explanation>("POST", "/v1/orders/explain", order),
    api<{ features: Feature[] }>("GET", `/v1/drivers?${query}`).catch(() => ({ features: [] })),
  ]);
  const known = new Map(near.features.map((each) => [driverId(each.properties.id), each]));
  const candidates = explanation.candidates.map((candidate): Candidate => {
    const feature = known.get(driverId(candidate.driver));
    return feature ? { ...candidate, name: feature.properties.name ?? "", place: placeOf(feature) } : candidate;
  });
  return { ...explanation, candidates };
}

/** Places the order; the page's own times of it go into its timeline. An offer's answer waits for the driver. */
export async function assign(order: OrderRequest): Promise<Delivery> {
  const requested_ms = Date.now();
  const began = performance.now();
  const note = (more: { server_ms?: number; outcome: string }) =>
    notePlaced({ order: `order:${order.order_id}`, requested_ms, answered_ms: performance.now() - began, ...more });
  notePlaced({ order: `order:${order.order_id}`, requested_ms });
  try {
    const delivery = await api<Delivery>("POST", "/v1/delivery/assign", order);
    note({ server_ms: delivery.latency_ms, outcome: `assigned to ${delivery.driver.id}` });
    return delivery;
  } catch (error) {
    if (error instanceof ApiError) note({ outcome: explainError(error) });
    throw error;
  }
}
