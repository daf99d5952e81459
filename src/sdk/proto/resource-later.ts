/**
 * Resources whose texts, annotations and profile are read when they are first asked for: of a hundred thousand rows a
 * question looks at a field or two. Which fields are where is told by who knows the format.
 */
import type { Annotation, Profile, Resource, ResourceId, Timestamp } from "../contracts/model.ts";
import { FieldReader } from "../wire/field-reader.ts";
import { readAnnotation, readResourceId, readStatus, readStruct, readTimestamp } from "./read-resource.ts";

/** Numbers of the fields of a resource. */
export interface ResourceFields {
  /** The last of those that hold the id; they come first. */
  readonly lastOfId: number;
  /** Reads the id out of a message, or the part of one, that ends at `end`. */
  readonly readId: (reader: FieldReader, end: number) => ResourceId;
  readonly parent: number;
  readonly displayName: number;
  readonly description: number;
  readonly annotations: number;
  readonly profile: number;
  readonly status: number;
  readonly createdAt: number;
}

/** Calls `read`, and turns the damage that it finds into an error of the one who knows the file. */
export type Guarded = <T>(read: () => T) => T;

/** The message's bytes are kept, and must not change. @throws what `guarded` makes of damage, now or later. */
export function resourceLater(bytes: Uint8Array, fields: ResourceFields, guarded: Guarded): Resource {
  return guarded(() => {
    const outline = new Outline(bytes, fields);
    return outline.profile !== nowhere
      ? new ResourceWithProfile(outline, guarded)
      : new ResourceLater(outline, guarded);
  });
}

/** Bytes of a message, from the first field of a number to behind the last. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

const nowhere: Stretch = { start: 0, end: 0 };

function longer(known: Stretch, start: number, end: number): Stretch {
  return { start: known === nowhere ? start : known.start, end };
}

/** What is read of a message at once, and where the rest of it is. */
class Outline {
  readonly fields: ResourceFields;
  parent: ResourceId | undefined;
  description: string = "";
  status: Resource["status"];
  createdAt: Timestamp | undefined;
  id: Stretch = nowhere;
  displayName: Stretch = nowhere;
  annotations: Stretch = nowhere;
  profile: Stretch = nowhere;
  readonly #reader: FieldReader;

  constructor(bytes: Uint8Array, fields: ResourceFields) {
    this.fields = fields;
    const reader = new FieldReader(bytes);
    this.#reader = reader;
    for (let start = 0; reader.next(reader.end); start = reader.position) {
      const { field } = reader;
      if (field === fields.status) this.status = readStatus(reader, reader.enter());
      else if (field === fields.createdAt) this.createdAt = readTimestamp(reader, reader.enter());
      else if (field === fields.parent) this.parent = readResourceId(reader, reader.enter());
      else if (field === fields.description) this.description = reader.string();
      else this.#passOver(start);
    }
  }

  /** @param start of the field at hand. */
  #passOver(start: number): void {
    const [reader, fields] = [this.#reader, this.fields];
    const { field } = reader;
    reader.skip();
    const end = reader.position;
    if (field <= fields.lastOfId) this.id = longer(this.id, start, end);
    else if (field === fields.displayName) this.displayName = longer(this.displayName, start, end);
    else if (field === fields.annotations) this.annotations = longer(this.annotations, start, end);
    else if (field === fields.profile) this.profile = longer(this.profile, start, end);
  }

  /** Reads each field of this number. */
  each(field: number, { start, end }: Stretch, read: (reader: FieldReader) => void): void {
    const reader = this.readerAt(start);
    while (reader.next(end)) {
      if (reader.field === field) read(reader);
      else reader.skip();
    }
  }

  /** The one reader of the message. */
  readerAt(position: number): FieldReader {
    this.#reader.moveTo(position);
    return this.#reader;
  }
}

class ResourceLater implements Resource {
  declare readonly parentResourceId?: ResourceId;
  declare readonly description?: string;
  declare readonly status?: NonNullable<Resource["status"]>;
  declare readonly createdAt?: Timestamp;
  readonly #outline: Outline;
  readonly #guarded: Guarded;
  #id: ResourceId | undefined;
  #displayName: string | undefined;
  #annotations: readonly Annotation[] | undefined;

  constructor(outline: Outline, guarded: Guarded) {
    this.#outline = outline;
    this.#guarded = guarded;
    const { parent, description, status, createdAt } = outline;
    if (parent) this.parentResourceId = parent;
    if (description !== "") this.description = description;
    if (status) this.status = status;
    if (createdAt) this.createdAt = createdAt;
  }

  get id(): ResourceId {
    this.#id ??= this.#guarded(() => {
      const { fields, id } = this.#outline;
      return fields.readId(this.#outline.readerAt(id.start), id.end);
    });
    return this.#id;
  }

  get displayName(): string {
    this.#displayName ??= this.#guarded(() => {
      const { fields, displayName } = this.#outline;
      let name = "";
      this.#outline.each(fields.displayName, displayName, (reader) => {
        name = reader.string();
      });
      return name;
    });
    return this.#displayName;
  }

  get annotations(): readonly Annotation[] {
    this.#annotations ??= this.#guarded(() => {
      const { fields, annotations } = this.#outline;
      const found: Annotation[] = [];
      this.#outline.each(fields.annotations, annotations, (reader) => {
        found.push(readAnnotation(reader, reader.enter()));
      });
      return found;
    });
    return this.#annotations;
  }

  /** @throws as the others, and TypeError where there is none. */
  protected readProfile(): Profile {
    return this.#guarded(() => {
      const { fields, profile } = this.#outline;
      let read: Profile = {};
      this.#outline.each(fields.profile, profile, (reader) => {
        read = readStruct(reader, reader.enter());
      });
      return read;
    });
  }
}

class ResourceWithProfile extends ResourceLater {
  #profile: Profile | undefined;

  get profile(): Profile {
    this.#profile ??= this.readProfile();
    return this.#profile;
  }
}
