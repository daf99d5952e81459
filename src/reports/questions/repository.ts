/** Who may do what on repositories, and on which way: those of everything, or of one. */
import type { SyncView } from "../../sdk/c1z/read/sync-view.ts";
import { resourceKey } from "../../sdk/c1z/scratch/row-sql.ts";
import type { Resource } from "../../sdk/contracts/model.ts";
import { accountColumns, accountIdColumns, column } from "../columns.ts";
import { compareRoles, slugOf } from "../file-shape.ts";
import { closestNamed, nameKey } from "../folded-text.ts";
import { howHeld } from "../grant-paths.ts";
import { Holdings } from "../holdings.ts";
import { compareTexts, counted, defineReport, type Items, type Subject } from "../report.ts";
import { inText } from "../screen/chart.ts";
import { ambiguousSubject, unknownSubject } from "../unknown-subject.ts";
import { heldBy, type Member } from "./members.ts";

interface Right extends Member {
  readonly repository: Resource;
}

/** The type, as connectors of code and package hosts call it. */
const repositoryType = "repository";
/** Slugs that only read. */
const readSlugs: ReadonlySet<string> = new Set(["read", "pull", "triage"]);

/** Rights on repositories by name, the most privileged first. */
export const repository = defineReport<Right>({
  name: "repository",
  title: "Rights on repositories",
  summary: "Who may do what on each repository, or on one, directly or through a team",
  operand: "[REPOSITORY]",
  isReview: true,
  hasSubject: (view) => view.getResourceType(repositoryType) !== undefined,
  columns: [
    column("repository", "Repository", "text", (right) => right.repository.displayName, { width: 18 }),
    column("slug", "May", "role", ({ slug }) => slug),
    ...accountColumns<Right>(({ account }) => account),
    column("how", "How", "text", ({ grant }) => howHeld(grant)),
    column("through", "Through", "list", ({ through }) => through),
    ...accountIdColumns<Right>(({ account }) => account),
    column("entitlementId", "Entitlement id", "text", ({ grant }) => grant.entitlement.id, { isExportedOnly: true }),
    column("repositoryId", "Repository id", "text", (right) => right.repository.id.resource, { isExportedOnly: true }),
  ],
  screen: ["repository", "slug", "name", "status", "how", "through"],
  headline: ({ count }) => {
    const sentence = `accounts and teams may change one of ${inText(count("repositories"))} repositories or more`;
    return { figure: inText(count("writers")), sentence, tone: "neutral" };
  },
  items: rights,
});

function* rights({ view, about }: Subject): Items<Right> {
  const holdings = new Holdings(view);
  const chosen = [...repositories(view, about)].toSorted((a, b) => compareTexts(a.displayName, b.displayName));
  const writers = new Set<string>();
  const counts = new Map<string, number>();
  for (const one of chosen) {
    const entitlements = [...view.entitlements({ resource: one.id })];
    for (const entitlement of entitlements.toSorted((a, b) => compareRoles(slugOf(a), slugOf(b)))) {
      const slug = slugOf(entitlement);
      counts.set(slug, counts.get(slug) ?? 0);
      for (const held of heldBy(entitlement, holdings)) {
        counts.set(slug, (counts.get(slug) ?? 0) + 1);
        if (!readSlugs.has(slug)) writers.add(resourceKey(held.grant.principal));
        yield { repository: one, ...held };
      }
    }
  }
  return {
    counts: [
      counted("repositories", chosen.length),
      counted("writers", writers.size, "who may change one"),
      ...[...counts].map(([slug, count]) => counted(slug, count)),
    ],
    notices: [
      "Explicit privileges are shown. What owners may do everywhere, and what defaults give, may not be in the file.",
    ],
  };
}

function repositories(view: SyncView, about: string | undefined): readonly Resource[] {
  const all = [...view.resources({ resourceTypeId: repositoryType })];
  if (about === undefined) return all;
  const id = about.startsWith(`${repositoryType}:`) ? about.slice(repositoryType.length + 1) : about;
  const byId = all.filter(({ id: { resource } }) => resource === id);
  const key = nameKey(about);
  const named = all.filter((one) => namesOf(one).some((name) => nameKey(name) === key));
  const found = byId.length > 0 ? byId : closestNamed(about, named, namesOf);
  if (found.length === 0) throw unknownSubject("repository", about);
  if (found.length > 1)
    throw ambiguousSubject(
      "repository",
      about,
      found.map((one) => one.id.resource),
    );
  return found;
}

function namesOf({ displayName, profile }: Resource): readonly string[] {
  const slug = profile?.["slug"];
  return [displayName, ...(typeof slug === "string" ? [slug] : [])];
}
