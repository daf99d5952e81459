/**
 * The `config` output: the fields as c1.config.v1.Configuration in proto3 JSON. Keys in proto order, zero values left
 * out, 64-bit numbers as strings, enums as names.
 */
import type { Field, IntRules, StringRules, StringSliceRules } from "./field.ts";
import type { Relation, RelationKind } from "./relations.ts";

/** What the schema describes. */
export interface ConfigSchemaInput {
  readonly displayName: string;
  readonly helpUrl: string;
  readonly iconUrl: string;
  /** Standard fields first, then the connector's, in the order of declaration. */
  readonly fields: readonly Field[];
  readonly relations: readonly Relation[];
}

type Json = Readonly<Record<string, unknown>>;

/** The schema as text: two spaces of indentation, no newline at the end. */
export function configSchemaJson({ displayName, helpUrl, iconUrl, fields, relations }: ConfigSchemaInput): string {
  const exported = fields.filter(isExported);
  const names = new Set(exported.map((field) => field.name));
  const constraints = relations.filter((relation) =>
    [...relation.fields, ...(relation.secondary ?? [])].every((name) => names.has(name)),
  );
  const schema = withoutZeros({
    fields: exported.map(fieldJson),
    constraints: constraints.map(constraintJson),
    displayName,
    helpUrl,
    iconUrl,
  });
  return JSON.stringify(schema, undefined, 2);
}

function isExported(field: Field): boolean {
  const target = field.exportTarget ?? "gui";
  return target === "gui" || target === "ops";
}

function fieldJson(field: Field): Json {
  return {
    ...withoutZeros({
      name: field.name,
      displayName: field.displayName,
      description: field.description,
      placeholder: field.placeholder,
      isRequired: field.required,
      isOps: field.exportTarget === "ops",
      isSecret: field.secret,
    }),
    [`${field.kind}Field`]: typedJson(field),
  };
}

function typedJson(field: Field): Json {
  switch (field.kind) {
    case "string":
      return withoutZeros({ defaultValue: field.default, rules: stringRulesJson(field.rules, field.required) });
    case "int":
      return withoutZeros({
        defaultValue: int64(field.default || undefined),
        rules: intRulesJson(field.rules, field.required),
      });
    case "bool":
      return withoutZeros({ defaultValue: field.default });
    case "stringSlice":
      return withoutZeros({ defaultValue: field.default, rules: sliceRulesJson(field.rules, field.required) });
  }
}

function stringRulesJson(rules: StringRules = {}, isRequired?: boolean): Json | undefined {
  return unlessEmpty({
    eq: rules.eq,
    minLen: int64(rules.minLen),
    maxLen: int64(rules.maxLen),
    pattern: rules.pattern,
    prefix: rules.prefix,
    suffix: rules.suffix,
    contains: rules.contains,
    in: rules.in,
    notIn: rules.notIn,
    wellKnown: rules.wellKnown && `WELL_KNOWN_STRING_${rules.wellKnown.toUpperCase()}`,
    len: int64(rules.len),
    isRequired,
  });
}

function intRulesJson(rules: IntRules = {}, isRequired?: boolean): Json | undefined {
  return unlessEmpty({
    eq: int64(rules.eq),
    lt: int64(rules.lt),
    lte: int64(rules.lte),
    gt: int64(rules.gt),
    gte: int64(rules.gte),
    in: rules.in?.map(String),
    notIn: rules.notIn?.map(String),
    isRequired,
  });
}

function sliceRulesJson(rules: StringSliceRules = {}, isRequired?: boolean): Json | undefined {
  return unlessEmpty({
    minItems: int64(rules.minItems),
    maxItems: int64(rules.maxItems),
    unique: rules.unique,
    itemRules: stringRulesJson(rules.itemRules),
    isRequired,
  });
}

const constraintKinds = {
  requiredTogether: "CONSTRAINT_KIND_REQUIRED_TOGETHER",
  atLeastOne: "CONSTRAINT_KIND_AT_LEAST_ONE",
  mutuallyExclusive: "CONSTRAINT_KIND_MUTUALLY_EXCLUSIVE",
  dependentOn: "CONSTRAINT_KIND_DEPENDENT_ON",
} as const satisfies Record<RelationKind, string>;

function constraintJson(relation: Relation): Json {
  return withoutZeros({
    kind: constraintKinds[relation.kind],
    fieldNames: relation.fields,
    secondaryFieldNames: relation.secondary,
  });
}

/** 64-bit numbers are strings in proto3 JSON. A rule of 0 is a rule, since the fields of rules are optional ones. */
function int64(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function unlessEmpty(values: Json): Json | undefined {
  const json = withoutZeros(values);
  return Object.keys(json).length > 0 ? json : undefined;
}

function withoutZeros(values: Json): Json {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) =>
        value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
