import { describe, test } from "vitest";
import { busConformance } from "./bus-conformance.ts";
import { memorySubject } from "./memory-subject.ts";

busConformance(memorySubject(), { describe, test });
