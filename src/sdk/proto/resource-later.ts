/**
 * Resources whose texts, annotations and profile are read when they are first asked for: of a hundred thousand rows a
 * question looks at a field or two. Which fields are where is told by who knows the format.
 */
import type { Annotation, Profile, Resource, ResourceId, Timestamp } from "../contracts/model.ts";
import { FieldReader } from "../wire/field-reader.ts";
import { readAnnotation, readResourceId, readStatus, readStruct, readTimestamp } from "./read-resource.ts";

/** Numbers of the fields of a resource. */
export interface ResourceFields {
  /** Reads the id of the whole message. */
  readonly readId: (reader: FieldReader) => ResourceId;
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
    return outline.hasProfile ? new ResourceWithProfile(outline, guarded) : new ResourceLater(outline, guarded);
  });
}

/** What is read of a message at once, and where the rest of it is. */
class Outline {
  readonly bytes: Uint8Array;
  readonly fields: ResourceFields;
  parent: ResourceId | undefined;
  description: string = "";
  status: Resource["status"];
  createdAt: Timestamp | undefined;
  hasProfile: boolean = false;

  constructor(bytes: Uint8Array, fields: ResourceFields) {
    this.bytes = bytes;
    this.fields = fields;
    const reader = new FieldReader(bytes);
    while (reader.next(reader.end)) {
      const { field } = reader;
      if (field === fields.status) this.status = readStatus(reader, reader.enter());
      else if (field === fields.createdAt) this.createdAt = readTimestamp(reader, reader.enter());
      else if (field === fields.parent) this.parent = readResourceId(reader, reader.enter());
      else if (field === fields.description) this.description = reader.string();
      else {
        this.hasProfile ||= field === fields.profile;
        reader.skip();
      }
    }
  }

  /** Reads each field of this number. */
  each(field: number, read: (reader: FieldReader) => void): void {
    const reader = new FieldReader(this.bytes);
    while (reader.next(reader.end)) {
      if (reader.field === field) read(reader);
      else reader.skip();
    }
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
    const { bytes, fields } = this.#outline;
    this.#id ??= this.#guarded(() => fields.readId(new FieldReader(bytes)));
    return this.#id;
  }

  get displayName(): string {
    this.#displayName ??= this.#guarded(() => {
      let name = "";
      this.#outline.each(this.#outline.fields.displayName, (reader) => {
        name = reader.string();
      });
      return name;
    });
    return this.#displayName;
  }

  get annotations(): readonly Annotation[] {
    this.#annotations ??= this.#guarded(() => {
      const found: Annotation[] = [];
      this.#outline.each(this.#outline.fields.annotations, (reader) => {
        found.push(readAnnotation(reader, reader.enter()));
      });
      return found;
    });
    return this.#annotations;
  }

  /** @throws as the others, and TypeError where there is none. */
  protected readProfile(): Profile {
    return this.#guarded(() => {
      let profile: Profile = {};
      this.#outline.each(this.#outline.fields.profile, (reader) => {
        profile = readStruct(reader, reader.enter());
      });
      return profile;
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
