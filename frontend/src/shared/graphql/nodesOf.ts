interface Connection<Node> {
  edges: readonly ({ node: Node | null } | null)[] | null;
}

/** The nodes of a Relay connection; none while there is no answer. */
export function nodesOf<Node>(connection: Connection<Node> | null | undefined): Node[] {
  return (connection?.edges ?? []).flatMap((edge) => (edge?.node ? [edge.node] : []));
}
