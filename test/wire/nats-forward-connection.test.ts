import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createUser } from "@nats-io/nkeys";
import { nkeyAuthenticator } from "nats";
import { describe, expect, test } from "vitest";
import { makeCertificate } from "../../packages/adapters/src/email/far/certificate.test.support.ts";
import { eventOf } from "../../packages/adapters/src/http/sending.test.support.ts";
import { send, useNatsForward } from "../support/far/nats-suite.ts";

const { far, open, connected, later } = useNatsForward();

async function listenWith(listener: Server): Promise<string> {
  listener.listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  later(() => new Promise((resolve) => listener.close(resolve)));
  const address = listener.address();
  return `nats://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

/** A server that wants TLS, with a certificate for this machine. */
async function farWithTls() {
  const { cert, key } = makeCertificate();
  const folder = await mkdtemp(join(tmpdir(), "fleet-nats-tls-"));
  later(() => rm(folder, { recursive: true }));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const config = `tls { cert_file: "${certFile}", key_file: "${keyFile}" }`;
  const { server, heard } = await far({ config, login: { tls: { ca: cert } } });
  return { cert, heard, port: new URL(server.url).port };
}

describe("a connection", () => {
  test("to a server that is away or restarted is opened anew by the send that needs it", async () => {
    const { server, heard } = await far();
    const sink = await connected({ servers: [server.url] });
    await server.kill("SIGKILL");
    await expect(send(sink)).rejects.toMatchObject({ code: "unavailable" });
    await server.restart();
    await expect.poll(() => heard().catch(() => undefined), { timeout: 10_000 }).toEqual([]);
    await send(sink);
    expect(await heard()).toHaveLength(1);
  });

  test("that hangs ends with the host's signal, and the next send has another", async () => {
    const { server, heard, stall } = await far();
    const sink = await connected({ servers: [server.url] });
    await stall();
    await expect(send(sink, eventOf(1), 300)).rejects.toThrow(/timeout/);
    await server.kill("SIGCONT");
    await send(sink, eventOf(2));
    expect((await heard()).map(({ headers }) => headers["ce-id"])).toContain("event2");
  });

  test("of several servers is to the first that answers", async () => {
    const { server, heard } = await far();
    await send(await connected({ servers: ["nats://127.0.0.1:1", server.url] }));
    expect(await heard()).toHaveLength(1);
  });

  test("to something that is no NATS server is worth another try, within the signal's time", async () => {
    const sockets = new Set<Socket>();
    const listener = createServer((socket) => {
      sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    });
    const url = await listenWith(listener);
    const sink = open({ servers: [url] });
    const begin = performance.now();
    await expect(sink.connect(AbortSignal.timeout(300))).rejects.toThrow(/timeout/);
    expect(performance.now() - begin).toBeLessThan(3000);
    await sink.close();
    await expect.poll(() => sockets.size).toBe(0);
  });

  test("to something that speaks another protocol is told", async () => {
    const listener = createServer((socket) => void socket.end("220 smtp.example.com ESMTP\r\n"));
    const url = await listenWith(listener);
    await expect(send(await connected({ servers: [url] }))).rejects.toThrow(/it is no NATS server/);
  });

  test("is gone from the server when the sink is closed", async () => {
    const { server } = await far();
    const sink = await connected({ servers: [server.url] });
    await send(sink);
    await sink.close();
    const known = async (): Promise<unknown> => (await fetch(`${server.monitorUrl}/connz`)).json();
    await expect.poll(known, { timeout: 5000 }).toMatchObject({ num_connections: 1 });
  });
});

describe("credentials and TLS", () => {
  test("an nkey's seed logs in", async () => {
    const [user, listener] = [createUser(), createUser()];
    const users = [user, listener].map((each) => `{ nkey: ${each.getPublicKey()} }`).join(", ");
    const { server, heard } = await far({
      config: `authorization { users: [${users}] }`,
      login: { authenticator: nkeyAuthenticator(listener.getSeed()) },
    });
    const nkey = new TextDecoder().decode(user.getSeed());
    await send(await connected({ servers: [server.url], nkey }));
    expect(await heard()).toHaveLength(1);
    await expect(connected({ servers: [server.url] })).rejects.toMatchObject({ code: "unauthorized" });
  });

  test("a creds file that is none of NATS' is told at once, for good", async () => {
    const { server } = await far({ config: "authorization { token: t0ken }", login: { token: "t0ken" } });
    const creds = "-----BEGIN NATS USER JWT-----\n\n-----BEGIN USER NKEY SEED-----";
    await expect(connected({ servers: [server.url], creds })).rejects.toMatchObject({ code: "config" });
  });

  test("a token logs in", async () => {
    const { server, heard } = await far({
      config: "authorization { token: t0ken }",
      login: { token: "t0ken" },
    });
    await send(await connected({ servers: [server.url], token: "t0ken" }));
    expect(await heard()).toHaveLength(1);
  });

  test("with TLS nothing is said to a server without it, and one that wants it is not called in clear", async () => {
    const { cert, heard, port } = await farWithTls();
    for (const host of ["127.0.0.1", "localhost"])
      await send(await connected({ servers: [`tls://${host}:${port}`], ca: cert }));
    expect(await heard()).toHaveLength(2);
    const clear = open({ servers: [`nats://127.0.0.1:${port}`] });
    await expect(clear.connect(AbortSignal.timeout(5000))).rejects.toThrow(/wants TLS; write tls:\/\/127/);
    const stranger = await connected({ servers: [`tls://127.0.0.1:${port}`] });
    await expect(send(stranger)).rejects.toMatchObject({ code: "unavailable" });
    await expect(send(stranger)).rejects.toThrow(/self-signed|unable to verify/);
    const plain = await far();
    const { port: plainPort } = new URL(plain.server.url);
    const secret = await connected({ servers: [`tls://127.0.0.1:${plainPort}`], token: "secret", ca: cert });
    await expect(send(secret)).rejects.toThrow(/does not support 'tls'/);
    expect(await plain.heard()).toEqual([]);
  });

  test("a certificate for another host is refused", async () => {
    const { cert, port } = await farWithTls();
    const addressesOf = async () => ["127.0.0.1"];
    const sink = await connected({ servers: [`tls://nats.example.com:${port}`], ca: cert }, { addressesOf });
    await expect(send(sink)).rejects.toThrow(/does not match certificate/);
  });
});
