/** What stands in the address: names in the path and in the query. Any of them may be missing. */
import { useLocation, useRoute } from "preact-iso";

/** Values by name. */
export type AddressValues = Readonly<Partial<Record<string, string>>>;

/** Values of the path, such as `id` in /connectors/:id. */
export function usePathValues(): AddressValues {
  return useRoute().params;
}

/** Values of the query. */
export function useQueryValues(): AddressValues {
  return useLocation().query;
}
