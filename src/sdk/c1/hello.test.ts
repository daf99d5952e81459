import assert from "node:assert/strict";
import { machine } from "node:os";
import { test } from "node:test";
import { distribution, osInfo } from "./hello.ts";

test("a distribution is known by its os-release", () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 12"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n';
  assert.deepEqual(distribution(debian), { id: "debian", family: "", version: "12" });
  const rocky = "ID='rocky'\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=9.4\n";
  assert.deepEqual(distribution(rocky), { id: "rocky", family: "rhel", version: "9.4" });
  assert.deepEqual(distribution(""), { id: "", family: "", version: "" });
});

test("nothing that C1 is told of the machine is empty, and the processor is called as the kernel calls it", () => {
  const facts = osInfo();
  assert.ok(Object.values(facts).every((fact) => fact !== ""));
  assert.equal(facts.kernelArch, machine());
});
