/** A name of the Fetch standard that the declarations of @connectrpc/connect use and those of Node leave out. */
type HeadersInit = NonNullable<ConstructorParameters<typeof Headers>[0]>;
