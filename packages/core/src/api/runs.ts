import { z } from "zod";
import { idSchema } from "../message/message.ts";
import { runEventSchemas } from "../event/run.ts";
import { callerSchema } from "./requests.ts";

const said = {
  caller: callerSchema,
  /** The event's id, made by the caller: the same one again is the same event. */
  id: idSchema,
  /** When it happened: a file that was left without a daemon comes later. */
  time: z.iso.datetime(),
};

/** `POST /v1/runs`: what happened to a command that `fleet run` wraps; its session is who the caller is. */
export const runEventRequestSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...said, kind: z.literal("run.started"), data: runEventSchemas["run.started"] }),
  z.strictObject({ ...said, kind: z.literal("run.output"), data: runEventSchemas["run.output"] }),
  z.strictObject({ ...said, kind: z.literal("run.finished"), data: runEventSchemas["run.finished"] }),
]);
export type RunEventRequest = z.infer<typeof runEventRequestSchema>;

/** Taken over: it is on the daemon's disk, and goes to the server when there is one. */
export interface RunEventAnswer {
  readonly id: string;
  /** `<machine>/<session>` that it is told of. */
  readonly from: string;
}
