import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { evidenceOf, type FollowedEvidence } from "./evidence.ts";

let dir: string;
let evidence: FollowedEvidence;
let errors: unknown[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-evidence-"));
  errors = [];
  evidence = evidenceOf({ clock: systemClock, onError: (error) => void errors.push(error) });
});
afterEach(async () => {
  await evidence.close();
  await rm(dir, { recursive: true });
});

const recordOf = (transcript: string): SessionRecord => ({
  ...{ machine: "lab", name: "web", display: "web", cli: "claude", state: "busy", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "", transcript },
});

describe("the evidence of a transcript", () => {
  it("that is not there is none", async () => {
    expect(await evidence.look(recordOf(join(dir, "none.jsonl")))).toBeUndefined();
  });

  it("that is there and says nothing yet is empty, and the same for as long as nothing comes", async () => {
    const file = join(dir, "some.jsonl");
    await writeFile(file, "");
    const sight = await evidence.look(recordOf(file));
    expect(sight?.requested.size).toBe(0);
    expect(await evidence.look(recordOf(file))).toBe(sight);
  });

  it("[case 49] that cannot be read proves nothing and disproves nothing: shown is inferred there", async () => {
    const file = join(dir, "some.jsonl");
    await writeFile(file, "");
    expect(await evidence.look(recordOf(file))).toBeDefined();
    await rm(file);
    await mkdir(file);
    await expect.poll(() => errors).not.toEqual([]);
    expect(await evidence.look(recordOf(file))).toBeUndefined();
  });

  it("that is a pipe is none, and however many there are they hang nobody", async () => {
    const pipes = Array.from({ length: 8 }, (_, number) => join(dir, `pipe${number}`));
    execFileSync("mkfifo", pipes);
    for (const pipe of pipes) await evidence.look(recordOf(pipe));
    await expect.poll(() => errors.length).toBe(pipes.length);
    expect(String(errors[0])).toContain("no regular file");
    expect(await evidence.look(recordOf(pipes[0] ?? ""))).toBeUndefined();
    expect(await readFile("/dev/null", "utf8")).toBe(""); // each pipe that hangs takes one of Node's few threads
  });

  it("is followed no more once it is closed, and still says what was known", async () => {
    const file = join(dir, "some.jsonl");
    await writeFile(file, "");
    const sight = await evidence.look(recordOf(file));
    await evidence.close();
    await appendFile(file, "{}\n");
    expect(await evidence.look(recordOf(file))).toBe(sight);
    const late = join(dir, "late.jsonl");
    await writeFile(late, "");
    await evidence.look(recordOf(late));
    await evidence.close();
  });
});

describe("a transcript of which nothing is open any more", () => {
  /** What the system watches for this process. */
  const watches = async () => {
    const fds = await readdir("/proc/self/fdinfo");
    const texts = await Promise.all(
      fds.map((fd) => readFile(`/proc/self/fdinfo/${fd}`, "utf8").catch(() => "")),
    );
    return texts.join("").split("inotify wd:").length - 1;
  };

  it.runIf(process.platform === "linux")(
    "is not looked at until somebody asks again, and then from its end",
    async () => {
      const file = join(dir, "some.jsonl");
      await writeFile(file, "");
      const before = await watches();
      const first = await evidence.look(recordOf(file));
      await expect.poll(watches).toBe(before + 1);
      evidence.forget(recordOf(file));
      await expect.poll(watches).toBe(before);
      expect(await evidence.look(recordOf(file))).not.toBe(first);
      await expect.poll(watches).toBe(before + 1);
    },
  );

  it("lets go whoever waits for a change", async () => {
    const file = join(dir, "some.jsonl");
    await writeFile(file, "");
    const changed = evidence.change(recordOf(file), AbortSignal.timeout(5000)).then(() => "looks again");
    evidence.forget(recordOf(file));
    expect(await changed).toBe("looks again");
  });
});
