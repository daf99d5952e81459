/**
 * XXH64 and CRC-32C over long input, as WebAssembly put together here: JavaScript has no whole numbers of 64 bits that
 * cost nothing, and half a second of each gigabyte would go into making up for it. Each function below is written as its
 * definition says it, an expression of byte codes.
 */

/** Byte codes that leave one value. */
type Code = readonly number[];

const op = {
  block: 0x02,
  loop: 0x03,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Load8: 0x2d,
  i64Load8: 0x31,
  i64Load32: 0x35,
  i64Store: 0x37,
  i32Const: 0x41,
  i64Const: 0x42,
  i32IsZero: 0x45,
  i32GreaterUnsigned: 0x4b,
  i32Add: 0x6a,
  i32And: 0x71,
  i32Xor: 0x73,
  i32ShiftLeft: 0x74,
  i32ShiftRight: 0x76,
  i64Add: 0x7c,
  i64Multiply: 0x7e,
  i64Xor: 0x85,
  i64ShiftRight: 0x88,
  i64Turn: 0x89,
  i64OfF64: 0xb1,
} as const;
const type = { i32: 0x7f, i64: 0x7e, f64: 0x7c, function: 0x60, none: 0x40 } as const;

/** A number as WebAssembly has it: groups of seven bits, the last with the sign. */
function signed(value: bigint): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const group = Number(rest & 127n);
    const isLast = (rest >> 6n === 0n || rest >> 6n === -1n) && rest >> 6n === -((rest & 64n) >> 6n);
    out.push(isLast ? group : group | 128);
    if (isLast) return out;
  }
}

/** The same without a sign: lengths and numbers of locals. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

const number32 = (value: number): Code => [op.i32Const, ...signed(BigInt(value | 0))];
const number64 = (value: bigint): Code => [op.i64Const, ...signed(BigInt.asIntN(64, value))];
const get = (local: number): Code => [op.localGet, local];
const set = (local: number, value: Code): Code => [...value, op.localSet, local];
const two =
  (code: number) =>
  (a: Code, b: Code): Code => [...a, ...b, code];
const add32 = two(op.i32Add);
const and32 = two(op.i32And);
const xor32 = two(op.i32Xor);
const shiftLeft32 = two(op.i32ShiftLeft);
const shiftRight32 = two(op.i32ShiftRight);
const add = two(op.i64Add);
const multiply = two(op.i64Multiply);
const xor = two(op.i64Xor);
const shiftRight = two(op.i64ShiftRight);
const turned = (value: Code, bits: number): Code => [...value, ...number64(BigInt(bits)), op.i64Turn];
/** What lies in memory `offset` bytes behind the place `at`. */
const load = (code: number, at: Code, offset = 0): Code => [...at, code, 0, ...unsigned(offset)];
const store64 = (place: number, value: Code): Code => [...number32(place), ...value, op.i64Store, 0, 0];
/** Does `body` while `size` bytes from the local `at` on end before the local `end`, and moves `at` on. */
const eachOf = (size: number, at: number, end: number, body: Code): Code => [
  ...[op.block, type.none, op.loop, type.none],
  ...[...add32(get(at), number32(size)), ...get(end), op.i32GreaterUnsigned, op.brIf, 1],
  ...body,
  ...set(at, add32(get(at), number32(size))),
  ...[op.br, 0, op.end, op.end],
];

const prime1 = number64(0x9e3779b185ebca87n);
const prime2 = number64(0xc2b2ae3d27d4eb4fn);
const prime3 = number64(0x165667b19e3779f9n);
const prime4 = number64(0x85ebca77c2b2ae63n);
const prime5 = number64(0x27d4eb2f165667c5n);

/** Places in memory: the four lanes and the result of XXH64, the tables of CRC-32C, and the input. */
export const place = { lanes: 0, result: 32, tables: 64, input: 64 + 16 * 1024 } as const;
/** Bytes of input that are taken at once. */
export const mostInput: number = 128 * 1024;
const pageBytes = 64 * 1024;

const round = (lane: Code, word: Code): Code => multiply(turned(add(lane, multiply(word, prime2)), 31), prime1);
const lanePlaces = [0, 8, 16, 24].map((offset) => place.lanes + offset);

/** (): the lanes as they are before any input. */
const begin: Code = [add(prime1, prime2), prime2, number64(0n), number64(-0x9e3779b185ebca87n)].flatMap((first, lane) =>
  store64(lanePlaces[lane] ?? 0, first),
);

/** (at, end): puts whole stripes of 32 bytes into the lanes. Locals 2 to 5 are the lanes. */
const takeStripes: Code = [
  ...lanePlaces.flatMap((at, lane) => set(2 + lane, load(op.i64Load, number32(at)))),
  ...eachOf(
    32,
    0,
    1,
    lanePlaces.flatMap((_, lane) => set(2 + lane, round(get(2 + lane), load(op.i64Load, get(0), lane * 8)))),
  ),
  ...lanePlaces.flatMap((at, lane) => store64(at, get(2 + lane))),
];

