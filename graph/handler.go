package graph

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	coderws "github.com/coder/websocket"

	"tidings/graph/generated"
)

// Limits of one request. They are generous to the console and hard on a query
// that was written to hurt.
const (
	maxBody       = 1 << 20 // bytes of a request, on a socket of a message
	maxTokens     = 4_000   // of a document
	maxDepth      = 12      // of nested fields; introspection has a rule of its own
	maxSelections = 4_000   // fields once all fragments are spread
	maxComplexity = 15_000  // see cost
	maxPage       = 200     // nodes of a page
	defaultPage   = 50      // nodes where neither first nor last is given
	maxListInput  = 10_000  // values of one list in the variables
	maxInputDepth = 16      // of the variables

	documentCache = 1 << 20 // bytes of parsed documents' sources
	persistedSize = 4 << 20 // bytes of persisted queries

	operationTimeout = 30 * time.Second // of queries and mutations
)

// NewHandler serves the API: POST and GET, subscriptions as server-sent events
// and over WebSockets. The request's context carries access.Credentials.
// consoleOrigin may open sockets from elsewhere; empty: our own pages only.
func NewHandler(r *Resolver, consoleOrigin string, log *slog.Logger) http.Handler {
	present := presenter{log: log}
	guard := guard{access: r.Access, present: present.present}
	srv := handler.New(costed{generated.NewExecutableSchema(generated.Config{Resolvers: r})})
	srv.AddTransport(transport.Websocket{
		Implementation:   transport.CoderWebsocketImplementation{AcceptOptions: coderws.AcceptOptions{OriginPatterns: originPatterns(consoleOrigin)}},
		InitFunc:         guard.openSocket,
		InitTimeout:      10 * time.Second,
		PingPongInterval: 20 * time.Second,
	})
	srv.AddTransport(overHTTP{log: log})

	srv.SetQueryCache(documents{newBytesCache(documentCache, sourceBytes)})
	srv.SetParserTokenLimit(maxTokens)
	srv.Use(extension.Introspection{})
	srv.Use(extension.AutomaticPersistedQuery{Cache: newBytesCache(persistedSize, queryBytes)})
	srv.Use(limits{})
	srv.Use(extension.FixedComplexityLimit(maxComplexity))

	srv.SetErrorPresenter(present.present)
	srv.SetRecoverFunc(present.recovered)
	srv.AroundOperations(guard.authorise)
	srv.AroundResponses(r.withLoaders)

	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, maxBody)
		srv.ServeHTTP(w, req)
	})
}

// originPatterns is what the socket's library compares the Origin header with,
// beside our own host.
func originPatterns(consoleOrigin string) []string {
	u, err := url.Parse(consoleOrigin)
	if err != nil || u.Host == "" {
		return nil
	}
	return []string{u.Scheme + "://" + u.Host}
}
