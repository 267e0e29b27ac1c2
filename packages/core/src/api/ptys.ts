import { z } from "zod";
import { ptySchema } from "../event/kinds.ts";

/**
 * `POST /v1/ptys`: what `fleet wrap --name` sees of a command that has no hooks, by what it prints. The first one
 * registers it; each is whole, so that one may be lost: the session is found again by `pty.id`.
 */
export const ptyReportSchema = z.strictObject({
  pty: ptySchema,
  /** The command's process. */
  pid: z.int().positive(),
  /** The command's name, without its folder. */
  cli: z.string().min(1).max(120),
  cwd: z.string(),
  name: z.string().min(1).max(200),
  /** `idle`: it has printed nothing for a while. */
  state: z.enum(["starting", "busy", "idle", "ended"]),
  /** The line that fleet itself submitted. */
  prompt: z.string().max(1000).optional(),
  /** With `idle`: ids of the messages that were typed whole for the turn that ended. */
  messages: z.array(z.string()).optional(),
});
export type PtyReport = z.infer<typeof ptyReportSchema>;

/** What became of it. */
export interface PtyReportAnswer {
  /** The session that it is; absent where it is none, and need not be told of again. */
  readonly session?: string;
  readonly why: string;
}
