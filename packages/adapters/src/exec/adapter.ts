import { z } from "zod";
import { defineAdapter, FleetError, type Adapter } from "@fleetbus/core";
import { execText } from "./limits.ts";
import { execSink } from "./sink.ts";

const config = z.strictObject({
  command: z
    .array(
      z
        .string()
        .min(1)
        .regex(/^[^\0]*$/),
    )
    .min(1)
    .describe(
      "The program and its arguments, each by itself: no shell reads them, and nothing of an event stands in them.",
    ),
  env: z
    .record(
      z.string().regex(/^(?!FLEET_)[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name, not one of fleet's own"),
      z.string().meta({ secret: true }),
    )
    .default({})
    .describe(
      "All that it finds in its environment beside PATH and fleet's own FLEET_EVENT_ and FLEET_NOTICE_ variables; values may name secrets, and others' variables: HOME is env:HOME.",
    ),
  folder: z.string().startsWith("/").default("/").describe("The folder that it runs in."),
  timeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .describe(
      "After so long it is ended with all that it started, and tried again later, in milliseconds. It ends with the daemon, too, also where that was killed with -9: by SIGTERM, and 0.1 s later SIGKILL, long before the next daemon tries the event again. What is to go on must leave its process group (setsid).",
    ),
});

/** The config of the exec adapter. */
export type ExecConfig = z.output<typeof config>;

/** `exec:///home/me/bin/on-event?arg=--quiet&arg=x`: the program's path, its arguments in order. */
function keysOfUrl(url: URL): Readonly<Record<string, unknown>> {
  const program = decodeURIComponent(url.pathname);
  if (url.host !== "" || !program.startsWith("/"))
    throw new FleetError(
      "config",
      `reading ${url.protocol}//…: name a path, as exec:///home/me/bin/on-event`,
    );
  return { command: [program, ...url.searchParams.getAll("arg")] };
}

/**
 * Runs a command for each event: the event as JSON on stdin, what a person is to read of it in the environment. Exit 0
 * means taken, 75 (EX_TEMPFAIL) try again later, anything else failed, with the end of what it said on stderr. It does
 * not outlive the daemon: what was cut off is tried again, with the same FLEET_EVENT_ID.
 */
export const exec: Adapter<ExecConfig> = defineAdapter({
  spec: {
    type: "exec",
    summary: "Runs a command of one's own for each event, with the event as JSON on its stdin.",
    config,
    examples: [
      { title: "A script", config: { command: ["/home/me/bin/on-event", "--quiet"] } },
      {
        title: "With a home and a secret",
        config: {
          command: ["node", "/home/me/post.mjs"],
          env: { HOME: "env:HOME", API_TOKEN: "file:/home/me/.token" },
          timeoutMs: 5000,
        },
      },
    ],
    // a script expects to be alone; one that hangs is ended after timeoutMs
    traits: { idempotent: false, ordered: true, proves: "accepted" },
    text: execText,
    urls: { schemes: ["exec"], parse: keysOfUrl },
    on: ["turn.failed", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({ sink: execSink(parsed, context) }),
});
