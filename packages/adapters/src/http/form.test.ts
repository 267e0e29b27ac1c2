import { expect, test } from "vitest";
import { formBody } from "./form.ts";

const bytes = new Uint8Array([0, 13, 10, 255, 45, 45]);

test("a form arrives as it was written, newlines and bytes too", async () => {
  const file = { name: 'a "b"\n.log', mediaType: "text/plain; charset=utf-8", bytes };
  const { headers, body } = formBody({ caption: "one\ntwo 🚀", 'a"b': "" }, [{ field: "document", file }]);
  // the platform's own reader is the oracle here: what it is deprecated for is a server's load
  // oxlint-disable-next-line typescript/no-deprecated
  const read = await new Response(body, { headers }).formData();
  expect(read.get("caption")).toBe("one\ntwo 🚀");
  expect(read.get('a"b')).toBe("");
  const sent = read.get("document");
  expect(sent).toMatchObject({ name: 'a "b"\n.log', type: "text/plain; charset=utf-8" });
  expect(sent instanceof Blob ? new Uint8Array(await sent.arrayBuffer()) : undefined).toEqual(bytes);
});
