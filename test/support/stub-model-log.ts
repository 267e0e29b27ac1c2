/** One message of a request, flattened: tool results and tool calls are text too. */
export interface ModelMessage {
  readonly role: string;
  readonly text: string;
}

/** One request to the model, with the whole text that it held. */
export interface ModelRequest {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** When the answer was written completely or the caller went away. */
  readonly endedAt: number;
  /** `answered`: written completely. `aborted`: the caller went away first. `failed`: a status that the script asked for. */
  readonly end: "answered" | "aborted" | "failed";
  /** Bytes of answer text or tool input had been sent. */
  readonly hadOutput: boolean;
  readonly model: string;
  /** The CLI's own session id, from its header. */
  readonly session: string | undefined;
  /** The CLI's id of the sub-agent that asks. */
  readonly agent: string | undefined;
  /** Empty for side requests, such as making a title. */
  readonly tools: readonly string[];
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** What was answered. */
  readonly answer: string;
}

/** What a request is before it ended. */
export type OpenRequest = Omit<ModelRequest, "seq" | "endedAt" | "end" | "hadOutput">;

/** The account of everything a stub model was asked. */
export interface RequestLog {
  /** All requests so far in the order of their arrival, unfinished ones included as `aborted` with `endedAt` 0. */
  requests(): readonly ModelRequest[];
  /** The requests whose system or messages hold `text`. */
  holding(text: string): readonly ModelRequest[];
  /** The first request that matches, now or within `timeoutMs`. */
  waitFor(matches: (request: ModelRequest) => boolean, timeoutMs?: number): Promise<ModelRequest>;
  /** Calls to paths that the stub does not know, as `METHOD path`. */
  strangers(): readonly string[];
  /** Begins an account; the returned function completes it. */
  begin(request: OpenRequest): (how: Pick<ModelRequest, "end" | "hadOutput">) => void;
  note(stranger: string): void;
}

/** A log in memory; `write` gets a JSON line for each finished request. */
export function requestLog(write: (line: string) => void): RequestLog {
  const all: ModelRequest[] = [];
  const unknown: string[] = [];
  const watchers = new Set<() => void>();
  const changed = () => watchers.forEach((look) => look());
  return {
    requests: () => [...all],
    holding: (text) => all.filter((request) => holds(request, text)),
    waitFor: (matches, timeoutMs = 40_000) => waitIn(all, { watchers, matches, timeoutMs }),
    strangers: () => [...unknown],
    note: (stranger) => void unknown.push(stranger),
    begin(request) {
      const seq = all.length;
      all.push({ ...request, seq, endedAt: 0, end: "aborted", hadOutput: false });
      changed();
      return (how) => {
        const done: ModelRequest = { ...request, seq, endedAt: Date.now(), ...how };
        all[seq] = done;
        write(JSON.stringify(done));
        changed();
      };
    },
  };
}

function holds(request: ModelRequest, text: string): boolean {
  return request.system.includes(text) || request.messages.some((message) => message.text.includes(text));
}

interface Wait {
  readonly watchers: Set<() => void>;
  readonly matches: (request: ModelRequest) => boolean;
  readonly timeoutMs: number;
}

function waitIn(all: readonly ModelRequest[], { watchers, matches, timeoutMs }: Wait): Promise<ModelRequest> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = all.find(matches);
      if (found === undefined) return;
      clearTimeout(timer);
      watchers.delete(look);
      resolve(found);
    };
    const timer = setTimeout(() => {
      watchers.delete(look);
      reject(new Error(`waiting for a model request: none of ${all.length} matched within ${timeoutMs} ms`));
    }, timeoutMs);
    watchers.add(look);
    look();
  });
}
