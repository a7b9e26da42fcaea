package graph

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// open are the root fields that are answered without signing in: what a sign-in
// page has to know, and the schema, which anybody may read in the repository and
// GraphQL clients ask for before all else. Everything else needs a session.
var open = map[string]bool{"__typename": true, "__schema": true, "__type": true, "me": true, "server": true}

// guard stands before every operation.
type guard struct {
	access  *access.Service
	present func(context.Context, error) *gqlerror.Error
}

// authorise finds out who asks, for each operation anew, so that a socket does
// not outlive its session or a role that was taken away.
//
// SECURITY: this is the only way a viewer gets into a GraphQL operation.
func (g guard) authorise(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx).Operation
	signedIn, err := g.access.Resolve(ctx)
	switch {
	case err == nil:
		ctx = signedIn
	case fault.Is(err, fault.Unauthenticated) && onlyOpen(op.SelectionSet):
	default:
		return g.refuse(ctx, err)
	}
	if op.Operation == ast.Subscription {
		return g.subscribed(ctx, next)
	}
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	responses := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		defer cancel()
		return responses(ctx)
	}
}

func (g guard) refuse(ctx context.Context, err error) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{g.present(ctx, err)}})
}

func onlyOpen(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if !open[s.Name] {
				return false
			}
		case *ast.InlineFragment:
			if !onlyOpen(s.SelectionSet) {
				return false
			}
		case *ast.FragmentSpread:
			if !onlyOpen(s.Definition.SelectionSet) {
				return false
			}
		}
	}
	return true
}

// maxSubscriptions is how many one socket may have at once.
const maxSubscriptions = 20

type subscriptionsKey struct{}

// openSocket admits a WebSocket: its cookie came with the upgrade, the project
// comes in the connection's payload, where a browser cannot set a header.
func (g guard) openSocket(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
	c := access.CredentialsFrom(ctx)
	if project := payload.GetString("project"); project != "" {
		c.ProjectID = project
		ctx = access.WithCredentials(ctx, c)
	}
	if _, err := g.access.Resolve(ctx); err != nil {
		const unauthorised, forbidden, broken = 4401, 4403, 4500
		switch fault.CodeOf(err) {
		case fault.Unauthenticated:
			ctx = transport.WithWebsocketCloseCode(ctx, unauthorised)
		case fault.Internal:
			ctx, err = transport.WithWebsocketCloseCode(ctx, broken), errors.New("internal error")
		default:
			ctx = transport.WithWebsocketCloseCode(ctx, forbidden)
		}
		return ctx, nil, err
	}
	return context.WithValue(ctx, subscriptionsKey{}, new(atomic.Int32)), nil, nil
}

// subscribed counts the subscriptions of a socket.
func (g guard) subscribed(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	count, ok := ctx.Value(subscriptionsKey{}).(*atomic.Int32)
	if !ok { // server-sent events: one a connection
		return next(ctx)
	}
	if count.Add(1) > maxSubscriptions {
		count.Add(-1)
		return g.refuse(ctx, fault.Errorf(fault.Limited, "a connection has at most %d subscriptions", maxSubscriptions))
	}
	context.AfterFunc(ctx, func() { count.Add(-1) })
	return next(ctx)
}
