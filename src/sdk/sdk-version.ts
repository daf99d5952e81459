/** Which baton-sdk this one behaves as. Syncers and services decide by it what they may ask for. */

/** Semantic version with its `v` (baton-sdk: tags); Go syncers send session ids only from v0.4.3 on. */
export const sdkVersion = "v0.26.0";
