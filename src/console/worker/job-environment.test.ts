import assert from "node:assert/strict";
import { test } from "node:test";
import { jobEnvironment } from "./job-environment.ts";

test("a job gets what is needed to run and to reach out, and no secret of the console", () => {
  const env = {
    PATH: "/bin",
    HTTPS_PROXY: "http://old.example",
    BATON_API_KEY: "k",
    BATON_CLIENT_SECRET: "s",
    BATON_CONSOLE_KEY: "k",
    BATON_CONSOLE_PASSPHRASE: "p",
    CLOUDSMITH_API_KEY: "k",
    BATON_C1_API_HOST: "c1.example",
    BATON_FILE: "elsewhere.c1z",
  };
  assert.deepEqual(jobEnvironment(env, { caFile: "", proxy: "" }), {
    PATH: "/bin",
    HTTPS_PROXY: "http://old.example",
    BATON_C1_API_HOST: "c1.example",
  });
  const set = jobEnvironment(env, { caFile: "/ca.pem", proxy: "http://new.example:3128" });
  assert.deepEqual(
    [set["NODE_EXTRA_CA_CERTS"], set["HTTPS_PROXY"], set["https_proxy"]],
    ["/ca.pem", "http://new.example:3128", "http://new.example:3128"],
  );
});
