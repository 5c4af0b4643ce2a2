// Line drawings of 20 x 20, in the colour of the text beside them.
const kPaths: Record<string, string> = {
  map: "M7.5 3.5 3 5.5v11l4.5-2 5 2 4.5-2v-11l-4.5 2-5-2Zm0 0v11m5-9v11",
  timeline: "M5 4v12M5 4.5h.01M5 10h.01M5 15.5h.01M9 4.5h7M9 10h5M9 15.5h7",
  race: "M4 17V3.5m0 .5h11l-2.5 3.5L15 11H4",
  console: "M3 4.5h14v11H3zM6 8l2.2 2L6 12m4.5.3h3",
  api: "M7 6 3 10l4 4m6-8 4 4-4 4m-2.2-9.5-2 11",
  health: "M3 10.5h3l2-5 3.5 9.5 2.2-4.5H17",
  sun: "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM10 2.5v1.2m0 12.6v1.2M2.5 10h1.2m12.6 0h1.2M4.7 4.7l.85.85m8.9 8.9.85.85m0-10.6-.85.85m-8.9 8.9-.85.85",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8Z",
  play: "M6 4v12l10-6z",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={kPaths[name] ?? ""} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <path d="M11 9V7.5A2.5 2.5 0 0 1 13.5 5h5A2.5 2.5 0 0 1 21 7.5V9" fill="none" stroke="currentColor" stroke-width="2" />
      <rect x="7" y="9.5" width="18" height="4.6" rx="1.6" fill="currentColor" />
      <rect x="7" y="15.6" width="18" height="4.6" rx="1.2" fill="currentColor" opacity=".75" />
      <rect x="7" y="21.7" width="18" height="4.8" rx="1.6" fill="currentColor" opacity=".5" />
    </svg>
  );
}
