/** Hashes files, piece by piece. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileError } from "../sdk/c1z/container/file-errors.ts";
import { refuseSpecial } from "../sdk/c1z/container/save.ts";
import { errnoOf } from "../sdk/errors.ts";
import { reportProgress } from "../sdk/file-progress.ts";

/** SHA-256 in hex; "" for a file that is not there, which its reader says better. @throws BatonError what the system refused. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    // A pipe would be waited for, and a device has no end.
    await refuseSpecial(path);
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk);
      reportProgress();
    }
  } catch (caught) {
    if (errnoOf(caught) === "ENOENT") return "";
    throw fileError(caught, `read ${path}`, "Nothing was written.");
  }
  return hash.digest("hex");
}
