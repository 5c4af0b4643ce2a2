// The map itself: MapLibre with the fleet, the shapes and the restaurants on it. Knows nothing of the page around it.
import type { Map as MapLibre, Marker, StyleSpecification } from "maplibre-gl";
import maplibregl from "maplibre-gl/dist/maplibre-gl-csp.js";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker.js?url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Place } from "../lib/delivery";
import { LiveSocket } from "../lib/live_socket";
import { colour } from "../lib/theme";
import { DriversLayer } from "./drivers_layer";
import { DriversPixels, isSoftware } from "./drivers_pixels";
import { Fleet, latitudeOf, mercatorX, mercatorY } from "./fleet";
import { ShapesLayer, type Ring } from "./shapes_layer";
import { statusNames } from "./protocol";

maplibregl.setWorkerUrl(workerUrl);

export interface Restaurant {
  id: string;
  name: string;
  place: Place;
}

export interface Shown {
  id: string;
  place: Place;
  /** 1 for the first one looked at. */
  rank: number;
  chosen: boolean;
}

export interface Listener {
  clicked(place: Place): void;
  restaurantChosen(restaurant: Restaurant): void;
  /** About once a second. */
  counted(numbers: readonly number[], framesPerSecond: number): void;
}

const kTip = 14;
/** How much of the map the panel covers on a desk. */
const kPanel = 368;

export class CityMap {
  readonly map: MapLibre;
  readonly socket: LiveSocket;
  private readonly fleet: Fleet;
  private readonly drivers: DriversLayer | DriversPixels;
  private readonly shapes: ShapesLayer;
  private markers: Marker[] = [];
  private restaurants: Marker[] = [];
  private pin: Marker | null = null;
  private readonly tip: HTMLElement;
  private tipIndex = -1;
  private frames = 0;
  private counter: number;
  private isFitted = false;

