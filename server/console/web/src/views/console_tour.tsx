// The five steps of assigning a driver with Redis, one after the other, and the one that replaces them.
import { useState } from "preact/hooks";
import { run } from "../lib/api";
import { kTour, kTourSetup, words, type Step } from "../lib/tour";

type Send = (args: string[], line: string) => Promise<boolean>;

export function Tour({ send }: { send: Send }) {
  const [done, setDone] = useState(0);
  const [busy, setBusy] = useState(false);
  const take = async (step: Step, at: number) => {
    setBusy(true);
    try {
      if (at === 0) for (const [name, ...args] of kTourSetup) await run(name!, ...args);
      if (await send(words(step), words(step).join(" "))) setDone(at + 1);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="card tour" aria-label="Tour">
      <h2>Five steps, or one</h2>
      <p class="note">
        How a driver is assigned with Redis. Point at a word, or tab to it, to read what it means. The first step puts five drivers into the city
        <code> blr</code>, in place of those that are there.
      </p>
      <ol class="tour-steps">
        {kTour.map((step, at) => (
          <li key={step.title} class={at < done ? "done" : at === done ? "next" : "later"}>
            <h3>{step.title}</h3>
            <Words step={step} />
            {(at < done || at === done) && <p class="note">{step.story}</p>}
            <button class={at === done ? "primary" : "quiet"} disabled={busy || at > done} onClick={() => void take(step, at)}>
              {at < done ? "Again" : "Run"}<span class="visually-hidden"> step {at + 1}</span>
            </button>
          </li>
        ))}
      </ol>
      {done > 0 && <button class="quiet" onClick={() => setDone(0)}>From the start</button>}
    </section>
  );
}

/** The command's words, each with its meaning on hover, focus or tap. */
function Words({ step }: { step: Step }) {
  const [shown, setShown] = useState<number | null>(null);
  const meaning = shown === null ? "" : (step.parts[shown]?.[1] ?? "");
  return (
    <div class="words" onMouseLeave={() => setShown(null)}>
      <code>
        {step.parts.map(([text, what], at) => (
          <button key={at} type="button" class={at === shown ? "word shown" : "word"} aria-label={`${text}: ${what ?? ""}`}
            onMouseEnter={() => setShown(at)} onFocus={() => setShown(at)} onBlur={() => setShown(null)} onClick={() => setShown(at)}>
            {text}
          </button>
        ))}
      </code>
      <p class="meaning" aria-hidden="true">{meaning}</p>
    </div>
  );
}
