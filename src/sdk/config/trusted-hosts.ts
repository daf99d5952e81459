/** A rule for URLs in a configuration file that anybody may have put into the current directory. */

/**
 * Makes a `distrust` rule that lets only URLs pass whose host is one of `domains` or below one.
 * The parsed host is compared, not the text.
 * @param domains lower case, without a leading dot.
 */
export function onlyHostsBelow(domains: readonly string[]): (value: string) => string | undefined {
  return (value) => {
    const host = URL.parse(value)?.hostname;
    if (host === undefined) return "it is not a URL";
    if (domains.some((domain) => host === domain || host.endsWith(`.${domain}`))) return undefined;
    return `its host is not ${domains.join(" or ")} or below`;
  };
}
