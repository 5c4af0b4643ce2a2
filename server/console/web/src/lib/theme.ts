// Light or dark: the system's choice until the switch is used.
import { signal } from "@preact/signals";

export type Theme = "light" | "dark";

const kKey = "dabba-theme";
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

const stored = (): Theme | null => {
  const value = localStorage.getItem(kKey);
  return value === "light" || value === "dark" ? value : null;
};

export const theme = signal<Theme>(stored() ?? (systemIsDark.matches ? "dark" : "light"));

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(kKey, theme.value);
}

systemIsDark.addEventListener("change", () => {
  if (!stored()) theme.value = systemIsDark.matches ? "dark" : "light";
});

theme.subscribe((value) => {
  document.documentElement.dataset.theme = value;
});

/** A colour of the page as it is now, for what is drawn on a canvas. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
