// Small parts that several views share.
import type { ComponentChildren } from "preact";
import type { LiveState } from "../lib/live_socket";

export function Head({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="head">
      <h1 tabIndex={-1}>{title}</h1>
      {children && <p class="lead">{children}</p>}
    </header>
  );
}

/** Something went wrong, and what to do about it. Read aloud when it appears. */
export function Trouble({ text }: { text: string }) {
  return (
    <div role="alert" class={text ? "trouble" : "trouble empty"}>
      {text}
    </div>
  );
}

interface ChoiceProps<T extends string | number> {
  legend: string;
  value: T;
  options: readonly (readonly [value: T, label: string])[];
  onChange: (value: T) => void;
  disabled?: boolean;
}

/** A few exclusive options side by side: radio buttons, so that arrow keys work. */
export function Choice<T extends string | number>({ legend, value, options, onChange, disabled }: ChoiceProps<T>) {
  const group = legend.toLowerCase().replace(/\W+/g, "-");
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend>{legend}</legend>
      <div class="choice-options">
        {options.map(([each, label]) => (
          <label key={each} class={each === value ? "picked" : ""}>
            <input type="radio" name={group} checked={each === value} onChange={() => onChange(each)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  text: string;
  onChange: (value: number) => void;
  disabled?: boolean;
}

export function Slider({ label, value, min, max, step = 1, text, onChange, disabled }: SliderProps) {
  return (
    <label class="slider">
      <span class="slider-label">
        {label} <output>{text}</output>
      </span>
      <input type="range" {...{ min, max, step, value, disabled }} aria-valuetext={text}
        onInput={(event) => onChange(Number(event.currentTarget.value))} />
    </label>
  );
}

const kStates: Record<LiveState, string> = { open: "Live", connecting: "Connecting", waiting: "Server away, trying again" };

export function LiveBadge({ state }: { state: LiveState }) {
  return (
    <span class={`live ${state}`} role="status">
      {kStates[state]}
    </span>
  );
}
