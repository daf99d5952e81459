/** A process of its own that serves the directory named first as S3, with the buckets named after it; prints its port. */
import { createRequire } from "node:module";

/** What is used of s3rver, which brings no types. */
type S3rver = new (options: object) => { run(): Promise<{ readonly port: number }> };

const S3rver = createRequire(import.meta.url)("@20minutes/s3rver") as S3rver; // its main export
const [directory, ...buckets] = process.argv.slice(2);
const server = new S3rver({
  directory,
  address: "127.0.0.1",
  port: 0,
  silent: true,
  configureBuckets: buckets.map((name) => ({ name })),
});
process.stdout.write(`${(await server.run()).port}\n`);
