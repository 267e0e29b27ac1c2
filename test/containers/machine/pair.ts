import { getContainerRuntimeClient, Network } from "testcontainers";
import { startHub, type Hub } from "./hub.ts";
import { startListener, type Listener } from "./listener.ts";
import { startMachine, type Machine, type User } from "./machine.ts";
import { startSession, type MachineSession } from "./session.ts";

/** A machine whose daemon uses the hub, with one session. */
export interface Member {
  readonly user: User;
  /** Another user of the same machine. */
  readonly other: User;
  readonly session: MachineSession;
  readonly listener: Listener;
  /** Pulls the plug of its network. */
  cut(): Promise<void>;
  /** Puts it back. */
  heal(): Promise<void>;
}

/** Two machines that share one nats-server on a third. */
export interface Pair {
  /** Machine `lab` with session `web`. */
  readonly lab: Member;
  /** Machine `den` with session `api`. */
  readonly den: Member;
  readonly hub: Hub;
  close(): Promise<void>;
}

/** Starts all three; the listeners take these kinds of events. */
export async function startPair(kinds: readonly string[]): Promise<Pair> {
  const network = await new Network().start();
  const hub = await startHub(network);
  const machines: Machine[] = [];
  const member = async (name: string, session: string) => {
    const machine = await startMachine({ name, network });
    machines.push(machine);
    return join(machine, { hub, kinds, session, networkId: network.getId() });
  };
  const close = async () => {
    await Promise.all(machines.map((machine) => machine.stop()));
    await hub.stop();
    await network.stop();
  };
  try {
    const [lab, den] = await Promise.all([member("lab", "web"), member("den", "api")]);
    return { lab, den, hub, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Joining {
  readonly hub: Hub;
  readonly kinds: readonly string[];
  readonly session: string;
  readonly networkId: string;
}

async function join(machine: Machine, { hub, kinds, session, networkId }: Joining): Promise<Member> {
  const user = machine.as("ann");
  const listener = await startListener(user, kinds);
  await user.fleet("up", "--connect", hub.url);
  await user.fleet("hooks", "install", "--claude", "--apply");
  const plug = async (work: "connect" | "disconnect") => {
    const { container } = await getContainerRuntimeClient();
    const network = container.dockerode.getNetwork(networkId);
    await network[work]({ Container: machine.container.getId() });
  };
  return {
    user,
    other: machine.as("bob"),
    session: await startSession(user, session),
    listener,
    cut: () => plug("disconnect"),
    heal: () => plug("connect"),
  };
}
