import { useState } from "preact/hooks";
import { count } from "../lib/format";
import { go } from "../lib/routes";
import { clearDemoCity, demo, demoOrders, fillDemoCity, kDemoCity, kDemoSizes, moveDemoCity } from "../map/demo_city";
import { Choice, Slider, Trouble } from "../parts/small";

/** A made-up city to look at, only when asked for. */
/** `exists` if somebody, perhaps an earlier visit, has filled it. */
export function DemoControls({ isOpen, exists }: { isOpen: boolean; exists: boolean }) {
  const [size, setSize] = useState<number>(demo.value.drivers || 2000);
  const { state, drivers, done, problem } = demo.value;
  const fill = () => {
    go("map", kDemoCity);
    void fillDemoCity(size);
  };
  return (
    <details class="demo" open={isOpen || state !== "none"}>
      <summary>Demo city</summary>
      <p class="note">
        Fills the city <code>{kDemoCity}</code> with drivers and moves them from this page, by the same commands as a real one. Other cities are not
        touched.
      </p>
      <Choice legend="Drivers" value={size} options={kDemoSizes.map((each) => [each, count(each)] as const)} onChange={setSize}
        disabled={state === "filling" || state === "clearing"} />
      {(state === "moving" || state === "still") && (
        <Slider label="Orders" value={demoOrders.value} min={0} max={20} text={demoOrders.value === 0 ? "none" : `${demoOrders.value} a second`}
          onChange={(value) => { demoOrders.value = value; }} />
      )}
      <div class="row actions">
        {state === "none" && <button class="primary" onClick={fill}>{exists ? "Fill anew" : "Fill the city"}</button>}
        {state === "none" && exists && <button class="quiet" onClick={() => void clearDemoCity()}>Remove</button>}
        {state === "filling" && <progress max={drivers} value={done} aria-label="Filling the city" />}
        {(state === "moving" || state === "still") && (
          <>
            <button onClick={() => moveDemoCity(state === "still")}>{state === "still" ? "Move" : "Stop"}</button>
            {size !== drivers && <button onClick={fill}>Fill anew</button>}
            <button class="quiet" onClick={() => void clearDemoCity()}>Remove</button>
          </>
        )}
        {state === "clearing" && <span class="note" role="status">Removing …</span>}
      </div>
      <Trouble text={problem ?? ""} />
    </details>
  );
}