/** (at, end, length in all, whether there were stripes): the last bytes. Local 4 is the hash. */
const finish: Code = [
  ...set(4, prime5),
  ...[op.block, type.none, ...get(3), op.i32IsZero, op.brIf, 0],
  ...set(
    4,
    [1, 7, 12, 18]
      .map((bits, lane) => turned(load(op.i64Load, number32(place.lanes + lane * 8)), bits))
      .reduce((a, b) => add(a, b)),
  ),
  ...lanePlaces.flatMap((at) =>
    set(4, add(multiply(xor(get(4), round(number64(0n), load(op.i64Load, number32(at)))), prime1), prime4)),
  ),
  op.end,
  ...set(4, add(get(4), [...get(2), op.i64OfF64])),
  ...eachOf(
    8,
    0,
    1,
    set(4, add(multiply(turned(xor(get(4), round(number64(0n), load(op.i64Load, get(0)))), 27), prime1), prime4)),
  ),
  ...eachOf(
    4,
    0,
    1,
    set(4, add(multiply(turned(xor(get(4), multiply(load(op.i64Load32, get(0)), prime1)), 23), prime2), prime3)),
  ),
  ...eachOf(1, 0, 1, set(4, multiply(turned(xor(get(4), multiply(load(op.i64Load8, get(0)), prime5)), 11), prime1))),
  ...set(4, multiply(xor(get(4), shiftRight(get(4), number64(33n))), prime2)),
  ...set(4, multiply(xor(get(4), shiftRight(get(4), number64(29n))), prime3)),
  ...store64(place.result, xor(get(4), shiftRight(get(4), number64(32n)))),
];

/** What a table of CRC-32C says of the byte of `word` that begins at `bit`. */
const looked = (table: number, word: Code, bit: number): Code =>
  load(
    op.i32Load,
    shiftLeft32(and32(shiftRight32(word, number32(bit)), number32(255)), number32(2)),
    place.tables + table * 1024,
  );

/** Bytes of a step of CRC-32C: as many tables, of 256 numbers each. */
export const crcStep: number = 16;
const crcWords = [0, 1, 2, 3] as const;

/** (checksum, at, end): the checksum after these bytes. Locals 3 to 6 are the words of a step. */
const takeCrc: Code = [
  ...eachOf(crcStep, 1, 2, [
    ...crcWords.flatMap((word) => set(3 + word, load(op.i32Load, get(1), word * 4))),
    ...set(3, xor32(get(0), get(3))),
    ...set(
      0,
      crcWords
        .flatMap((word) => [0, 1, 2, 3].map((byte) => looked(crcStep - 1 - word * 4 - byte, get(3 + word), byte * 8)))
        .reduce((a, b) => xor32(a, b)),
    ),
  ]),
  ...eachOf(
    1,
    1,
    2,
    set(0, xor32(shiftRight32(get(0), number32(8)), looked(0, xor32(get(0), load(op.i32Load8, get(1))), 0))),
  ),
  ...get(0),
];

interface Definition {
  readonly name: string;
  readonly takes: readonly number[];
  readonly gives: readonly number[];
  /** How many locals of 64 bits and of 32 bits there are besides what it takes. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly code: Code;
}

const functions: readonly Definition[] = [
  { name: "begin", takes: [], gives: [], locals: [], code: begin },
  { name: "takeStripes", takes: [type.i32, type.i32], gives: [], locals: [[4, type.i64]], code: takeStripes },
  {
    name: "finish",
    takes: [type.i32, type.i32, type.f64, type.i32],
    gives: [],
    locals: [[1, type.i64]],
    code: finish,
  },
  { name: "takeCrc", takes: [type.i32, type.i32, type.i32], gives: [type.i32], locals: [[4, type.i32]], code: takeCrc },
];

/** The module: types, functions, memory, exports and code, each a section. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
  const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
  const text = (name: string): number[] => sized([...Buffer.from(name)]);
  const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))];
  const pages = Math.ceil((place.input + mostInput) / pageBytes);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map(({ takes, gives }) => [type.function, ...sized(takes), ...sized(gives)]),
    ),
    ...section(
      3,
      functions.map((_, index) => [index]),
    ),
    ...section(5, [[1, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(7, [[...text("memory"), 2, 0], ...functions.map(({ name }, index) => [...text(name), 0, index])]),
    ...section(
      10,
      functions.map(({ locals, code }) => sized([...list(locals), ...code, op.end])),
    ),
  ]);
}

interface Machine {
  readonly memory: { readonly buffer: ArrayBuffer };
  begin(): void;
  takeStripes(at: number, end: number): void;
  finish(at: number, end: number, length: number, hadStripes: number): void;
  takeCrc(checksum: number, at: number, end: number): number;
}

/** What is used of it: Node's types name the space and not what is in it. */
interface WebAssemblySpace {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

function start(): Machine {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblySpace }).WebAssembly;
  // What the section of exports says.
  return new Instance(new Module(moduleBytes())).exports as Machine;
}

/** One for each thread: a user of it leaves nothing in it from one call to the next. */
export const machine: Machine = start();
/** Its memory. */
export const memory: Uint8Array = new Uint8Array(machine.memory.buffer);
