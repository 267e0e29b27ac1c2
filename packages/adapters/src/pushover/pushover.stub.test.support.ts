import type { Received, Said } from "../http/far-server.test.support.ts";

/** The request's id that it always answers with. */
export const requestId = "647d2300-702c-4b38-8b2f-d56326ae460b";
/** The receipt that it gives for an emergency. */
export const receiptId = "rLqVuqTRh62UzxtmqiaLzQmVcPgiCy";

const known = ["token", "user", "message", "title", "priority", "retry", "expire", "device", "sound", "url"];

/** Pushover's messages.json with one application and one user, with its limits and in its shapes. */
export function pushoverService({ token, user }: { readonly token: string; readonly user: string }) {
  return ({ method, path, headers, body }: Received): Said => {
    if (method !== "POST" || path !== "/1/messages.json") return { status: 404, body: "not found" };
    const isForm = headers["content-type"] === "application/x-www-form-urlencoded";
    const field = isForm ? Object.fromEntries(new URLSearchParams(body)) : {};
    const errors = errorsOf(field, { token, user });
    if (Object.keys(errors).length > 0) return no(400, errors);
    const isEmergency = field["priority"] === "2";
    const said = { status: 1, request: requestId, ...(isEmergency ? { receipt: receiptId } : {}) };
    return { status: 200, body: JSON.stringify(said) };
  };
}

/** A refusal in Pushover's shape: which field is wrong how, and the words for a person. */
export function no(status: number, errors: Readonly<Record<string, string>>): Said {
  const fields = Object.fromEntries(Object.keys(errors).map((name) => [name, "invalid"]));
  const said = { ...fields, errors: Object.values(errors), status: 0, request: requestId };
  return { status, body: JSON.stringify(said) };
}

type Fields = Readonly<Record<string, string>>;

function errorsOf(field: Fields, { token, user }: { readonly token: string; readonly user: string }): Fields {
  const { message = "", title = "", priority = "0", url = "", device = "" } = field;
  const unknown = Object.keys(field).filter((name) => !known.includes(name) && name !== "timestamp");
  return {
    ...(field["token"] === token
      ? {}
      : { token: "application token is invalid, see https://pushover.net/api" }),
    ...(field["user"] === user
      ? {}
      : { user: "user identifier is not a valid user, group, or subscribed user key" }),
    ...(message === "" ? { message: "message cannot be blank" } : {}),
    ...(Array.from(message).length > 1024
      ? { message: "message is too long (maximum is 1024 characters)" }
      : {}),
    ...(Array.from(title).length > 250 ? { title: "title is too long (maximum is 250 characters)" } : {}),
    ...(url.length > 512 ? { url: "url is too long (maximum is 512 characters)" } : {}),
    ...(/^-?[0-2]$/.test(priority) ? {} : { priority: "priority is invalid" }),
    ...(/^[A-Za-z0-9_,-]*$/.test(device) ? {} : { device: "device name is not valid for user" }),
    ...(priority === "2" ? emergencyErrors(field) : {}),
    ...(unknown.length === 0 ? {} : { field: `unknown ${unknown.join(", ")}` }),
  };
}

function emergencyErrors({ retry = "", expire = "" }: Fields): Fields {
  return {
    ...(Number(retry) >= 30 ? {} : { retry: "retry must be at least 30 seconds" }),
    ...(expire !== "" && Number(expire) <= 10_800 ? {} : { expire: "expire must be at most 10800 seconds" }),
  };
}
