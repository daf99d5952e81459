/** Opens an address in the person's browser. Whether it worked is nobody's business: the address is printed as well. */
import { spawn } from "node:child_process";

const openers: Readonly<Record<string, readonly [file: string, ...args: string[]]>> = {
  darwin: ["open"],
  // `start` takes the first quoted text for a title; rundll32 takes the address as it is.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Starts the opener of this system and forgets it. */
export function openBrowser(address: string): void {
  const [file, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(file, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
