// Package graph is the door for people: GraphQL in. Resolvers authorise,
// translate and call one command of outreach; reads that only page and filter
// go to the store, whose privacy narrows them to the viewer's project.
package graph

// Resolver holds everything the API needs.
type Resolver struct{}
