import { render } from "preact";

render(<main>Dabba</main>, document.getElementById("app")!);
