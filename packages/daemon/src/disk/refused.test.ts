import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeReceipt,
  encodeMessage,
  FleetError,
  newMessage,
  subjectsOf,
  systemClock,
} from "@fleetbus/core";
import type { Bus, Outgoing, StreamName } from "@fleetbus/core/bus";
import { memoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listDead, retryDead } from "../requests/dead.ts";
import { openOutbox, type Outbox } from "./outbox.ts";
import { takeRefused } from "./refused.ts";

const clock = systemClock;
const subjects = subjectsOf("main");

let home: string;
let bus: Bus;
let outbox: Outbox;
let logged: string[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-refused-"));
  bus = memoryBus({ ns: "main", clock });
  logged = [];
  await open(1024 * 1024);
});
afterEach(async () => {
  await outbox.close();
  await bus.close();
  await rm(home, { recursive: true });
});

async function open(maxBytes: number): Promise<void> {
  const onRefused = takeRefused({
    ...{ ns: "main", machine: "lab", clock, dir: join(home, "refused") },
    add: (outgoing) => outbox.add(outgoing),
    onError: (error, doing) => void logged.push(`${doing}: ${String(error)}`),
  });
  outbox = await openOutbox({ dir: join(home, "spool"), maxBytes, clock, onRefused });
}

const message = (body: string): Outgoing =>
  encodeMessage(
    "main",
    newMessage(
      {
        from: { machine: "lab", session: "api" },
        to: { machine: "lab", session: "web" },
        ...{ origin: "agent", body, id: "m1" },
      },
      { ids: () => "m1", clock },
    ),
  );

/** A server that does not take what lies in a stream. */
function refusing(name: StreamName, code: "refused" | "too_large"): Bus {
  const publish: Bus["publish"] = (outgoing) =>
    outgoing.subject.includes(`.${name.toLowerCase()}.`)
      ? Promise.reject(new FleetError(code, "storing: the flood guard is reached"))
      : bus.publish(outgoing);
  return { ...bus, publish };
}

async function drain(to: Bus): Promise<void> {
  const stop = new AbortController();
  const draining = outbox.drain(to, stop.signal);
  await expect.poll(() => outbox.pending().length).toBe(0);
  stop.abort();
  await draining;
}

async function receipts() {
  const found = [];
  const options = { from: "all", untilCaughtUp: true, signal: AbortSignal.timeout(2000) } as const;
  for await (const each of bus.read("RECEIPTS", { subjects: [subjects.receipt({})], ...options }))
    found.push(decodeReceipt("main", each));
  return found;
}

describe("a spooled message that the server refuses", () => {
  it("is refused for its sender, with the reason, and its body is a dead letter that can be sent again", async () => {
    await outbox.add([message("the body")]);
    await drain(refusing("INBOX", "refused"));
    expect(await receipts()).toMatchObject([
      { id: "m1", stage: "refused", from: { session: "api" }, to: { session: "web" } },
    ]);
    expect((await receipts())[0]?.reason).toContain("the flood guard is reached");
    const [letter] = (await listDead({ bus, subjects })).items;
    expect(letter).toMatchObject({ consumer: "lab=spool", subject: "fleet.main.inbox.lab.web.lab.api" });
    expect(letter?.preview).toContain("the body");
    await retryDead(bus, letter?.seq ?? 0);
    expect((await bus.streams()).find(({ name }) => name === "INBOX")).toMatchObject({ messages: 1 });
  });

  it("is told of once more, as a duplicate, where the daemon died before it forgot it", async () => {
    await outbox.add([message("the body")]);
    await drain(refusing("INBOX", "refused"));
    await outbox.add([message("the body")]);
    await drain(refusing("INBOX", "refused"));
    expect(await receipts()).toHaveLength(1);
    expect((await listDead({ bus, subjects })).items).toHaveLength(1);
  });

  it("lies in a file, which its receipt names, where no letter is large enough for it", async () => {
    await outbox.add([message("the body")]);
    await drain(refusing("INBOX", "too_large"));
    const [name = ""] = await readdir(join(home, "refused"));
    expect(await readFile(join(home, "refused", name), "utf8")).toContain("the body");
    expect((await receipts())[0]).toMatchObject({ stage: "refused" });
    expect((await receipts())[0]?.reason).toContain(name);
  });

  it("lies in a file where the letter is refused too", async () => {
    await outbox.add([message("the body")]);
    await drain({
      ...bus,
      publish: (each) => refusing(isLetter(each) ? "DEAD" : "INBOX", "refused").publish(each),
    });
    expect(await readdir(join(home, "refused"))).toHaveLength(1);
    expect(await receipts()).toHaveLength(1);
  });

  it("lies in a file where the spool has no room left for a letter: what is behind it goes on", async () => {
    await outbox.close();
    await open(600);
    await outbox.add([message("the body")]);
    await drain(refusing("INBOX", "refused"));
    expect(await readdir(join(home, "refused"))).toHaveLength(1);
    expect(logged.some((line) => line.startsWith("telling of what was refused"))).toBe(true);
  });
});

function isLetter({ subject }: Outgoing): boolean {
  return subject.includes(".dead.");
}
