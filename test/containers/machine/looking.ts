import { z } from "zod";
import type { User } from "./machine.ts";

/** What runs on a machine. */
export interface Running {
  /** Its user. */
  readonly owner: string;
  readonly args: string;
}

/** The command lines that this user can read: all of them, on a machine as it comes. What is dead has none. */
export async function processesSeenBy(user: User): Promise<readonly Running[]> {
  const script = `for each in /proc/[0-9]*; do
    args=$(tr '\\0' ' ' <"$each/cmdline") && [ -n "$args" ] && echo "$(stat -c %U "$each") \${args//$'\\n'/ }"
  done 2>/dev/null; true`;
  const { stdout } = await user.run(script);
  const lines = stdout.split("\n").filter(Boolean);
  return lines.map((line) => ({
    owner: line.slice(0, line.indexOf(" ")),
    args: line.slice(line.indexOf(" ") + 1),
  }));
}

/** One request, to a loopback port or a unix socket; nothing is added to its headers. */
export interface Asked {
  readonly port?: string;
  readonly socketPath?: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const answerSchema = z.object({
  status: z.number().optional(),
  text: z.string(),
  error: z.string().optional(),
});

const program = `
const { body, ...options } = JSON.parse(process.env.ASKED);
const say = (answer) => process.stdout.write(JSON.stringify(answer));
const sent = require("node:http").request({ host: "127.0.0.1", timeout: 5000, ...options }, (response) => {
  let text = "";
  response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  response.on("end", () => say({ status: response.statusCode, text }));
});
sent.on("error", ({ code }) => say({ text: "", error: code }));
sent.end(body);
`;

/** Sends it as this user; gives the answer, or the error's code. */
export async function ask(user: User, asked: Asked): Promise<z.infer<typeof answerSchema>> {
  const { stdout } = await user.run('node -e "$PROGRAM"', { PROGRAM: program, ASKED: JSON.stringify(asked) });
  return answerSchema.parse(JSON.parse(stdout));
}
