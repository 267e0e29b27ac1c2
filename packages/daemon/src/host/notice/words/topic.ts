import { sanitiseLine, type FleetEvent } from "@fleetbus/core";
import { plainOf } from "./plain.ts";

/** What a session's event tells of: kinds of one topic replace each other. */
const topics: Readonly<Record<string, string>> = {
  session: "session",
  prompt: "turn",
  turn: "turn",
  tool: "tool",
  permission: "permission",
};

/** Where several of a kind are open at once, which of them: the first field that the event has. */
const subjects: Readonly<Record<string, readonly string[]>> = {
  run: ["run", "id", "command"],
  message: ["thread", "id"],
  task: ["task", "id"],
  lock: ["resource", "id"],
  adapter: ["adapter", "name"],
};

const maxKeyBytes = 200;

/** `Notice.key`: `<machine>/<session> <topic>`, shared by what opens a state and what ends it. */
export function keyOf(event: FleetEvent): string {
  const { machine, session } = event.from;
  return sanitiseLine(`${machine}/${session} ${topicOf(event)}`, { maxBytes: maxKeyBytes });
}

function topicOf({ kind, data, id }: FleetEvent): string {
  const [root = ""] = kind.split(".");
  const fields = Object.hasOwn(subjects, root) ? subjects[root] : undefined;
  if (fields === undefined) return (Object.hasOwn(topics, root) ? topics[root] : undefined) ?? kind;
  const named = fields.map((field) => plainOf(data[field])).find((text) => text !== "");
  return `${root} ${named ?? id}`;
}

/** Whether an event says by its kind alone that a state is over. */
export function isResolving({ kind }: Pick<FleetEvent, "kind">): boolean {
  return kind === "permission.resolved";
}
