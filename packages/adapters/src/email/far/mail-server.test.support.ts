import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from "smtp-server";
import { z } from "zod";
import { makeCertificate } from "./certificate.test.support.ts";

/** A mail as it came in. */
export interface TakenMail {
  readonly to: readonly string[];
  readonly raw: string;
  readonly messageId: string;
  /** As another library reads it. */
  parse(): Promise<ParsedMail>;
}

const parsedSchema = z.object({
  subject: z.string().default(""),
  text: z.string().default(""),
  html: z.string().default(""),
  messageId: z.string(),
  inReplyTo: z.string(),
  references: z.string(),
  headers: z.record(z.string(), z.string()),
  files: z.array(z.object({ filename: z.string(), contentType: z.string(), base64: z.string() })),
});

/** What stands in a mail. */
export type ParsedMail = z.output<typeof parsedSchema>;

/** Where in the talk the server says no, or nothing. */
export type Stage = "connect" | "mail" | "rcpt" | "data";

/** A real mail server on loopback with one account, `fleet` and `right`. */
export interface MailServer {
  readonly port: number;
  /** The authority of its certificate, PEM. */
  readonly ca: string;
  readonly taken: readonly TakenMail[];
  /** Connections that were made so far, and how many of them are open. */
  readonly connections: { made: number; open: number };
  /** How each account logged in. */
  readonly logins: SMTPServerAuthentication[];
  /** Answers that the next ones get at a stage, once each: `451 4.3.0 later`. */
  readonly next: { readonly at: Stage; readonly answer: string }[];
  /** From now on nothing is answered at that stage. */
  stall(at?: Stage): void;
  leave(): Promise<void>;
}

/** Starts it on a free port; with TLS from the first byte where the options say no more. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const { key, cert } = makeCertificate();
  const taken: TakenMail[] = [];
  const far = { connections: { made: 0, open: 0 }, logins: [] as SMTPServerAuthentication[] };
  const next: { at: Stage; answer: string }[] = [];
  const stalled = new Set<Stage>();
  const decide = (at: Stage, then: (error?: Error) => void) => {
    if (stalled.has(at)) return;
    const index = next.findIndex((one) => one.at === at);
    const [said] = index < 0 ? [] : next.splice(index, 1);
    then(said === undefined ? undefined : refusal(said.answer));
  };
  const server = new SMTPServer({
    ...{
      secure: true,
      key,
      cert,
      authMethods: ["PLAIN", "LOGIN", "XOAUTH2"],
      closeTimeout: 50,
      logger: false,
    },
    onConnect: (_session, done) => {
      far.connections.made += 1;
      far.connections.open += 1;
      decide("connect", done);
    },
    onClose: () => void (far.connections.open -= 1),
    onAuth: (auth, _session, done) => {
      far.logins.push(auth);
      const isRight = auth.password === "right" || auth.accessToken === "token-1";
      if (auth.username === "fleet" && isRight) return done(null, { user: "fleet" });
      done(refusal("535 5.7.8 Error: authentication failed"));
    },
    onMailFrom: (_address, _session, done) => decide("mail", done),
    onRcptTo: (_address, _session, done) => decide("rcpt", done),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.once("end", () =>
        decide("data", (error) => {
          if (error !== undefined) return done(error);
          if (stream.sizeExceeded) return done(refusal("552 5.3.4 message too big"));
          const raw = Buffer.concat(chunks).toString("utf8");
          const to = session.envelope.rcptTo.map(({ address }) => address);
          const messageId = /^Message-ID: (.*)\r$/im.exec(raw)?.[1] ?? "";
          taken.push({ to, raw, messageId, parse: () => parse(raw) });
          done(null, `2.0.0 Ok: queued as 4F2A${taken.length}`);
        }),
      );
    },
    ...options,
  });
  server.on("error", () => undefined); // clients that hang up in the middle
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address();
  let leaving: Promise<void> | undefined;
  return {
    ...{ ...far, taken, next, ca: cert, port: typeof address === "object" ? (address?.port ?? 0) : 0 },
    stall: (at = "connect") => void stalled.add(at),
    leave: () => (leaving ??= new Promise((resolve) => server.close(() => resolve()))),
  };
}

/** The least that the adapter's config takes. */
export const accountless = {
  ...{ host: "127.0.0.1", from: "Fleet <fleet@example.com>", to: ["me@example.com"] },
};

/** The adapter's keys for a server. */
export function configOf({ port, ca }: MailServer) {
  return { ...accountless, port, ca, user: "fleet", password: "right" };
}

/** A server of its own for one test. */
export async function withServer(
  run: (far: MailServer) => Promise<void>,
  options: SMTPServerOptions = {},
): Promise<void> {
  const far = await startMailServer(options);
  try {
    await run(far);
  } finally {
    await far.leave();
  }
}

/** What smtp-server answers with: a code, then words. */
function refusal(answer: string): Error {
  const error = new Error(answer.slice(4));
  return Object.assign(error, { responseCode: Number(answer.slice(0, 3)) });
}

function parse(raw: string): Promise<ParsedMail> {
  const script = fileURLToPath(new URL("parse-mail.test.support.mjs", import.meta.url));
  return new Promise((resolve, reject) => {
    const options = { timeout: 20_000, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, [script], options, (error, stdout) => {
      if (error === null) resolve(parsedSchema.parse(JSON.parse(stdout)));
      else reject(new Error(error.message));
    });
    child.stdin?.end(raw);
  });
}
