import { z } from "zod";

/** One request to a model: everything that it gets to see. */
export interface ModelRequest {
  readonly session: string;
  readonly texts: readonly string[];
}

/** What a model answered: text, or a command that it wants run. */
export interface ModelAnswer {
  readonly text?: string;
  readonly run?: string;
}

const answerSchema = z.object({ text: z.string().optional(), run: z.string().optional() });

/** The model of the demo agent: a program behind `url`, or a parrot where there is none. Rejects when the signal aborts. */
export async function askModel(
  url: string | undefined,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  if (url === undefined) return parrot(request);
  const response = await fetch(url, { method: "POST", body: JSON.stringify(request), signal });
  if (!response.ok) throw new Error(`the model answered ${response.status}`);
  const { text, run } = answerSchema.parse(await response.json());
  return { ...(text === undefined ? {} : { text }), ...(run === undefined ? {} : { run }) };
}

/** Acts on the newest thing it was told, so that a person sees that it arrived. */
function parrot({ texts }: ModelRequest): ModelAnswer {
  const newest = texts.at(-1) ?? "";
  const fenced =
    /\[fleet:[a-z0-9]+\] message [\s\S]*?\n\n([\s\S]*?)\n\[fleet:[a-z0-9]+\] end of message/.exec(
      newest,
    )?.[1];
  const [line = ""] = (fenced ?? newest).trim().split("\n").slice(-1);
  return { text: `Done: ${line.slice(0, 160)}` };
}
