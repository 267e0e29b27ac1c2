import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fakeDaemon, installedClient, onlyDrop, payload, runClient, silence } from "./client.test.support.ts";

describe("the bash client", () => {
  test("starts no process, with the daemon up or down", async () => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient("bash");
    await client.pointAt(daemon.port);
    const env = { PATH: "/nonexistent" };
    expect(await runClient(client, { stdin: payload(1000), env })).toMatchObject({
      ...silence,
      stdout: "ok",
    });
    daemon.close();
    await mkdir(client.dropDir);
    expect(await runClient(client, { stdin: payload(1000), env })).toMatchObject(silence);
    expect((await onlyDrop(client)).file.is).toBe("request");
  });

  test("takes nothing from the user's shell set-up", async () => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient("bash");
    await client.pointAt(daemon.port);
    await writeFile(join(client.folder, "env"), "echo from BASH_ENV\n");
    const env = {
      BASH_ENV: join(client.folder, "env"),
      "BASH_FUNC_printf%%": "() { echo hijacked; }",
      LC_ALL: "C.UTF-8",
    };
    expect(await runClient(client, { stdin: "{}", env })).toMatchObject({ ...silence, stdout: "ok" });
  });

  test("a payload over 32 MB is cut, and told as cut", { timeout: 60_000 }, async () => {
    const client = await installedClient("bash");
    await runClient(client, { stdin: Buffer.alloc(34_000_000, 120) });
    expect((await onlyDrop(client)).file).toMatchObject({
      is: "torn",
      reason: expect.stringContaining("size"),
    });
  });
});
