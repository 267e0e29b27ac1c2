import { expect, test } from "vitest";
import { supervisorOf } from "./supervisor.ts";
import type { TargetSession } from "./world.ts";

function session(name: string, more: Partial<TargetSession> = {}): TargetSession {
  const state = { state: "idle" as const, stateSince: "2026-01-01T00:00:00Z", hooked: true, wake: true };
  return { machine: "lab", name, display: name, ...state, ...more };
}

const sessions = [
  session("web"),
  session("web-codex"),
  session("boss", { machine: "far" }),
  session("me-too"),
];
const at = (machine: string, name: string) => ({ machine, session: name });

test.each<[string, TargetSession, ReturnType<typeof at> | undefined]>([
  ["an explicit parent", session("x", { parent: "web" }), at("lab", "web")],
  [
    "an explicit parent before the name's rule",
    session("web-codex", { parent: "me-too" }),
    at("lab", "me-too"),
  ],
  ["a parent that is not there yet", session("x", { parent: "later" }), at("lab", "later")],
  ["the human", session("x", { parent: "me" }), at("lab", "me")],
  ["a parent on another machine by its address", session("x", { parent: "far/boss" }), at("far", "boss")],
  ["a parent on another machine by its name", session("x", { parent: "boss" }), at("far", "boss")],
  ["the codex suffix", session("web-codex"), at("lab", "web")],
  ["the gemini suffix", session("web-gemini"), at("lab", "web")],
  ["the grok suffix", session("web-grok"), at("lab", "web")],
  ["a suffix behind a collision", session("web-codex-2"), at("lab", "web")],
  ["no suffix", session("api"), undefined],
  ["a suffix whose session does not exist", session("api-codex"), undefined],
  ["a suffix whose session is on another machine", session("boss-codex"), undefined],
  ["a parent that is no name", session("x", { parent: "no name!" }), undefined],
])("%s decides who supervises", (_, child, supervisor) => {
  expect(supervisorOf(child, { sessions })).toEqual(supervisor);
});

test("[case 15] a session that is its own parent has no supervisor to tell", () => {
  expect(supervisorOf(session("web", { parent: "web" }), { sessions })).toBeUndefined();
  expect(supervisorOf(session("web", { parent: "lab/web" }), { sessions })).toBeUndefined();
});

test("[case 16] a child whose parent is itself falls back to its name's rule", () => {
  const child = session("web-codex", { parent: "web-codex" });
  expect(supervisorOf(child, { sessions })).toEqual(at("lab", "web"));
});
