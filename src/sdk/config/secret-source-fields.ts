/** The settings that tell where a secret is read from. A table like other fields; the reading is in secret-source.ts. */
import type { StringField } from "./field.ts";

/**
 * The settings beside a secret: `NAME-file` and `NAME-command`. They are not exported to the schema: a hosted form
 * has neither files nor commands.
 */
export function secretSourceFields(name: string, label: string): readonly [StringField, StringField] {
  return [
    { kind: "string", name: `${name}-file`, description: `File that holds the ${label}`, exportTarget: "none" },
    {
      kind: "string",
      name: `${name}-command`,
      description: `Command, run without a shell, that prints the ${label}`,
      exportTarget: "none",
      distrust: () => "a command in it would be run",
    },
  ];
}
