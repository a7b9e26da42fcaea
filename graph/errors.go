package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"tidings/ent"
	"tidings/ent/privacy"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// presenter is the one place that turns errors into what a client reads. A
// refusal of the product keeps its code, reason and fields; everything that is
// not known to be meant for people is masked, and logged under the request's ID.
type presenter struct{ log *slog.Logger }

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	out := &gqlerror.Error{Path: graphql.GetPath(ctx)}
	cause := err
	if outer, ok := errors.AsType[*gqlerror.Error](err); ok {
		if outer.Path != nil {
			out.Path = outer.Path
		}
		out.Locations = outer.Locations
		if cause = outer.Unwrap(); cause == nil {
			// gqlgen's own words about the client's document; they hold nothing of ours.
			out.Message, out.Extensions = outer.Message, outer.Extensions
			if out.Extensions["code"] == nil {
				out.Extensions = map[string]any{"code": string(fault.Invalid)}
			}
			return out
		}
	}
	known := p.known(ctx, cause)
	out.Message = known.Message
	out.Extensions = map[string]any{"code": string(known.Code)}
	if known.Reason != "" {
		out.Extensions["reason"] = known.Reason
	}
	if len(known.Fields) > 0 {
		out.Extensions["fields"] = known.Fields
	}
	if known.RetryAfter > 0 {
		out.Extensions["retryAfter"] = int(math.Ceil(known.RetryAfter.Seconds()))
	}
	if id := access.CredentialsFrom(ctx).RequestID; known.Code == fault.Internal && id != "" {
		out.Extensions["requestId"] = id
	}
	return out
}

// known sorts an error; what it does not know becomes INTERNAL.
func (p presenter) known(ctx context.Context, err error) *fault.Error {
	var (
		ours       *fault.Error
		validation *ent.ValidationError
	)
	switch {
	case errors.As(err, &ours) && ours.Code != fault.Internal:
		return ours
	case ent.IsNotFound(err):
		return fault.Errorf(fault.NotFound, "there is no such object")
	case errors.Is(err, privacy.Deny):
		return fault.Errorf(fault.Forbidden, "you are not allowed to see this")
	case errors.As(err, &validation):
		return fault.At(validation.Name, "INVALID", "%s breaks a rule", validation.Name)
	case ent.IsConstraintError(err):
		p.log.WarnContext(ctx, "constraint", slog.String("request_id", access.CredentialsFrom(ctx).RequestID), slog.Any("error", err))
		return fault.Errorf(fault.Conflict, "this is taken, in use, or was just changed by somebody else")
	case database.IsBadText(err):
		return fault.Errorf(fault.Invalid, "a text holds a character that cannot be stored, such as U+0000").Because("CHARACTER")
	case errors.Is(err, context.Canceled):
		return fault.Errorf(fault.Unavailable, "the request was given up")
	case errors.Is(err, context.DeadlineExceeded):
		return fault.Errorf(fault.Unavailable, "this took too long")
	case badArgument(ctx):
		return fault.Errorf(fault.Invalid, "%s", err.Error())
	default:
		p.log.ErrorContext(ctx, "request failed", slog.String("request_id", access.CredentialsFrom(ctx).RequestID),
			slog.String("path", graphql.GetPath(ctx).String()), slog.Any("error", err))
		return fault.Errorf(fault.Internal, "internal error")
	}
}

// badArgument tells whether the field at hand was never called because one of
// its arguments could not be read, such as a time or a cursor: the error then
// speaks of the client's own input.
func badArgument(ctx context.Context) bool {
	fc := graphql.GetFieldContext(ctx)
	return fc != nil && fc.Args == nil && fc.Field.Field != nil && fc.Field.Definition != nil && len(fc.Field.Definition.Arguments) > 0
}

// recovered makes a panic an error; the presenter masks it.
func (p presenter) recovered(ctx context.Context, cause any) error {
	p.log.ErrorContext(ctx, "panic", slog.Any("panic", cause), slog.String("stack", string(debug.Stack())))
	return fmt.Errorf("panic: %v", cause)
}
