import { z } from "zod";
import { outcomeSchema } from "./origin.ts";

const run = z.looseObject({
  /** The run's id: the same in all of its events, and of its full log. */
  run: z.string().optional(),
  /** The command and its arguments as they were given; long ones are cut. */
  command: z.array(z.string()).optional(),
  cwd: z.string().optional(),
  pid: z.int().positive().optional(),
  title: z.string().optional(),
  message: z.string().optional(),
  sound: z.string().optional(),
  /** The adapters that this run is for, by their names; those that are not named stay silent. Absent: as routes say. */
  to: z.array(z.string()).optional(),
});

/** What led to a `run.output`: the interval, a line that fits the regex, or the wish for all output. */
export const outputTriggerSchema = z.enum(["partial", "regex", "stream"]);

/**
 * The data of the events of a wrapped command (`fleet run`; the specification's TaskFinished). Their `from` is the session
 * that it runs in, else `me`. All texts are sanitised. Unknown fields survive.
 */
export const runEventSchemas = {
  "run.started": run,
  "run.output": run.extend({
    trigger: outputTriggerSchema.optional(),
    /** Counts the run's outputs from 1. */
    seq: z.int().positive().optional(),
    /** The end of what came until now. */
    tail: z.string().optional(),
    /** Of `stream`: the next of all output. What came faster than it may be told is counted in `skippedBytes`. */
    output: z.string().optional(),
    skippedBytes: z.int().nonnegative().optional(),
    /** Of `regex`: the line, and how many fitted since the last event. */
    line: z.string().optional(),
    matches: z.int().positive().optional(),
    durationMs: z.number().optional(),
  }),
  "run.finished": run.extend({
    /** `done` for exit code 0, `interrupted` for a signal of a person's (HUP, INT, QUIT, TERM), else `error`. */
    outcome: outcomeSchema.optional(),
    /** What `fleet run` ends with: 128+n after signal n, 124 after its timeout, 126 and 127 for what could not be started. */
    exitCode: z.int().optional(),
    /** As `SIGKILL`, where one ended the command. */
    signal: z.string().optional(),
    isTimedOut: z.boolean().optional(),
    /** Why the command could not be started. */
    error: z.string().optional(),
    durationMs: z.number().optional(),
    tail: z.string().optional(),
    /** Bytes of output that were seen; absent where none was captured. */
    outputBytes: z.int().nonnegative().optional(),
    /** Where the full log is kept, as `<object store>/<run>`: soon after this event, for 7 days. `fleet run log <run>` prints it. */
    logRef: z.string().optional(),
    /** `full`: adapters whose channels take files are to send the full log with their notice. */
    attach: z.enum(["full", "tail"]).optional(),
    /** What the full log does not hold of the output's end. */
    logSkippedBytes: z.int().positive().optional(),
    /** What of the run could not be told, one line each: a regex that took too long. */
    warnings: z.array(z.string()).optional(),
  }),
} as const;

/** A kind of event about a run. */
export type RunEventKind = keyof typeof runEventSchemas;

/** What an event of kind `K` about a run carries. */
export type RunEventData<K extends RunEventKind> = z.infer<(typeof runEventSchemas)[K]>;

/** Whether a kind of event is about a run. */
export function isRunEventKind(kind: string): kind is RunEventKind {
  return Object.hasOwn(runEventSchemas, kind);
}
