import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "./machine/looking.ts";
import { startMachine, type Machine, type User } from "./machine/machine.ts";
import { startSession } from "./machine/session.ts";

let machine: Machine;
let ann: User;
let bob: User;

beforeAll(async () => {
  machine = await startMachine({ name: "lab" });
  [ann, bob] = [machine.as("ann"), machine.as("bob")];
  await ann.fleet("up");
  await ann.fleet("hooks", "install", "--claude", "--apply");
  await startSession(ann, "web");
  // A credential of the session's own, and something in every folder.
  await ann.fleet("context", "--session", "web");
  await ann.fleet("pub", "web", "for ann's eyes only");
});

afterAll(() => machine.stop());

const data = () => `${ann.home}/.local/share/fleet`;

/** The hooks' port and token, as the daemon's own user reads them. */
async function endpoint(): Promise<{ readonly port: string; readonly token: string }> {
  const { stdout } = await ann.run("cat .local/share/fleet/hooks/endpoint");
  const field = (name: string) => new RegExp(`^${name}=(.+)$`, "m").exec(stdout)?.[1] ?? "";
  return { port: field("port"), token: field("token") };
}

/** Posts a hook to the loopback port with these headers; gives the status. */
async function post(who: User, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const { port } = await endpoint();
  const body = JSON.stringify({ hook_event_name: "PostToolUse", session_id: "another", cwd: "/" });
  const path = "/v1/hook/demo/PostToolUse";
  const all = { "content-type": "application/json", ...headers };
  return (await ask(who, { port, path, method: "POST", headers: all, body })).status;
}

const find = async (who: User, tests: string) => {
  const { stdout } = await who.run(`find "$DATA" ${tests} -print`, { DATA: data() });
  return stdout.split("\n").filter(Boolean);
};

describe("another user of the same machine", () => {
  test("reads no file of the fleet and writes into no folder of it: credentials, keys, spool, journal, store", async () => {
    const own = await find(ann, "-type f -readable");
    const kinds = [
      "server/keys/keys.json",
      "server/keys/main=lab=web.creds",
      "creds/me.creds",
      "hooks/endpoint",
      "server/url",
    ];
    expect(kinds.filter((path) => !own.includes(`${data()}/${path}`))).toEqual([]);
    for (const folder of ["spool", "journal", "server/store"])
      expect(own.some((path) => path.startsWith(`${data()}/${folder}/`))).toBe(true);
    expect(await find(bob, "-mindepth 1")).toEqual([]);
    expect(await find(bob, "-writable")).toEqual([]);
    const guessed = await bob.run(
      'cat "$DATA/hooks/endpoint" "$DATA/creds/me.creds"; touch "$DATA/drop/1.req"',
      {
        DATA: data(),
      },
    );
    expect(guessed).toMatchObject({ code: 1, stdout: "" });
    expect(guessed.stderr.match(/Permission denied/g)).toHaveLength(3);
  });

  test("would read none either if the data folder stood open: each file and the socket are closed by themselves", async () => {
    await ann.run('chmod 755 "$DATA" .local .local/share', { DATA: data() });
    await ann.run('find "$DATA" -mindepth 1 -type d -exec chmod 755 {} +', { DATA: data() });
    const open = await find(bob, "-type f -readable");
    const harmless = /\/(fleet-hook|nats-server_\d+\.ports)$/;
    expect(open.filter((path) => !harmless.test(path))).toEqual([]);
    expect(await find(bob, "-type f -writable")).toEqual([]);
    const sessions = { socketPath: `${data()}/run/fleet.sock`, path: "/v1/sessions" };
    expect((await ask(ann, sessions)).text).toContain('"web"');
    expect(await ask(bob, sessions)).toEqual({ text: "", error: "EACCES" });
    await ann.run('find "$DATA" -type d -exec chmod 700 {} +', { DATA: data() });
  });

  test("is refused at the hooks' loopback port without the token; with it, so is what a web page would send", async () => {
    const { token } = await endpoint();
    const authorization = `Bearer ${token}`;
    expect(await post(bob, {})).toBe(401);
    expect(await post(bob, { authorization: "Bearer guessed" })).toBe(401);
    expect(await post(ann, { authorization, host: "elsewhere.example" })).toBe(403);
    expect(await post(ann, { authorization, origin: "http://elsewhere.example" })).toBe(403);
    expect(await post(ann, { authorization })).toBe(204);
  });

  test("is refused by the server without a credential", async () => {
    const { stdout: url } = await ann.run('cat "$DATA/server/url"', { DATA: data() });
    // All in one write (bash's own printf writes line by line): what arrives after the server's last word would reset the connection.
    const script = `exec 3<>"/dev/tcp/127.0.0.1/$PORT"; env printf 'CONNECT {"verbose":false}\r\nSUB > 1\r\nPING\r\n' >&3; timeout 5 cat <&3`;
    const { stdout } = await bob.run(script, { PORT: new URL(url.trim()).port });
    expect(stdout).toContain("-ERR 'Authorization Violation'");
    expect(stdout).not.toContain("PONG");
  });

  test("has a fleet of its own beside it, which knows nothing of the other", async () => {
    await bob.fleet("up");
    expect(JSON.parse((await bob.fleet("session", "list", "--json")).stdout)).toEqual({ items: [] });
    expect((await ann.fleet("session", "list", "--json")).stdout).toContain('"name": "web"');
    await bob.fleet("down");
  });
});
