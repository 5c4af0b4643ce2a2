// Hash routes: "#/timeline/ORD_1" is the view "timeline" with the rest "ORD_1".
import { signal } from "@preact/signals";

export interface Route {
  view: string;
  rest: string;
}

export function parseRoute(hash: string): Route {
  const [view = "", ...rest] = hash.replace(/^#\/?/, "").split("/");
  return { view: view === "" ? "map" : view, rest: decodeURIComponent(rest.join("/")) };
}

export const route = signal(parseRoute(location.hash));

window.addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

export const go = (view: string, rest = ""): void => {
  location.hash = `#/${view}${rest ? `/${encodeURIComponent(rest)}` : ""}`;
};
