/**
 * Grants on their way to another thread, in which each string stands once: a million ids would cost more to hand over
 * than the thread saves. What many batches name is named in the first of them, so that batches are inserted in the order
 * in which they were made. Knows the parameters of the statements, not their text.
 */
import type { StatementSync } from "node:sqlite";
import type { EntitlementRef, Grant, ResourceId } from "../../contracts/model.ts";
import { releaseBuffer } from "../../release-buffer.ts";
import { writePlainGrant } from "../../wire/encode.ts";
import { ProtoWriter } from "../../wire/proto-writer.ts";
import type { Statements } from "./row-sql.ts";

/** Numbers of one row: its statement, entitlement and principal, the bytes of its data, and of the id at their end. */
const numbersPerRow = 5;
/** Entitlements named before all names begin anew: their memory is bounded. */
const mostEntitlements = 10_000;

/** Grants that have neither annotations nor sources nor an expansion. */
export interface GrantBatch {
  readonly kind: "grants";
  /** True when what earlier batches named is forgotten. */
  readonly isNew: boolean;
  /** Statements that no earlier batch named. */
  readonly statements: readonly string[];
  /** Entitlements that no earlier batch named: resource id and entitlement id of each. */
  readonly entitlements: readonly string[];
  /** Ids of the principals of this batch. */
  readonly principals: readonly string[];
  /** `numbersPerRow` for each row. */
  readonly numbers: Uint32Array<ArrayBuffer>;
  /** The data of all rows, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** True when a batch can hold the grant: its id is then the end of its bytes. */
export function fitsBatch({ id, annotations, sources, expandable }: Grant): boolean {
  return id !== "" && expandable === undefined && !annotations?.length && !sources?.size;
}

interface KnownEntitlement {
  readonly number: number;
  /** Of the grant before on the same entitlement: its principal's type, and the statement for it. */
  principalType: string;
  statement: number;
}

/** Makes batches for one `GrantInserter`. */
export class GrantEncoder {
  readonly #sqlOf: (resourceType: string, principalType: string) => string;
  readonly #writer = new ProtoWriter();
  readonly #statements = new Map<string, number>();
  readonly #entitlements = new Map<EntitlementRef, KnownEntitlement>();
  #isNew = true;

  /**
   * @param sqlOf the insert for these types, with the parameters 1 resource id, 2 entitlement id, 3 principal id, 4 data
   * and 5 bytes of the id at the end of the data.
   */
  constructor(sqlOf: (resourceType: string, principalType: string) => string) {
    this.#sqlOf = sqlOf;
  }

  /** Encodes grants that all fit, see {@link fitsBatch}. */
  encode(grants: readonly Grant[]): GrantBatch {
    if (this.#entitlements.size > mostEntitlements) this.#forget();
    const isNew = this.#isNew;
    this.#isNew = false;
    const statements: string[] = [];
    const entitlements: string[] = [];
    const principals: string[] = [];
    const numbers = new Uint32Array(grants.length * numbersPerRow);
    const writer = this.#writer;
    writer.reset();
    let lastPrincipal: ResourceId | undefined;
    let at = 0;
    for (const grant of grants) {
      const { principal } = grant;
      const entitlement = this.#know(grant.entitlement, entitlements);
      if (entitlement.principalType !== principal.resourceType) {
        entitlement.principalType = principal.resourceType;
        entitlement.statement = this.#statementFor(grant, statements);
      }
      // Those of one principal mostly follow each other.
      if (principal !== lastPrincipal) principals.push(principal.resource);
      lastPrincipal = principal;
      const start = writer.length;
      const idBytes = writePlainGrant(writer, grant);
      numbers[at] = entitlement.statement;
      numbers[at + 1] = entitlement.number;
      numbers[at + 2] = principals.length - 1;
      numbers[at + 3] = writer.length - start;
      numbers[at + 4] = idBytes;
      at += numbersPerRow;
    }
    const bytes = new Uint8Array(writer.view());
    return { kind: "grants", isNew, statements, entitlements, principals, numbers, bytes };
  }

  #know(entitlement: EntitlementRef, named: string[]): KnownEntitlement {
    let known = this.#entitlements.get(entitlement);
    if (!known) {
      // No type is "": the first grant looks for its statement.
      known = { number: this.#entitlements.size, principalType: "", statement: 0 };
      this.#entitlements.set(entitlement, known);
      named.push(entitlement.resource.resource, entitlement.id);
    }
    return known;
  }

  #statementFor({ entitlement, principal }: Grant, named: string[]): number {
    const sql = this.#sqlOf(entitlement.resource.resourceType, principal.resourceType);
    let number = this.#statements.get(sql);
    if (number === undefined) {
      number = this.#statements.size;
      this.#statements.set(sql, number);
      named.push(sql);
    }
    return number;
  }

  #forget(): void {
    this.#statements.clear();
    this.#entitlements.clear();
    this.#isNew = true;
  }
}

/** Inserts the batches of one `GrantEncoder`, in their order. */
export class GrantInserter {
  readonly #prepared: Statements;
  #statements: StatementSync[] = [];
  #entitlements: string[] = [];

  constructor(prepared: Statements) {
    this.#prepared = prepared;
  }

  /** Inserts a batch, whose bytes are gone afterwards. */
  insert({ isNew, statements, entitlements, principals, numbers, bytes }: GrantBatch): void {
    if (isNew) {
      this.#statements = [];
      this.#entitlements = [];
    }
    this.#statements.push(...statements.map((sql) => this.#prepared.of(sql)));
    this.#entitlements.push(...entitlements);
    let start = 0;
    for (let at = 0; at < numbers.length; at += numbersPerRow) {
      const statement = this.#statements[numbers[at] ?? 0];
      const entitlement = (numbers[at + 1] ?? 0) * 2;
      const end = start + (numbers[at + 3] ?? 0);
      statement?.get(
        this.#entitlements[entitlement] ?? "",
        this.#entitlements[entitlement + 1] ?? "",
        principals[numbers[at + 2] ?? 0] ?? "",
        bytes.subarray(start, end),
        numbers[at + 4] ?? 0,
      );
      start = end;
    }
    releaseBuffer(bytes);
  }
}
