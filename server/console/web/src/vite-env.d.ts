/// <reference types="vite/client" />

// The build that takes its worker from a file, as a strict content security policy wants it. Same types.
declare module "maplibre-gl/dist/maplibre-gl-csp.js" {
  import * as maplibregl from "maplibre-gl";
  export default maplibregl;
}

// The address of the file with the licences of all that is embedded.
declare module "virtual:licences" {
  const address: string;
  export default address;
}
