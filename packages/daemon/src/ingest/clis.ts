import { answerClaude, claudeEvents, maxContextBytes, translateClaude } from "@fleetbus/hooks";
import type { Cli } from "./cli-port.ts";
