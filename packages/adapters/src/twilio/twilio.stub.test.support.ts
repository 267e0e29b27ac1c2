import type { Received, Said } from "../http/far-server.test.support.ts";

/** An account with one API key and one number. */
export interface TwilioAccount {
  readonly account: string;
  readonly key: string;
  readonly secret: string;
  readonly from: string;
}

const taken = ["To", "From", "MessagingServiceSid", "Body", "SmartEncoded"];

/** Twilio's Messages resource: Basic auth, form fields, E.164, 1,600 characters, its codes. */
export function twilioService({ account, key, secret, from }: TwilioAccount): (request: Received) => Said {
  const sent: string[] = [];
  return ({ method, path, headers, body }) => {
    const credentials = Buffer.from(`${key}:${secret}`).toString("base64");
    if (headers["authorization"] !== `Basic ${credentials}`) return no(401, 20003, "Authenticate");
    if (method !== "POST" || path !== `/2010-04-01/Accounts/${account}/Messages.json`)
      return no(404, 20404, `The requested resource ${path} was not found`);
    const isForm = headers["content-type"] === "application/x-www-form-urlencoded";
    const field = isForm ? Object.fromEntries(new URLSearchParams(body)) : {};
    const problem = problemOf(field, from);
    if (problem !== undefined) return problem;
    sent.push(field["Body"] ?? "");
    return { status: 201, body: JSON.stringify(messageOf(sent.length, field)) };
  };
}

/** An error in Twilio's shape. */
export function no(status: number, code: number, message: string): Said {
  const more = `https://www.twilio.com/docs/errors/${code}`;
  return { status, body: JSON.stringify({ code, message, more_info: more, status }) };
}

type Fields = Readonly<Record<string, string>>;

function problemOf(field: Fields, from: string): Said | undefined {
  const { To: to = "", Body: text = "", From: sender, MessagingServiceSid: service } = field;
  const unknown = Object.keys(field).find((name) => !taken.includes(name));
  if (unknown !== undefined) return no(400, 20001, `Unknown parameter ${unknown}`);
  if (to === "") return no(400, 21604, "A 'To' phone number is required.");
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return no(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  if (sender === undefined && service === undefined)
    return no(400, 21603, "A 'From' phone number is required.");
  if (sender !== undefined && sender !== from)
    return no(400, 21606, `The 'From' phone number ${sender} is not a valid message-capable number`);
  if (text === "") return no(400, 21602, "Message body is required.");
  if (text.length > 1600)
    return no(400, 21617, "The concatenated message body exceeds the 1600 character limit");
  return undefined;
}

function messageOf(n: number, { To: to, From: from, MessagingServiceSid: service, Body: text = "" }: Fields) {
  // The GSM alphabet's letters outside ASCII are left out: what it says of segments is for the log.
  const [one, many] = /^[\n\x20-\x7e]*$/.test(text) ? [160, 153] : [70, 67];
  const segments = text.length <= one ? 1 : Math.ceil(text.length / many);
  return {
    ...{ sid: `SM${String(n).padStart(32, "0")}`, status: service === undefined ? "queued" : "accepted" },
    ...{ to, from: from ?? null, messaging_service_sid: service ?? null, body: text },
    ...{ num_segments: String(segments), error_code: null, error_message: null, price: null },
  };
}
