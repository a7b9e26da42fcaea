package graph

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]accepted{
		"":                                  {best: typeJSON},
		"*/*":                               {best: typeJSON},
		"application/*":                     {best: typeJSON},
		"application/json":                  {best: typeJSON},
		"application/graphql-response+json": {best: typeGraphQL},
		"text/event-stream":                 {events: true},
		"text/html":                         {},
		"nonsense":                          {},
		"application/json;q=0":              {},
		"application/json; charset=utf-16":  {},
		"application/json; charset=UTF-8":   {best: typeJSON},
		"application/json;q=2, */*;q=0.1":   {best: typeJSON},
		"text/html, */*;q=0.8":              {best: typeJSON},
		"application/graphql-response+json, application/json;q=0.9":                                                         {best: typeGraphQL},
		"application/json, application/graphql-response+json;q=0.9":                                                         {best: typeJSON},
		"application/json, application/graphql-response+json":                                                               {best: typeGraphQL},
		"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed": {best: typeGraphQL, events: true},
	} {
		require.Equal(t, want, negotiate([]string{header}), header)
	}
	require.Equal(t, accepted{best: typeGraphQL}, negotiate([]string{"text/html", typeGraphQL}), "several headers are one list")
}

func TestBytesCacheForgetsByWeight(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newBytesCache(1000, queryBytes)
	for i := range 100 {
		c.Add(ctx, fmt.Sprintf("key-%05d", i), "0123456789") // 19 bytes each
		_, ok := c.Get(ctx, "key-00000")
		require.True(t, ok, "what is used stays")
	}
	require.LessOrEqual(t, c.used, 1000)
	require.Len(t, c.byKey, c.recent.Len())
	_, ok := c.Get(ctx, "key-00001")
	require.False(t, ok)
	_, ok = c.Get(ctx, "key-00099")
	require.True(t, ok)
	c.Add(ctx, "big", string(make([]byte, 200)))
	_, ok = c.Get(ctx, "big")
	require.False(t, ok, "one that weighs a tenth of all would push out too much")
}
