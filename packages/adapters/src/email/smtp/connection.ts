import type { SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import { FleetError, timeLimit } from "@fleetbus/core";
import { usualPort, type EmailConfig } from "../config.ts";
import { doing } from "./failure.ts";
import type { RawMail } from "../message/message.ts";
import { xoauth2 } from "./xoauth2.ts";

/** How long the server may take for a step of the talk; a whole send ends with the host's signal. */
const stepMs = 30_000;
const quitMs = 1000;
/** The library takes its own XOAUTH2 for one that it cannot run without its own way to get tokens. */
const tokenMethod = "FLEET-XOAUTH2";

/** A connection to a mail server that has let the account in. One mail at a time. */
export interface MailConnection {
  /** False once the server or an abort ended it. */
  isOpen(): boolean;
  /** Rejects with what the server said or the signal's reason, and is closed then. */
  send(mail: RawMail, signal: AbortSignal): Promise<SMTPConnectionSendInfo>;
  /** Takes leave as SMTP wants it, without waiting long for the answer. */
  quit(): Promise<void>;
}

/** Connects, upgrades and logs in. `token` is asked where the account has OAuth2. Rejects with what the library throws. */
export async function openConnection(
  config: EmailConfig,
  token: (() => Promise<string>) | undefined,
  signal: AbortSignal,
): Promise<MailConnection> {
  const { default: SMTPConnection } = await import("nodemailer/lib/smtp-connection");
  const connection = new SMTPConnection(optionsOf(config, token === undefined ? undefined : await token()));
  const ended = new AbortController();
  connection.on("error", (error) => ended.abort(error));
  connection.on("end", () =>
    ended.abort(new FleetError("unavailable", `${doing}: the server closed the connection`)),
  );
  /** One step of the talk; the connection is closed when it does not succeed. */
  const step = async <T>(until: AbortSignal, begin: (done: Done<T>) => void): Promise<T | undefined> => {
    try {
      return await settled(AbortSignal.any([until, ended.signal]), begin);
    } catch (error) {
      connection.close();
      throw error;
    }
  };
  await step<unknown>(signal, (done) => connection.connect((error) => done(error ?? null, undefined)));
  const { user, password } = config;
  if (user !== undefined)
    await step<unknown>(signal, (done) =>
      connection.login({ user, pass: password ?? "", ...methodOf(config) }, done),
    );
  return {
    isOpen: () => !ended.signal.aborted,
    send: async ({ from, to, bytes }, until) => {
      const envelope = { from, to: [...to], size: bytes.length };
      const info = await step<SMTPConnectionSendInfo>(until, (done) =>
        connection.send(envelope, bytes, done),
      );
      if (info === undefined) throw new FleetError("unavailable", `${doing}: the server said nothing of it`);
      return info;
    },
    quit: async () => {
      connection.quit();
      await aborted(AbortSignal.any([ended.signal, timeLimit(quitMs)]));
      connection.close();
    },
  };
}

type Done<T> = (error: Error | null, value?: T) => void;

function settled<T>(until: AbortSignal, begin: (done: Done<T>) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(until.reason);
    if (until.aborted) return stop();
    until.addEventListener("abort", stop, { once: true });
    begin((error, value) => {
      until.removeEventListener("abort", stop);
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function optionsOf({ host, port, tls, ca }: EmailConfig, token: string | undefined): object {
  return {
    host,
    port: port ?? usualPort[tls],
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    dnsTimeout: stepMs,
    tls: { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
    ...(token === undefined ? {} : { customAuth: { [tokenMethod]: xoauth2(token) } }),
  };
}

function methodOf({ oauth2 }: EmailConfig): { readonly method?: string } {
  return oauth2 === undefined ? {} : { method: tokenMethod };
}
