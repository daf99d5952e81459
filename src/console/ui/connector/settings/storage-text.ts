/** How a key is kept, in words. */
import type { KeyFacts } from "../../../contract/connectors.ts";

/** One sentence part for each way. */
export function storageText(storage: KeyFacts["storage"]): string {
  switch (storage) {
    case "encrypted":
      return "encrypted on this machine";
    case "memory":
      return "in memory only, until the console stops";
    case "not-stored":
      return "not by the console; it is looked up at each run";
  }
}
