package app

import (
	"context"
	"net"
)

func splitHostPort(addr string) (host, port string, err error) { return net.SplitHostPort(addr) }

func baseContext(ctx context.Context) func(net.Listener) context.Context {
	return func(net.Listener) context.Context { return ctx }
}
