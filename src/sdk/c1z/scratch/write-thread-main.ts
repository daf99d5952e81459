/** Runs on the thread that writes (see write-thread.ts): its connection, and what it does with each message. */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { isSqliteError } from "../container/file-errors.ts";
import { GrantInserter } from "./grant-batches.ts";
import { insertRows } from "./row-batches.ts";
import { configureConnection, Statements, share } from "./row-sql.ts";
import { Flag, type WriteAnswer, type WriteMessage, type WriteThreadStart } from "./write-thread.ts";

const { database, flags, answers } = workerData as WriteThreadStart; // what WriteThread gives

/** The connection; opened with the first message, as before that the other side may be alone with the database. */
class Writing {
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #grants: GrantInserter;

  constructor() {
    this.#db = new DatabaseSync(database);
    share(this.#db);
    configureConnection(this.#db);
    this.#statements = new Statements(this.#db);
    this.#grants = new GrantInserter(this.#statements);
  }

  do(message: Exclude<WriteMessage, { readonly kind: "close" }>): void {
    const db = this.#db;
    if (message.kind === "commit") {
      if (db.isTransaction) db.exec("commit");
    } else if (message.kind === "all") {
      answers.postMessage({ kind: "rows", rows: this.#statements.all(message.sql, message.values) });
    } else {
      if (!db.isTransaction) db.exec("begin immediate");
      this.#write(message);
    }
  }

  #write(message: Extract<WriteMessage, { readonly kind: "run" | "rows" | "grants" }>): void {
    if (message.kind === "run") this.#statements.run(message.sql, message.values);
    else if (message.kind === "rows") insertRows(this.#statements, message);
    else this.#grants.insert(message);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

let writing: Writing | undefined;
let isOver = false;

parentPort?.on("message", (message: WriteMessage) => {
  try {
    if (message.kind === "close") writing?.close();
    else if (!isOver) {
      writing ??= new Writing();
      writing.do(message);
    }
  } catch (caught) {
    fail(caught);
  }
  if (message.kind === "close") end();
  countAsDone();
});
// A waiting thread blocks, and hears of it in no other way.
process.on("exit", () => {
  if (!isOver) fail(new Error("it ended by itself"));
  countAsDone();
});
Atomics.store(flags, Flag.ready, 1);

function countAsDone(): void {
  Atomics.add(flags, Flag.done, 1);
  Atomics.notify(flags, Flag.done);
}

/** Says why, and does nothing more: what was written since the last commit is gone. */
function fail(caught: unknown): void {
  isOver = true;
  const failure: WriteAnswer = {
    kind: "failure",
    message: caught instanceof Error ? caught.message : String(caught),
    errcode: isSqliteError(caught) ? caught.errcode : undefined,
  };
  answers.postMessage(failure);
  Atomics.store(flags, Flag.failed, 1);
  writing?.close();
}

function end(): void {
  isOver = true;
  answers.close();
  parentPort?.close();
}
