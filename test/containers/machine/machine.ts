import { GenericContainer, type StartedNetwork, type StartedTestContainer } from "testcontainers";
import type { users } from "../image/root-files.ts";

/** What a command on a machine gave. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of a machine's users, at a shell. */
export interface User {
  readonly home: string;
  /** Runs a bash script in the home. What it takes stands in `env`, never in its text. */
  run(script: string, env?: Readonly<Record<string, string>>): Promise<Said>;
  /** Runs the installed `fleet`; rejects with what it said when it ends otherwise than with 0. */
  fleet(...argv: readonly string[]): Promise<Said>;
}

/** A running machine of its own, with fleet installed from its tarballs. */
export interface Machine {
  readonly container: StartedTestContainer;
  as(name: keyof typeof users | "root"): User;
  /** Ends it with everything on it. */
  stop(): Promise<void>;
}

/** How a machine differs from a new one. */
export interface MachineOptions {
  /** The host name, and fleet's name of the machine. */
  readonly name: string;
  /** Where others are; alone without one. */
  readonly network?: StartedNetwork;
}

/** The first process of a machine: it reaps what daemons leave, and ends when it is told to. */
export const life = ["bash", "-c", 'trap "exit 0" TERM; sleep infinity & wait'] as const;

/** Starts a machine from the suite's image. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { name, network } = options;
  const installed = { source: given("FLEET_TEST_INSTALL"), target: "/opt/fleet", mode: "ro" } as const;
  const shape = new GenericContainer(given("FLEET_TEST_MACHINE"))
    .withHostname(name)
    .withBindMounts([installed])
    .withCommand([...life]);
  const container = await (network ? shape.withNetwork(network) : shape.withNetworkMode("none")).start();
  return {
    container,
    as: (user) => userOf(container, user),
    stop: async () => void (await container.stop({ timeout: 5000 })),
  };
}

/** What the suite's setup provided under this name. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`starting a machine: ${name} is not set; run the suite containers`);
  return value;
}

function userOf(container: StartedTestContainer, user: string): User {
  const home = user === "root" ? "/root" : `/home/${user}`;
  const base = {
    HOME: home,
    USER: user,
    LANG: "C.UTF-8",
    PATH: "/opt/fleet/node_modules/.bin:/usr/local/bin:/usr/bin:/bin",
  };
  const exec = async (command: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const options = { user, workingDir: home, env: { ...base, ...env } };
    const { exitCode: code, stdout, stderr } = await container.exec([...command], options);
    return { code, stdout, stderr };
  };
  return {
    home,
    run: (script, env) => exec(["bash", "-c", script], env),
    fleet: async (...argv) => {
      const said = await exec(["fleet", ...argv]);
      if (said.code === 0) return said;
      throw new Error(`fleet ${argv.join(" ")} on ${container.getName()}: ${said.code}\n${said.stderr}`);
    },
  };
}
