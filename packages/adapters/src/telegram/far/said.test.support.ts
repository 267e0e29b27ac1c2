import type { Said } from "../../http/far-server.test.support.ts";

/** The Bot API's yes. */
export function yes(result: unknown): Said {
  return said(200, { ok: true, result });
}

/** Its no, in its own words. */
export function no(status: number, description: string): Said {
  return said(status, { ok: false, error_code: status, description });
}

function said(status: number, body: unknown): Said {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
