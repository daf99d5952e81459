/** Who runs the program, as the system calls them. */
import { userInfo } from "node:os";

/** The user's name; "" where the system has none, as in a container with a number alone. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}
