import { bareNotice, type FleetEvent, type Notice } from "@fleetbus/core";

/** What every channel for people shows in its goldens. */
export interface Shown {
  readonly name: string;
  readonly event: FleetEvent;
  readonly notice: Notice;
}

const hostile = "<b>&*_[x](y) @everyone <!channel> `code`";

/** The same five notices for each channel; `escape` is that channel's, as the host would have used it. */
export function fiveNotices(escape: (value: string) => string): readonly Shown[] {
  return [
    shown("failed", "turn.failed", {
      ...{ title: `lab/web failed: ${hostile}`, priority: "high" },
      text: escape(`overloaded: ${hostile}\nthe second line, “Grüße” 🚀\n2026-01-02 15:04 UTC`),
    }),
    shown("permission", "permission.requested", {
      ...{ title: "lab/web asks for permission: Bash", priority: "high" },
      ...{ text: escape("rm -rf build && npm ci"), link: "https://fleet.example/lab/web?tab=1&x=y" },
      sound: "siren",
    }),
    shown("lost", "session.lost", {
      ...{ title: "lab/web is lost", priority: "urgent" },
      text: escape("Its process or its terminal is gone."),
    }),
    shown("resolved", "session.started", {
      ...{ title: "lab/web is back", priority: "normal", isResolved: true },
      text: escape("2026-01-02 15:04 UTC"),
    }),
    shown("part", "run.finished", {
      ...{ id: "01ke0000000000000000000005-2", title: "npm test: exit 1 (2/3)", priority: "low" },
      ...{ text: escape("line 41 of the log\nline 42 of the log"), part: { number: 2, of: 3 } },
    }),
  ];
}

function shown(name: string, kind: string, change: Partial<Notice>): Shown {
  const ids: Readonly<Record<string, number>> = { failed: 1, permission: 2, lost: 3, resolved: 4, part: 5 };
  const event: FleetEvent = {
    ...{ id: `01ke000000000000000000000${ids[name]}`, kind, from: { machine: "lab", session: "web" } },
    ...{ time: "2026-01-02T15:04:00.000Z", origin: "agent", data: {} },
  };
  const notice = bareNotice(event, change);
  return { name, event, notice };
}
