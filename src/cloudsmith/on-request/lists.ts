/** The lists of one sync that are read only on request, and what is kept of their rows for the grants. */

import type { ListWords } from "../../sdk/api/list-words.ts";
import type { Note } from "../../sdk/api/notes.ts";
import { sharedWords } from "../members/signs.ts";
import { isTeamManager } from "../types.ts";
import {
  type InviteRow,
  inviteRows,
  type ProviderRow,
  providerRows,
  type RepositoryRow,
  repositoryRows,
  type ServiceRow,
  serviceRows,
} from "./records.ts";
import { listName, type ReadFrom, RequestedList } from "./requested-list.ts";
import { invitationType, oidcProviderType, repositoryType, serviceType } from "./types.ts";

/** A service account; `name` is empty, as its id is its only name. */
export interface ServiceNote extends Note {
  readonly role: string;
  /** Slug of each team, and whether the service account manages it. */
  readonly teams: readonly (readonly [slug: string, manages: boolean])[];
}

/** An OIDC provider. */
export interface ProviderNote extends Note {
  /** Slugs of the service accounts that its tokens are traded for. */
  readonly services: readonly string[];
}

/** All of them; each is made when it is first asked for. */
export class RequestedLists {
  readonly services: RequestedList<ServiceRow, ServiceNote>;
  readonly providers: RequestedList<ProviderRow, ProviderNote>;
  readonly invitations: RequestedList<InviteRow, Note>;
  /** `name` is the slug, by which privileges and tokens are asked for. */
  readonly repositories: RequestedList<RepositoryRow, Note>;

  constructor(from: ReadFrom) {
    this.services = new RequestedList({
      from,
      list: serviceRows,
      words: words("service accounts", "CS-SERVICES-MOVED", serviceType.id),
      noteOf: ({ slug, role = "", teams = [] }) => ({
        id: slug,
        name: "",
        role,
        teams: teams.map((place) => [place.slug ?? "", isTeamManager(place.role)]),
      }),
    });
    this.providers = new RequestedList({
      from,
      list: providerRows,
      words: words("OIDC providers", "CS-OIDC-MOVED", oidcProviderType.id),
      noteOf: ({ slug_perm, service_accounts = [] }) => ({ id: slug_perm, name: "", services: service_accounts }),
    });
    this.invitations = new RequestedList({
      from,
      list: inviteRows,
      words: words("pending invitations", "CS-INVITATIONS-MOVED", invitationType.id),
      noteOf: ({ slug_perm }) => ({ id: slug_perm, name: "" }),
    });
    this.repositories = new RequestedList({
      from,
      list: repositoryRows,
      words: words("repositories", "CS-REPOSITORIES-MOVED", repositoryType.id),
      noteOf: ({ slug_perm, slug }) => ({ id: slug_perm, name: slug }),
    });
  }

  /** Stops what is still on its way. */
  stop(): void {
    for (const list of [this.services, this.providers, this.invitations, this.repositories]) list.stop();
  }
}

function words(rows: string, moved: string, resourceType: string): ListWords {
  return {
    ...sharedWords,
    list: `the list of ${rows}`,
    rows,
    moved,
    resourceType,
    statement: { [resourceType]: { list: listName(rows), title: rows } },
  };
}
