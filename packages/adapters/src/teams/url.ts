import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "workflows://host/workflow/signature, or the workflow's own URL with workflows for https";

/** Where a workflow is called that is named by its id alone. */
const called = "triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0";

/** Host, workflow and signature, or the whole URL with its sig, as `msteams://` too. Throws `config`. */
export function teamsKeys(url: URL): Readonly<Record<string, unknown>> {
  if (url.searchParams.has("sig")) return { url: url.href.replace(/^[a-z]+:/, "https:") };
  const { user, host, path } = urlParts(url);
  const [workflow = "", signature = ""] = path;
  if (user !== "" || url.protocol === "msteams:")
    throw wrongUrl(form, "the connectors of old were taken out of service; make a workflow and take its URL");
  if (signature === "" || path.length > 2) throw wrongUrl(form, `${path.length} parts behind the host`);
  const sig = encodeURIComponent(signature);
  return { url: `https://${host}/workflows/${encodeURIComponent(workflow)}/${called}&sig=${sig}` };
}
