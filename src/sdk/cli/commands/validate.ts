/** `validate`: the connector's checks one by one, without syncing. */
import { type Command, ownFlag } from "../app.ts";

/** Prints the checks on standard output. The exit code is the status of the first failed one. */
export const validateCommand: Command = {
  name: "validate",
  summary: "Check the credentials and what they can see, without syncing",
  settings: "connector",
  options: [
    {
      kind: "string",
      name: "output",
      description: "Form of the result: text or json",
      default: "text",
      ...ownFlag,
    },
  ],
  run: async (invocation) => (await import("./run-validate.ts")).runValidate(invocation),
};
