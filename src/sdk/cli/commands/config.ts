/** `config`: the schema of the configuration as JSON. Needs no configuration. */
import { standardRelations } from "../../config/relations.ts";
import { configSchemaJson } from "../../config/schema-json.ts";
import type { CommandRun } from "../invocation.ts";

/** Prints the schema. Operands are ignored, as in the Go connectors. */
export const runConfig: CommandRun = async ({ app, io, standardFields }) => {
  const { displayName, helpUrl, iconUrl } = app;
  const fields = [...standardFields, ...app.fields];
  const relations = [...standardRelations, ...(app.relations ?? [])];
  io.stdout.write(configSchemaJson({ displayName, helpUrl, iconUrl, fields, relations }));
  return 0;
};
