/** Endpoints about the caller and the service itself: user/self, rates/limits, status, orgs. */
import { type Answer, jsonAnswer } from "./answer.ts";
import { organizationBody, type SelfFields, selfBody } from "./bodies.ts";
import type { AnyContext, OrganizationContext } from "./context.ts";
import { pageAnswer } from "./paging.ts";
import { rowsOnDemand } from "./row-list.ts";
import { sortOf, unknownSort } from "./sort.ts";

/** GET /status/check/basic/ */
export function statusCheck(): Answer {
  return jsonAnswer(200, JSON.stringify({ detail: "The sandbox is up.", version: "1.1352.0" }));
}

/** GET /user/self/: answers 200 also to a caller without a key, who is then not `authenticated`. */
export function userSelf(context: AnyContext): Answer {
  return jsonAnswer(200, JSON.stringify(selfBody(selfFields(context))));
}

function selfFields({ caller, outsiderOf }: AnyContext): SelfFields | undefined {
  switch (caller.kind) {
    case "user":
      return {
        ...caller.member,
        name: caller.member.userName,
        slug: caller.member.user,
        slugPerm: caller.member.userId,
        isService: false,
      };
    case "service":
      return {
        email: null,
        name: caller.service.name,
        slug: caller.service.slug,
        slugPerm: caller.service.slugPerm,
        isService: true,
      };
    case "outsider":
      return outsiderOf(caller.key);
    case "anonymous":
    case "rejected":
      return undefined;
  }
}

/** GET /rates/limits/ */
export function rateLimits({ rate }: AnyContext): Answer {
  const { limit, remaining, reset, interval, throttled } = rate;
  const resetIso = `${new Date(reset * 1000).toISOString().slice(0, 19)}+00:00`;
  const core = { interval, limit, remaining, reset, reset_iso_8601: resetIso, throttled };
  return jsonAnswer(200, JSON.stringify({ resources: { core } }));
}

/** GET /orgs/: the organizations the caller is in, which is one or none. */
export function listOrganizations(context: AnyContext): Answer {
  if (!sortOf(context.query, ["name", "created_at", "slug"])) return unknownSort();
  const isInside = context.caller.kind === "user" || context.caller.kind === "service";
  const rows = isInside ? [context.directory.organization] : [];
  return pageAnswer(rowsOnDemand(rows, organizationBody), context);
}

/** GET /orgs/{org}/ */
export function readOrganization({ directory }: OrganizationContext): Answer {
  return jsonAnswer(200, JSON.stringify(organizationBody(directory.organization)));
}
