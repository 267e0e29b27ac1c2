import type { LaunchedView, PlannedView } from "../../launch/launch.ts";
import type { Stopped } from "../../launch/stop.ts";
import type { Column } from "../../output/table.ts";

/** Of `fleet launch --dry-run`. */
export const planColumns: readonly Column<PlannedView>[] = [
  { title: "SESSION", show: ({ name }) => name },
  { title: "ROLE", show: ({ role }) => role },
  { title: "CLI", show: ({ cli }) => cli },
  { title: "WOULD", show: ({ would }) => would },
];

/** Of `fleet launch`. */
export const resultColumns: readonly Column<LaunchedView>[] = [
  { title: "SESSION", show: ({ session, name }) => session ?? name },
  { title: "ROLE", show: ({ role }) => role },
  { title: "CLI", show: ({ cli }) => cli },
  { title: "PANE", show: ({ pane }) => pane },
  { title: "DID", show: ({ did }) => did },
  { title: "NOTE", show: ({ trouble }) => trouble ?? "" },
];

/** Of `fleet launch --stop`. */
export const stopColumns: readonly Column<Stopped>[] = [
  { title: "SESSION", show: ({ name }) => name },
  { title: "PROCESS", show: ({ pid }) => (pid === undefined ? "" : String(pid)) },
  { title: "NOW", show: ({ isEnded }) => (isEnded ? "ended" : "still running") },
];
