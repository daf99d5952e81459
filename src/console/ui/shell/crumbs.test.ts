import assert from "node:assert/strict";
import { test } from "node:test";
import { connectorCrumbs } from "./crumbs.ts";

test("the way leads to the list, and from a step of adding one to its beginning", () => {
  assert.deepEqual(connectorCrumbs("Acme"), [
    { text: "Integrations" },
    { text: "Connectors", href: "/connectors" },
    { text: "Acme" },
  ]);
  assert.deepEqual(connectorCrumbs("Owner", "Add connector").slice(2), [
    { text: "Add connector", href: "/connectors/add" },
    { text: "Owner" },
  ]);
});
