import { describe, test } from "vitest";
import type { AdapterTraits } from "../adapter/contract.ts";
import { adapterConformance } from "./adapter-conformance.ts";
import { postAdapter } from "./adapter-conformance/post.ts";

const runner = { describe, test };
const validConfig = { post: 1 };
const { adapter, harness } = postAdapter();
const traits: AdapterTraits = { idempotent: false, ordered: true, proves: "nothing" };

adapterConformance({ adapter, validConfig, harness, runner });

describe("with other traits", () => {
  const ordered = { ...adapter, spec: { ...adapter.spec, traits } };
  adapterConformance({ adapter: ordered, validConfig, harness, runner });
});
