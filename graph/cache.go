package graph

import (
	"container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// bytesCache forgets what was used least recently once its entries weigh more
// than a number of bytes: strangers choose the queries, so their number alone
// would bound nothing.
type bytesCache[T any] struct {
	most   int
	weight func(key string, value T) int

	mu     sync.Mutex
	used   int
	recent *list.List // of *cached[T], the most recent first
	byKey  map[string]*list.Element
}

type cached[T any] struct {
	key   string
	value T
}

var _ graphql.Cache[string] = (*bytesCache[string])(nil)

func newBytesCache[T any](most int, weight func(string, T) int) *bytesCache[T] {
	return &bytesCache[T]{most: most, weight: weight, recent: list.New(), byKey: map[string]*list.Element{}}
}

// sourceBytes weighs a parsed document by its source, queryBytes a persisted query.
func sourceBytes(source string, _ *ast.QueryDocument) int { return len(source) }
func queryBytes(hash, query string) int                   { return len(hash) + len(query) }

// Get finds an entry and makes it the most recent.
func (c *bytesCache[T]) Get(_ context.Context, key string) (value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached[T]).value, true //nolint:forcetypeassert // the list holds nothing else
}

// Add keeps an entry, unless it alone weighs more than a tenth of the cache.
func (c *bytesCache[T]) Add(_ context.Context, key string, value T) {
	w := c.weight(key, value)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.byKey[key]; known || w > c.most/10 {
		return
	}
	c.byKey[key] = c.recent.PushFront(&cached[T]{key, value})
	for c.used += w; c.used > c.most; {
		last := c.recent.Back()
		gone := c.recent.Remove(last).(*cached[T]) //nolint:errcheck,forcetypeassert // the list holds nothing else
		delete(c.byKey, gone.key)
		c.used -= c.weight(gone.key, gone.value)
	}
}

// documents is the cache of parsed documents. Each passes through Add once,
// after it was validated and before anybody else can see it: the moment to give
// its connections their default page.
type documents struct {
	*bytesCache[*ast.QueryDocument]
}

func (d documents) Add(ctx context.Context, source string, doc *ast.QueryDocument) {
	addDefaultPages(doc)
	d.bytesCache.Add(ctx, source, doc)
}
