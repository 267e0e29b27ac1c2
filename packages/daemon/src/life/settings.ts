import { hostname } from "node:os";
import { readFile } from "node:fs/promises";
import { loadConfig, requireToken, slug, type Paths, type Rung } from "@fleetbus/core";
