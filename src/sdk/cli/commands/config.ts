/** `config`: the schema of the configuration as JSON. Needs no configuration. */
import type { Command } from "../app.ts";

/** Prints the schema. */
export const configCommand: Command = {
  name: "config",
  summary: "Print the schema of the configuration, as JSON",
  settings: "standard",
  async run({ app, io, standardFields }) {
    const { configSchemaJson } = await import("../../config/schema-json.ts");
    const { standardRelations } = await import("../../config/relations.ts");
    const { displayName, helpUrl, iconUrl } = app;
    const fields = [...standardFields, ...app.fields];
    const relations = [...standardRelations, ...(app.relations ?? [])];
    io.stdout.write(configSchemaJson({ displayName, helpUrl, iconUrl, fields, relations }));
    return 0;
  },
};
