import { render } from "preact";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/views.css";
import "./styles/map.css";
import { App } from "./app";

render(<App />, document.getElementById("app")!);
