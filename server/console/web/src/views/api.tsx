// Every endpoint of the API, from the server's own description of it, to try.
import { useEffect, useState } from "preact/hooks";
import { api, explainError, request, type Answer } from "../lib/api";
import { duration } from "../lib/format";
import { addressOf, curlOf, endpointsOf, exampleOf, type Endpoint, type OpenApi, type Parameter } from "../lib/openapi";
import { Head, Trouble } from "../parts/small";

let loaded: Endpoint[] = [];

export function ApiView({ rest }: { rest: string }) {
  const [endpoints, setEndpoints] = useState(loaded);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    api<OpenApi>("GET", "/v1/openapi.json").then((document) => {
      loaded = endpointsOf(document);
      setEndpoints(loaded);
    }, (error) => setTrouble(explainError(error)));
  }, []);
  const shown = endpoints.find(({ id }) => id === rest) ?? endpoints.find(({ path }) => path === "/v1/delivery/assign") ?? endpoints[0];
  return (
    <>
      <Head title="API">
        Every endpoint, from <a href="/v1/openapi.json">the server's own description</a>. What is sent here is really done.
      </Head>
      <Trouble text={trouble} />
      <div class="columns api-columns">
        <EndpointList endpoints={endpoints} shown={shown} />
        {shown && <Try key={shown.id} endpoint={shown} />}
      </div>
    </>
  );
}

function EndpointList({ endpoints, shown }: { endpoints: Endpoint[]; shown: Endpoint | undefined }) {
  const tags = [...new Set(endpoints.map(({ tag }) => tag))];
  return (
    <nav class="card endpoint-list" aria-label="Endpoints">
      {tags.map((tag) => (
        <section key={tag}>
          <h2>{tag}</h2>
          <ul>
            {endpoints.filter((each) => each.tag === tag).map((each) => (
              <li key={each.id}>
                <a href={`#/api/${each.id}`} aria-current={each === shown ? "true" : undefined}>
                  <Method endpoint={each} /> <code>{each.path.replace(/^\/v1/, "")}</code>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const Method = ({ endpoint }: { endpoint: Endpoint }) => <span class="method">{endpoint.isWebSocket ? "WS" : endpoint.method}</span>;

const initialValues = (parameters: Parameter[]): Record<string, string> =>
  Object.fromEntries(parameters.map(({ name, schema }) => {
    const example = schema?.example ?? schema?.examples?.[0] ?? schema?.default;
    return [name, example === undefined ? "" : String(example)];
  }));

function Try({ endpoint }: { endpoint: Endpoint }) {
  const { method, path, summary, parameters, responses, isWebSocket } = endpoint;
  const [values, setValues] = useState(() => initialValues(parameters));
  const [body, setBody] = useState(() => (endpoint.body ? JSON.stringify(exampleOf(endpoint.body), null, 2) : undefined));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);

  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setTrouble("");
    try {
      if (body !== undefined) JSON.parse(body);
      setAnswer(await request(method, addressOf(endpoint, values), body));
    } catch (error) {
      setTrouble(error instanceof SyntaxError ? `The body is no JSON: ${error.message}` : explainError(error));
    }
    setBusy(false);
  };

  return (
    <section class="grow try" aria-label={`${method} ${path}`}>
      <form class="card" onSubmit={send}>
        <h2 class="try-head"><Method endpoint={endpoint} /> <code>{path}</code></h2>
        <p class="lead">{summary}</p>
        {parameters.length > 0 && (
          <div class="parameters">
            {parameters.map((each) => (
              <ParameterField key={each.name} parameter={each} value={values[each.name] ?? ""}
                onChange={(value) => setValues((now) => ({ ...now, [each.name]: value }))} />
            ))}
          </div>
        )}
        {body !== undefined && (
          <label class="field">
            Body
            <textarea class="code" rows={Math.min(16, body.split("\n").length + 1)} spellcheck={false} value={body}
              onInput={(event) => setBody(event.currentTarget.value)} />
          </label>
        )}
        {isWebSocket
          ? <p class="note">A WebSocket: connect an app to <code>{`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`}</code></p>
          : <div class="row actions"><button class="primary" disabled={busy}>{busy ? "Waiting for the answer …" : "Send"}</button></div>}
        <Trouble text={trouble} />
      </form>
      <div aria-live="polite">{answer && <AnswerCard answer={answer} />}</div>
      <section class="card">
        <h3>Answers</h3>
        <dl class="responses">
          {responses.map(({ status, description }) => <div key={status}><dt>{status}</dt><dd>{description}</dd></div>)}
        </dl>
        {!isWebSocket && <Curl endpoint={endpoint} values={values} body={body} />}
      </section>
    </section>
  );
}

function ParameterField({ parameter, value, onChange }: { parameter: Parameter; value: string; onChange: (value: string) => void }) {
  const { name, required, schema, description } = parameter;
  return (
    <label class="field">
      <span>{name}{required || parameter.in === "path" ? "" : " (optional)"}</span>
      {schema?.enum
        ? (
          <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
            <option value="" />
            {schema.enum.map((each) => <option key={String(each)} value={String(each)}>{String(each)}</option>)}
          </select>
        )
        : <input type="text" value={value} spellcheck={false} autocomplete="off" onInput={(event) => onChange(event.currentTarget.value)} />}
      {(description ?? schema?.description) && <small>{description ?? schema?.description}</small>}
    </label>
  );
}

function AnswerCard({ answer }: { answer: Answer }) {
  const { status, body, text, took_ms } = answer;
  return (
    <section class={status < 400 ? "card answer-card" : "card answer-card bad"}>
      <h3>{status} <span class="note">after {duration(took_ms)}</span></h3>
      <pre tabIndex={0} aria-label="Body of the answer">{body === null ? text : JSON.stringify(body, null, 2)}</pre>
    </section>
  );
}

function Curl({ endpoint, values, body }: { endpoint: Endpoint; values: Record<string, string>; body: string | undefined }) {
  let address = endpoint.path;
  try {
    address = addressOf(endpoint, values);
  } catch {
    // A parameter is still missing: the path with its braces says which.
  }
  return (
    <details>
      <summary>The same with curl</summary>
      <pre tabIndex={0}>{curlOf(endpoint.method, address, body, location.origin)}</pre>
    </details>
  );
}
