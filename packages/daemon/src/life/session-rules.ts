import type { FleetConfig, SessionConfig, SessionRecord } from "@fleetbus/core";

/** What a session is matched by. */
export type Matched = Pick<SessionRecord, "name"> & Partial<Pick<SessionRecord, "display" | "cwd">>;

/** The first `[[session]]` of the config whose `match` fits the name, the display name or the folder (DESIGN §11). */
export function rulesFor(config: Pick<FleetConfig, "session">, session: Matched): Partial<SessionConfig> {
  const folder = session.cwd?.split("/").findLast((part) => part !== "");
  const texts = [session.name, session.display, session.cwd, folder];
  return (
    config.session.find(({ match }) => texts.some((text) => text !== undefined && fits(match, text))) ?? {}
  );
}

/** `*` stands for anything, everything else for itself. */
function fits(match: string, text: string): boolean {
  const pattern = match.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(text);
}
