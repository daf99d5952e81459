/** From JSON to rows: what is done for every member and every grant before anything is stored. */
import { encodeGrant, viewOf, writeResource } from "../../src/sdk/wire/encode.ts";
import type { Layer } from "./layer.ts";
import {
  countGrants,
  grantPages,
  holdersOf,
  memberPages,
  organizationOf,
  recordsOf,
  resourceOf,
} from "./organization-data.ts";

/** In the order of a sync. */
export const recordLayers: readonly Layer[] = [
  {
    name: "json-to-records",
    title: "JSON to checked records",
    unit: "members",
    prepare(members) {
      const pages = memberPages(organizationOf(members));
      return {
        rows: members,
        bytes: pages.reduce((sum, page) => sum + page.length, 0),
        run() {
          for (const page of pages) recordsOf(page);
        },
      };
    },
  },
  {
    name: "members-to-rows",
    title: "records to rows, members",
    unit: "members",
    prepare(members) {
      const records = memberPages(organizationOf(members)).flatMap((page) => [...recordsOf(page)]);
      return {
        rows: members,
        run() {
          for (const record of records) viewOf(resourceOf(record), writeResource);
        },
      };
    },
  },
  {
    name: "grants-to-rows",
    title: "records to rows, grants",
    unit: "grants",
    prepare(members) {
      const holders = holdersOf(organizationOf(members));
      return {
        rows: countGrants(holders),
        run() {
          for (const page of grantPages(holders)) for (const grant of page) encodeGrant(grant);
        },
      };
    },
  },
];
