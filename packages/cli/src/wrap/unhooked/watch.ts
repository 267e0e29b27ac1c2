import { basename } from "node:path";
import { timeLimit, unlessAborted, type PtyFact } from "@fleetbus/core";
import type { PtyReport, PtyReportAnswer } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { readJson, shape } from "../../daemon-client/body.ts";
import { daemonOf } from "../../daemon-client/daemon.ts";
import { activity, type Activity, type Own } from "./activity.ts";
import { reports } from "./reports.ts";

/** A command that the daemon is told of by its output. */
export interface Watched extends Activity {
  /** How long it must have printed nothing before something is typed: 0 once its hooks are known to tell more. */
  quietMs(): number;
  /** It has ended. Resolves when that is told, or within a second. Never rejects. */
  end(): Promise<void>;
}

/** What is watched. */
export interface Unhooked {
  readonly argv: readonly string[];
  readonly name: string;
  /** The command's process. */
  readonly pid: number;
  readonly pty: PtyFact;
}

/** A model that thinks is shown by something that moves, in every agent CLI that was looked at. */
const outputQuietMs = 3000;
const endMs = 1000;
const answered = shape<PtyReportAnswer>("why");

/** Tells the daemon of a command by what it prints, until the daemon says that its hooks tell more. Starts no daemon. */
export function watchUnhooked({ argv, name, pid, pty }: Unhooked, { world, paths }: Context): Watched {
  const { clock } = world;
  const over = new AbortController();
  const daemon = daemonOf({ ...world, env: { ...world.env, FLEET_NO_AUTOSTART: "1" } }, paths());
  let isSession = true;
  let isKnown = false;
  const send = async (report: PtyReport) => {
    const request = { method: "POST", path: "/v1/ptys", body: JSON.stringify(report) } as const;
    const answer = await readJson(await daemon.send(request), answered);
    isSession = answer.session !== undefined;
    isKnown = isSession;
    return answer;
  };
  const told = reports({ clock, send, signal: over.signal });
  const base = { pty, pid, cli: basename(argv[0] ?? ""), cwd: world.cwd, name };
  const tell = (state: PtyReport["state"], own?: Own) => {
    const prompt = own?.line === undefined ? {} : { prompt: own.line };
    const messages = state === "idle" && own !== undefined ? { messages: [...own.messages] } : {};
    told.tell({ ...base, state, ...prompt, ...messages });
  };
  tell("starting");
  const seen = activity({ clock, quietMs: outputQuietMs, signal: over.signal, onSeen: tell });
  return {
    ...seen,
    quietMs: () => (isSession ? outputQuietMs : 0),
    end: async () => {
      if (isKnown) {
        tell("ended");
        await unlessAborted(told.told(), timeLimit(endMs)).catch(() => undefined); // its process is seen to be gone
      }
      over.abort(new Error("the command has ended"));
    },
  };
}
