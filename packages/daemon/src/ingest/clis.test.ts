import { loadConfig } from "@fleetbus/core";
import { expect, test } from "vitest";
import { clisOf, knownClis } from "./clis.ts";

const configOf = (text: string) => loadConfig(text, { path: "fleet.toml" }).config;

test("a CLI is known as long as the config names it, beside those that fleet knows itself", () => {
  let config = configOf("");
  const clis = clisOf(() => config);
  expect([...clis().keys()].toSorted()).toEqual(["claude", "codex", "demo", "gemini", "grok"]);
  config = configOf('[[cli]]\nname = "aide"\n');
  expect(clis().has("aide")).toBe(true);
  expect(clis().get("codex")).toBe(knownClis().get("codex"));
  config = configOf("");
  expect(clis().has("aide")).toBe(false);
});

test("an unchanged config is not looked at again", () => {
  const config = configOf('[[cli]]\nname = "aide"\n');
  const clis = clisOf(() => config);
  expect(clis()).toBe(clis());
});
