// The page around the views: navigation, connection, theme, and the password when one is wanted.
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError, explainError, loadSession, needsPassword, session } from "./lib/api";
import { followEvents } from "./lib/orders";
import { route } from "./lib/routes";
import { theme, toggleTheme } from "./lib/theme";
import { Icon, Mark } from "./parts/icons";
import { LiveBadge, Trouble } from "./parts/small";
import { ApiView } from "./views/api";
import { ConsoleView } from "./views/console";
import { HealthView } from "./views/health";
import { MapView } from "./views/map";
import { RaceView } from "./views/race";
import { TimelineView } from "./views/timeline";

const kViews: Record<string, { label: string; View: ComponentType<{ rest: string }> }> = {
  map: { label: "Map", View: MapView },
  timeline: { label: "Timeline", View: TimelineView },
  race: { label: "Race", View: RaceView },
  console: { label: "Console", View: ConsoleView },
  api: { label: "API", View: ApiView },
  health: { label: "Health", View: HealthView },
};

const live = followEvents();

function useSession(): string {
  const [trouble, setTrouble] = useState("");
  const state = live.state.value;
  useEffect(() => {
    if (session.value && state !== "open") return;
    loadSession().then(() => setTrouble(""), (error) => setTrouble(explainError(error)));
  }, [state]);
  return trouble;
}

export function App() {
  const { view, rest } = route.value;
  const { label, View } = kViews[view] ?? kViews.map!;
  const trouble = useSession();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${label} · Dabba`;
    // After a change of view the reader begins at its heading; on arrival the page begins at its top.
    if (!isFirst.current) main.current?.querySelector("h1")?.focus();
    isFirst.current = false;
    window.scrollTo(0, 0);
  }, [label]);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href="#/map" aria-label="Dabba, to the map">
          <Mark />
          <span>Dabba</span>
        </a>
        <nav aria-label="Views">
          {Object.entries(kViews).map(([name, each]) => (
            <a key={name} href={`#/${name}`} aria-current={each.View === View ? "page" : undefined}>
              <Icon name={name} />
              <span>{each.label}</span>
            </a>
          ))}
        </nav>
        <div class="bar-end">
          {needsPassword.value ? <span /> : <LiveBadge state={live.state.value} />}
          <button class="quiet round" onClick={toggleTheme} aria-label={theme.value === "dark" ? "Switch to light" : "Switch to dark"}>
            <Icon name={theme.value === "dark" ? "sun" : "moon"} />
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} class={`view view-${view in kViews ? view : "map"}`}>
        <Trouble text={needsPassword.value ? "" : trouble} />
        {needsPassword.value ? <Password /> : session.value && <View rest={rest} />}
      </main>
    </div>
  );
}

function Password() {
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState("");
  const enter = async (event: Event) => {
    event.preventDefault();
    try {
      await api("POST", "/v1/session", { password });
      await loadSession();
      live.retryNow();
    } catch (error) {
      setTrouble(error instanceof ApiError && error.problem.status === 401 ? "That is not the password." : explainError(error));
    }
  };
  return (
    <form class="password" onSubmit={enter}>
      <h1 tabIndex={-1}>This server has a password</h1>
      <p class="lead">The one of its option requirepass. What stays in the browser is a cookie that no script can read.</p>
      <label>
        Password
        <input type="password" autocomplete="current-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} />
      </label>
      <button class="primary">Enter</button>
      <Trouble text={trouble} />
    </form>
  );
}
