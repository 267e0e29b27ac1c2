import type { FleetEvent } from "@fleetbus/core";

const names = ["ns", "machine", "session", "kind", "origin"] as const;
type Name = (typeof names)[number];

/** Where fleet's own subjects and the server's begin: no forward speaks there. */
const closed = /^(fleet|\$[^.]*|_INBOX[^.]*)$/i;
const maxLength = 512;

/**
 * What is wrong with a subject template; undefined where nothing is. It begins with a literal word that is neither fleet's
 * nor the server's: an event on fleet's own subjects would be another fleet's event, under a name that it never had.
 */
export function subjectProblem(template: string): string | undefined {
  const tokens = template.split(".");
  const [first = ""] = tokens;
  if (template.length > maxLength) return `at most ${maxLength} characters`;
  const unknown = [...template.matchAll(/\{([^}]*)\}/g)].find(([, name]) => !isName(name));
  if (unknown !== undefined) return `${unknown[0]} is none of ${names.map((name) => `{${name}}`).join(", ")}`;
  const bare = tokens.map((token) => token.replaceAll(/\{\w+\}/g, "x"));
  const wrong = bare.find((token) => !/^[\w$-]+$/.test(token));
  if (wrong !== undefined)
    return `"${wrong}" is no part of a subject: use letters, digits, - and _, with dots between`;
  if (first.includes("{")) return "it begins with a word of your own, not with a part of the event";
  return closed.test(first) ? `${first} is not yours to publish on: begin with another word` : undefined;
}

/** The subject of one event. Its parts cannot make another token, nor a wildcard. */
export function subjectOf(template: string, event: FleetEvent, ns: string): string {
  const { from, kind, origin } = event;
  const parts: Readonly<Record<Name, string>> = {
    ns: token(ns),
    machine: token(from.machine),
    session: token(from.session),
    kind: kind.split(".").map(token).join("."),
    origin: token(origin),
  };
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (isName(name) ? parts[name] : whole));
}

function isName(text: string | undefined): text is Name {
  return names.some((name) => name === text);
}

function token(text: string): string {
  return text.replaceAll(/[^\w-]/g, "_") || "_";
}
