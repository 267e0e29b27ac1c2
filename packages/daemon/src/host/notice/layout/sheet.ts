import type { Notice } from "@fleetbus/core";
import type { Page } from "../template/page.ts";
import type { View } from "../template/template.ts";

/** A page with its values, and what is true of its notices however it is cut. */
export interface Sheet {
  readonly page: Page;
  readonly view: View;
  /** Of the names of its attachments. */
  readonly fileStem: string;
  readonly notice: Omit<Notice, "title" | "text" | "attachments" | "part">;
}
