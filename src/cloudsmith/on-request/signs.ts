/** Signs of what is read only on request: as those of the roster, each means what its code means (docs/troubleshooting.md). */
import { signTable } from "../../sdk/api/list-words.ts";

const sentences = {
  "CS-COUNT-DIFFERS":
    "{list} does not add up, when it is read again as well: {announced} were announced, {shown} different ones shown; {rows} may be missing",
  "CS-EXPIRY-UNREADABLE":
    "when {rows} expire is no time that can be: it is left out, which does not mean that they never expire",
  "CS-ID-MISSING": "an entitlement token of the repository '{repository}' has no id: it cannot be told from others",
  "CS-LIST-UNSEEN": "{problem} {rows} are missing, and so is what they hold",
  "CS-PRIVILEGE-HOLDER-UNLISTED":
    "a privilege on the repository '{repository}' is held by {holder}, which no list shows: it is missing",
  "CS-PRIVILEGE-UNKNOWN":
    "the repository '{repository}' has the privilege '{privilege}', which this connector does not know: nothing is granted",
  "CS-REPOSITORY-DEFAULTS":
    "explicit privileges on repositories are in the file; {title} are not, as Cloudsmith's API does not tell them",
  "CS-REPOSITORY-FOREIGN":
    "the list of repositories shows '{repository}', which is another organization's by its row: {namespace}",
  "CS-REPOSITORY-GONE": "the repository '{repository}' went while it was read: nobody holds anything on it",
  "CS-REPOSITORY-UNSEEN": "{problem} who holds them is missing",
  "CS-ROLE-UNKNOWN": "service account '{slug}' has {role}: no role is granted",
  "CS-SERVICE-ROLES-UNKNOWN":
    "{withoutRole} of {services} service accounts have no role that this connector knows: what most may do is missing",
  "CS-SERVICE-UNLISTED":
    "workloads of the OIDC provider '{provider}' may act as the service account '{slug}', which no list shows: it is missing",
  "CS-TEAM-SOURCES-UNSEEN": "Cloudsmith does not show SAML group sync to this key: which teams it fills is unknown",
  "CS-TEAM-UNLISTED":
    "the team '{team}' is named, and this key cannot see it: what it holds, and who is in it, is missing",
};

export const { sign } = signTable(sentences, {
  "CS-COUNT-DIFFERS": ["R5", "partial"],
  "CS-ID-MISSING": ["R11", "incomplete"],
  "CS-LIST-UNSEEN": ["R13", "partial"],
  "CS-PRIVILEGE-HOLDER-UNLISTED": ["R4", "partial"],
  "CS-REPOSITORY-FOREIGN": ["R11", "incomplete"],
  "CS-REPOSITORY-UNSEEN": ["R13", "partial"],
  "CS-SERVICE-ROLES-UNKNOWN": ["R9", "partial"],
  "CS-SERVICE-UNLISTED": ["R4", "partial"],
  "CS-TEAM-UNLISTED": ["R3", "partial"],
});
