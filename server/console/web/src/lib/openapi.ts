// What of an OpenAPI 3.1 document the page needs to offer every endpoint for trying.

export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema; example?: unknown }> };
  responses?: Record<string, { description?: string }>;
  "x-web-socket"?: boolean;
}

export interface OpenApi {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
}

export interface Endpoint {
  id: string;
  method: string;
  path: string;
  summary: string;
  tag: string;
  parameters: Parameter[];
  body: Schema | null;
  responses: { status: string; description: string }[];
  isWebSocket: boolean;
}

const kMethods = ["get", "post", "put", "patch", "delete"];

export function endpointsOf(document: OpenApi): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    kMethods.flatMap((method) => {
      const operation = operations[method];
      if (!operation) return [];
      return [{
        id: `${method}-${path.replace(/\W+/g, "-")}`,
        method: method.toUpperCase(),
        path,
        summary: operation.summary ?? operation.description ?? "",
        tag: operation.tags?.[0] ?? "Other",
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content?.["application/json"]?.schema ?? null,
        responses: Object.entries(operation.responses ?? {}).map(([status, { description = "" }]) => ({ status, description })),
        isWebSocket: operation["x-web-socket"] === true,
      }];
    }));
}

/** A value that fits the schema: its example, its default, or something plain. Members that need not be there are left out without an example. */
export function exampleOf(schema: Schema): unknown {
  const given = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) {
    const required = new Set(schema.required ?? []);
    const members = Object.entries(schema.properties ?? {}).filter(([name, member]) => required.has(name) || hasExample(member));
    return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member)]));
  }
  if (type === "array") return schema.items ? [exampleOf(schema.items)] : [];
  if (type === "number" || type === "integer") return schema.minimum && schema.minimum > 0 ? schema.minimum : 0;
  return type === "boolean" ? true : "";
}

function hasExample(schema: Schema): boolean {
  if ((schema.example ?? schema.examples?.[0] ?? schema.default) !== undefined) return true;
  return Object.values(schema.properties ?? {}).some(hasExample);
}

/** The request's address with its parameters filled in; throws if one that is needed has no value. */
export function addressOf({ path, parameters }: Endpoint, values: Record<string, string>): string {
  const query = new URLSearchParams();
  let address = path;
  for (const { name, in: where, required } of parameters) {
    const value = values[name] ?? "";
    if (value === "" && (required || where === "path")) throw new Error(`${name} is needed.`);
    if (where === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (where === "query" && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return text === "" ? address : `${address}?${text}`;
}

/** The same request for a shell. */
export function curlOf(method: string, address: string, body: string | undefined, origin: string): string {
  const parts = [`curl ${method === "GET" ? "" : `-X ${method} `}'${origin}${address}'`];
  if (body !== undefined) parts.push(`-H 'Content-Type: application/json'`, `-d '${body.replace(/\s*\n\s*/g, " ").replaceAll("'", "'\\''")}'`);
  return parts.join(" \\\n  ");
}
