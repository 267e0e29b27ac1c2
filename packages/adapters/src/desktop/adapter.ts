import { defineAdapter, type Adapter } from "@fleetbus/core";
import { desktopConfig, type DesktopConfig } from "./config.ts";
import { desktopText } from "./limits.ts";
import { desks } from "./answers/desk.ts";
import { desktopSource } from "./answers/source.ts";
import { desktopSink } from "./sink.ts";
import { toastsOf } from "./toasts.ts";
import { thisSystem } from "./tool.ts";

/** `desktop://` for this system, `desktop://macos?tool=terminal-notifier` for a platform and its tool. */
function keysOfUrl({ host, searchParams }: URL): Readonly<Record<string, unknown>> {
  return { ...(host === "" ? {} : { platform: host }), ...Object.fromEntries(searchParams) };
}

const deskOf = desks();

/**
 * Shows a toast on the machine that the daemon runs on; a later one of the same state replaces it. A receipt proves
 * that the desktop took it, not that it was on the screen: it may be told not to disturb.
 */
export const desktop: Adapter<DesktopConfig> = defineAdapter({
  spec: {
    type: "desktop",
    summary: "Shows toasts on this machine's desktop: Linux, macOS, and Windows from within WSL.",
    config: desktopConfig,
    examples: [
      { title: "As it is", config: {} },
      { title: "A session bus of another place", config: { bus: "env:DBUS_SESSION_BUS_ADDRESS" } },
      { title: "macOS, with replacement", config: { platform: "macos", tool: "terminal-notifier" } },
    ],
    // one at a time: the number of a toast must be known before the next one replaces it
    traits: { idempotent: false, ordered: true, proves: "accepted", isLocal: true },
    text: desktopText,
    // it says nothing but tokens of toasts that it showed itself: whoever sits at the screen may pick one, and sign nothing
    source: { vouches: "token", isExclusive: false },
    urls: { schemes: ["desktop"], parse: keysOfUrl },
    on: ["turn.failed", "permission.requested", "session.lost", "run.finished"],
  },
  open: (config, context) => {
    const desk = deskOf(context);
    const toasts = toastsOf(config, { system: thisSystem(), desk, context });
    return { sink: desktopSink(toasts, desk.waits), source: desktopSource(desk, toasts, context) };
  },
});
