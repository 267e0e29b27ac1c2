import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jsonLines, type PtyAsk } from "@fleetbus/core";
import { serveTyping } from "./serve.ts";
import type { TypingJob, Untyped } from "./typist.ts";

let folder: string;
let socket: string;
let server: { close(): void };
let work: (job: TypingJob, signal: AbortSignal) => Promise<Untyped>;
const clients: Socket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-serve-"));
  socket = join(folder, "run", "pty-7");
  work = async (job) => ((await job.isWanted()) ? undefined : "no longer wanted");
  server = await serveTyping({ socket, id: "7-abc", pid: 7, typist: { type: (...given) => work(...given) } });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A caller that collects what it is answered. */
function call() {
  const client = createConnection(socket);
  const answers: unknown[] = [];
  let ring: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => client.on("close", () => resolve()));
  client.on("error", () => undefined); // seen as a close
  client.on(
    "data",
    jsonLines(
      (value) => {
        answers.push(value);
        ring();
      },
      () => client.destroy(),
    ),
  );
  clients.push(client);
  const until = async (count: number) => {
    while (answers.length < count) await new Promise<void>((resolve) => (ring = resolve));
    return answers;
  };
  const say = (ask: PtyAsk | object) => void client.write(`${JSON.stringify(ask)}\n`);
  return { client, say, until, closed };
}

const ask = { ask: "type", line: "hello", pasteWaitMs: 5, idleSince: "2026-01-01T00:00:00.000Z" } as const;

describe("the socket of fleet wrap", () => {
  test("is the user's own, and says who it is", async () => {
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "run"))).mode & 0o777).toBe(0o700);
    const { say, until } = call();
    say({ ask: "hello" });
    expect(await until(1)).toEqual([{ is: "here", id: "7-abc", pid: 7 }]);
  });

  test.each([
    [true, { is: "submitted" }],
    [false, { is: "skipped", reason: "no longer wanted" }],
  ])("asks at the last moment whether it is wanted: %j", async (isWanted, end) => {
    const { say, until } = call();
    const seen: unknown[] = [];
    const usual = work;
    work = (job, signal) => {
      seen.push([job.line, job.pasteWaitMs, job.idleSinceMs]);
      job.onWaiting("a draft");
      return usual(job, signal);
    };
    say(ask);
    expect(await until(2)).toEqual([{ is: "waiting", reason: "a draft" }, { is: "free" }]);
    say({ ask: "go", isWanted });
    expect((await until(3))[2]).toEqual(end);
    expect(seen).toEqual([["hello", 5, Date.UTC(2026, 0, 1)]]);
  });

  test("one line at a time: the next caller's turn comes when the one before has hung up", async () => {
    const [first, second] = [call(), call()];
    first.say(ask);
    await first.until(1);
    second.say({ ask: "hello" });
    second.say({ ...ask, line: "second" });
    const reason = "another wake for its terminal is under way";
    expect((await second.until(2))[1]).toEqual({ is: "waiting", reason });
    first.client.destroy();
    expect((await second.until(3))[2]).toEqual({ is: "free" });
    second.say({ ask: "go", isWanted: true });
    expect((await second.until(4))[3]).toEqual({ is: "submitted" });
  });

  test.each(["no json", '{"ask":"run"}', '{"ask":"type","line":""}', "x".repeat(70_000)])(
    "hangs up on what makes no sense: %.20s",
    async (line) => {
      const { client, closed } = call();
      client.write(`${line}\n`);
      await closed;
      const { say, until } = call();
      say({ ask: "hello" });
      expect(await until(1)).toHaveLength(1);
    },
  );

  test("takes the place of a file that a process before has left, and leaves none", async () => {
    server.close();
    await writeFile(socket, "left behind");
    server = await serveTyping({ socket, id: "7-new", pid: 7, typist: { type: work } });
    const { say, until } = call();
    say({ ask: "hello" });
    expect(await until(1)).toEqual([{ is: "here", id: "7-new", pid: 7 }]);
    server.close();
    await expect(stat(socket)).rejects.toThrow("ENOENT");
  });
});
