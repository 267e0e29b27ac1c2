import { describe, test } from "vitest";
import { busConformance } from "@fleetbus/core/testing";
import { jetstreamSubject } from "../support/jetstream-subject.ts";

busConformance(jetstreamSubject(), { describe, test });
