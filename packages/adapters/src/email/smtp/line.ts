import type { SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import type { Clock } from "@fleetbus/core";
import type { MailConnection } from "./connection.ts";
import { mailFailure } from "./failure.ts";
import type { RawMail } from "../message/message.ts";

/** Servers end what is idle after minutes; leaving first spares a mail that meets a dead connection. */
const idleMs = 30_000;

/** Mails over a connection that is kept while it is used. */
export interface MailLine {
  /** Rejects with a FleetError, or with the signal's reason. */
  send(mail: RawMail, signal: AbortSignal): Promise<SMTPConnectionSendInfo>;
  close(): Promise<void>;
}

/** Opens a connection when there is something to send. A send that overlaps another has one of its own. */
export function mailLine(open: (signal: AbortSignal) => Promise<MailConnection>, clock: Clock): MailLine {
  let kept: MailConnection | undefined;
  let idle = new AbortController();
  let isClosed = false;
  const take = () => {
    idle.abort();
    const taken = kept;
    kept = undefined;
    return taken?.isOpen() === true ? taken : undefined;
  };
  const keep = async (connection: MailConnection) => {
    if (kept !== undefined || isClosed) return connection.quit();
    kept = connection;
    idle = new AbortController();
    clock.sleep(idleMs, idle.signal).then(
      () => take()?.quit(),
      () => undefined, // used again, or closed
    );
  };
  return {
    send: async (mail, signal) => {
      try {
        const connection = take() ?? (await open(signal));
        const info = await connection.send(mail, signal);
        await keep(connection);
        return info;
      } catch (error) {
        signal.throwIfAborted();
        throw mailFailure(error);
      }
    },
    close: async () => {
      isClosed = true;
      await take()?.quit();
    },
  };
}