  constructor(container: HTMLElement, city: string, centre: Place, tiles: string | null, private readonly listener: Listener) {
    this.fleet = new Fleet(centre.lng, centre.lat);
    this.shapes = new ShapesLayer(centre);
    this.map = new maplibregl.Map({
      container, style: style(tiles), center: centre, zoom: 12, minZoom: 3, maxZoom: 18, attributionControl: tiles ? {} : false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, renderWorldCopies: false, fadeDuration: 0,
      pixelRatio: Math.min(2, devicePixelRatio), canvasContextAttributes: { antialias: false, powerPreference: "high-performance" },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "bottom-right");
    this.map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.map.getCanvas().setAttribute("aria-label", `Map of the drivers in ${city}. Arrow keys move it, plus and minus zoom.`);
    this.tip = document.createElement("div");
    this.tip.className = "map-tip";
    this.tip.hidden = true;
    container.append(this.tip);
    this.drivers = this.driversOn(this.map);
    this.map.on("load", () => {
      this.map.addLayer(this.shapes);
      if (this.drivers instanceof DriversLayer) this.map.addLayer(this.drivers);
      this.recolour();
    });
    this.map.on("click", ({ lngLat }) => listener.clicked({ lng: lngLat.lng, lat: lngLat.lat }));
    this.map.on("mousemove", (event) => this.point(event.point.x, event.point.y));
    this.map.on("mouseout", () => this.point(-1, -1));
    this.counter = window.setInterval(() => this.count(), 1000);
    this.socket = new LiveSocket(() => `/v1/map?city=${encodeURIComponent(city)}`, {
      binary: (message) => this.take(message),
      text: (message) => this.named(message),
    });
  }

  destroy(): void {
    window.clearInterval(this.counter);
    this.socket.close();
    if (this.drivers instanceof DriversPixels) this.drivers.destroy();
    this.map.remove();
  }

  recolour(): void {
    if (!this.map.getLayer("shapes")) return;
    this.map.setPaintProperty("ground", "background-color", colour("ground"));
    this.drivers.setColours([colour("available"), colour("offered"), colour("busy"), colour("off")]);
    this.shapes.colours = { grid: colour("grid"), accent: colour("accent") };
    this.map.triggerRepaint();
  }

  showRing(ring: Ring | null): void {
    this.shapes.ring = ring;
    this.pin?.remove();
    this.pin = null;
    if (ring) this.pin = new maplibregl.Marker({ element: element("div", "pin"), anchor: "bottom" }).setLngLat(ring.centre).addTo(this.map);
    this.map.triggerRepaint();
  }

  showWay(from: Place | null, to: Place | null): void {
    this.shapes.way = from && to ? [from, to] : null;
    this.map.triggerRepaint();
  }

  showCandidates(shown: Shown[]): void {
    for (const marker of this.markers) marker.remove();
    this.markers = shown.map(({ place, rank, chosen, id }) => {
      const label = element("div", chosen ? "candidate chosen" : "candidate", String(rank));
      label.title = id;
      return new maplibregl.Marker({ element: label }).setLngLat(place).addTo(this.map);
    });
  }

  showRestaurants(restaurants: Restaurant[]): void {
    for (const marker of this.restaurants) marker.remove();
    this.restaurants = restaurants.map((restaurant) => {
      const button = element("button", "restaurant");
      button.setAttribute("aria-label", `Place an order at ${restaurant.name}`);
      button.append(element("span", "restaurant-name", restaurant.name));
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        this.listener.restaurantChosen(restaurant);
      });
      return new maplibregl.Marker({ element: button }).setLngLat(restaurant.place).addTo(this.map);
    });
  }

  centreNow(): Place {
    const { lng, lat } = this.map.getCenter();
    return { lng, lat };
  }

  /** Brings a place into view if it is near an edge or beyond. */
  look(place: Place): void {
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const { x, y } = this.map.project(place);
    const right = width > 900 ? kPanel : 0;
    if (x > 0.2 * width && x < 0.8 * (width - right) && y > 0.2 * height && y < 0.8 * height) return;
    this.map.easeTo({ center: place, offset: [-right / 2, 0] });
  }

  fit(): void {
    const bounds = this.fleet.bounds();
    if (!bounds) return;
    const wide = this.map.getContainer().clientWidth > 900;
    this.map.fitBounds(bounds, { padding: wide ? { top: 50, bottom: 60, left: 50, right: kPanel + 42 } : 40, maxZoom: 14, animate: false });
  }

  /** By the graphics card, or pixel by pixel where there is none. */
  private driversOn(map: MapLibre): DriversLayer | DriversPixels {
    const canvas = map.getCanvas();
    if (!isSoftware(canvas.getContext("webgl2"))) {
      map.on("render", () => ++this.frames);
      return new DriversLayer(this.fleet);
    }
    const pixels = new DriversPixels(map, this.fleet);
    pixels.drawn = () => ++this.frames;
    return pixels;
  }

  private redraw(): void {
    if (this.drivers instanceof DriversPixels) this.drivers.changed();
    else this.map.triggerRepaint();
  }

  private take(message: ArrayBuffer): void {
    if (!this.fleet.take(message)) return;
    if (!this.isFitted && this.fleet.count > 0 && this.map.loaded()) {
      this.isFitted = true;
      this.fit();
      this.listener.counted(this.fleet.numbers, this.frames);
    }
    this.redraw();
  }

  private count(): void {
    this.listener.counted(this.fleet.numbers, this.frames);
    this.frames = 0;
    if (!this.isFitted && this.fleet.count > 0) {
      this.isFitted = true;
      this.fit();
    }
  }

  private point(x: number, y: number): void {
    const place = x < 0 ? null : this.map.unproject([x, y]);
    const reach = 10 / (512 * 2 ** this.map.getZoom());
    const { anchor } = this.fleet;
    const index = place ? this.fleet.nearest(mercatorX(place.lng) - anchor.x, mercatorY(place.lat) - anchor.y, reach) : -1;
    this.map.getCanvas().style.cursor = index >= 0 ? "pointer" : "crosshair";
    if (index === this.tipIndex) return;
    this.tipIndex = index;
    this.tip.hidden = true;
    if (index >= 0) this.socket.send(JSON.stringify({ type: "names", indexes: [index] }));
  }

  private named(text: string): void {
    const { names } = JSON.parse(text) as { names?: Record<string, string> };
    const name = names?.[this.tipIndex];
    if (!name) return;
    const { anchor } = this.fleet;
    const place = this.fleet.place(this.tipIndex, this.fleet.now());
    const at = this.map.project([(place.x + anchor.x) * 360 - 180, latitudeOf(place.y + anchor.y)]);
    this.tip.textContent = `${name} · ${statusNames[this.fleet.status(this.tipIndex)] ?? ""}`;
    this.tip.style.transform = `translate(${Math.round(at.x + kTip)}px, ${Math.round(at.y - kTip)}px)`;
    this.tip.hidden = false;
  }
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** No internet is needed: a plain ground; tiles only where the server's configuration names them. */
function style(tiles: string | null): StyleSpecification {
  const ground = { id: "ground", type: "background" as const, paint: { "background-color": colour("ground") } };
  if (!tiles) return { version: 8, sources: {}, layers: [ground] };
  return {
    version: 8,
    sources: { tiles: { type: "raster", tiles: [tiles], tileSize: 256 } },
    layers: [ground, { id: "tiles", type: "raster", source: "tiles", paint: { "raster-opacity": 0.55, "raster-saturation": -0.7 } }],
  };
}
