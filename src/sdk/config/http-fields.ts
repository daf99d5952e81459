/** The settings of how an API is asked over HTTP; `httpSettings` (sdk/cli) turns their values into options of a client. Data. */
import type { IntField } from "./field.ts";

/** A setting of how an API is asked. */
export type HttpField = IntField & { readonly name: "api-concurrency" | "page-size" | "max-wait" };

/** How the API of a product is asked unless a setting says otherwise. */
export interface HttpFieldDefaults {
  /** The product, as people know it. */
  readonly product: string;
  /** Most rows of a page that the API serves, asked for at first. */
  readonly mostRows: number;
  /** Requests under way at once; default 6. */
  readonly concurrency?: number;
  /** Minutes that a run waits for a rate limit in all; default 90, so that a window of an hour always fits. */
  readonly maxWaitMinutes?: number;
}

/** `api-concurrency`, `page-size` and `max-wait`. They are not exported to the schema of a hosted form. */
export function httpFields({
  product,
  mostRows,
  concurrency = 6,
  maxWaitMinutes = 90,
}: HttpFieldDefaults): readonly HttpField[] {
  return [
    {
      kind: "int",
      name: "api-concurrency",
      displayName: "Concurrent API requests",
      description: `Requests to the ${product} API that may be under way at once`,
      exportTarget: "cli",
      default: concurrency,
      rules: { gte: 1, lte: 32, zeroIsChecked: true },
    },
    {
      kind: "int",
      name: "page-size",
      displayName: "Rows per page",
      description:
        "Rows of a list asked for at once at first; fewer are asked for where so many are refused or too slow",
      exportTarget: "cli",
      default: mostRows,
      rules: { gte: 1, lte: mostRows, zeroIsChecked: true },
    },
    {
      kind: "int",
      name: "max-wait",
      displayName: "Longest wait in minutes",
      description: `Longest wait in all for ${product}'s rate limit, in minutes; for a host that stopped answering, at most 10 of them`,
      exportTarget: "cli",
      default: maxWaitMinutes,
      rules: { gte: 1, lte: 1440, zeroIsChecked: true },
    },
  ];
}
