import { timeLimit } from "@fleetbus/core";
import { connectBus, type Bus } from "@fleetbus/core/bus";
import type { Closing } from "../ending/closing.ts";
import { joinServer, type JoinedServer } from "./join-server.ts";
import type { Local } from "../local.ts";
import { chooseServer, rememberChoice, type ServerChoice } from "./server-choice.ts";
import type { ReportStage } from "./stage.ts";

/** The bus and the server behind it. */
export interface Joined {
  readonly server: JoinedServer;
  readonly bus: Bus;
}

/** How to join. */
export interface JoinOptions extends ServerChoice {
  readonly onStage: ReportStage;
  readonly signal: AbortSignal;
  readonly closing: Closing;
  /** Whether the managed server ends with the daemon; asked when it closes. */
  isServerLeaving(): boolean;
}

/** A server that does not answer for so long at a start is told, not waited for. */
const connectWithinMs = 15_000;

/** Joins the server and lays the namespace out on it. Rejects with `version`, `unavailable`, `unauthorized`. */
export async function joinBus(local: Local, options: JoinOptions): Promise<Joined> {
  const { paths, env, clock, settings, logger } = local;
  const { onStage, signal, closing } = options;
  const { config } = settings;
  const choice = await chooseServer(options, { paths, config });
  const server = await joinServer(choice, {
    paths,
    env,
    config: config.server,
    clock,
    log: logger.named("server"),
    onStage,
    signal,
  });
  closing.push("server", () => leave(server, options.isServerLeaving()));
  const bus = await connectBus({
    servers: server.url,
    ns: settings.ns,
    name: `fleet daemon ${settings.machine}`,
    mode: "daemon",
    signal: AbortSignal.any([signal, timeLimit(connectWithinMs)]),
    onProblem: (error) => local.onError(error, "keeping the connection"),
    ...server.access,
  });
  closing.push("bus", () => bus.close());
  await bus.ensureLayout();
  await rememberChoice(options, paths);
  onStage({ stage: "bus", state: "done", detail: `${server.url}, namespace ${settings.ns}` });
  return { server, bus };
}

async function leave(server: JoinedServer, isLeaving: boolean): Promise<void> {
  if (isLeaving) await server.managed?.stop();
  else await server.managed?.release();
}
