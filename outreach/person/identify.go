package person

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"tidings/internal/database"
)

// identifyTries bounds how often a batch is worked out again because others
// bound the same IDs, or merged the same people, meanwhile.
const identifyTries = 12

// blockSize is how many numbers a resolver takes at least: a project's row is
// not asked for every new visitor.
const blockSize = 256

// errRaced says that the store changed since it was read.
var errRaced = errors.New("somebody else was faster")

// Resolver finds out whose messages are. It keeps in memory which ID is whose,
// for less time than a merged person's rows stay unfolded, and is safe for
// concurrent use.
type Resolver struct {
	db    *database.DB
	kinds *kindsCache
	cache *keyCache

	mu     sync.Mutex
	blocks map[int64]*block      // numbers taken and not used yet, by project
	turns  map[int64]*sync.Mutex // one at a time of a project: two that make the same people would only get in each other's way
}

type block struct{ next, end uint32 }

// NewResolver makes one.
func NewResolver(db *database.DB) *Resolver {
	return &Resolver{
		db: db, kinds: &kindsCache{db: db, of: map[int64]cachedKinds{}}, cache: newKeyCache(maxCachedKeys), blocks: map[int64]*block{},
		turns: map[int64]*sync.Mutex{},
	}
}

// Kinds gives a project's ID types and subjects, at most some seconds old.
func (r *Resolver) Kinds(ctx context.Context, projectNum int64) (Kinds, error) {
	return r.kinds.get(ctx, projectNum)
}

// Identify gives the person of each claim, making people and binding IDs that
// nobody has, and merges where claims say so: as if the claims had come one by
// one. 0 is nobody: the claim has no usable ID.
//
// It opens its own short transactions, so it must not be called inside one. It
// may stop half way: asking again finishes the rest.
func (r *Resolver) Identify(ctx context.Context, projectNum int64, claims []Claim) ([]uint32, error) {
	out := make([]uint32, len(claims))
	kinds, err := r.kinds.get(ctx, projectNum)
	if err != nil {
		return nil, err
	}
	slow := make([]int, 0, len(claims))
	for i := range claims {
		num, ok := r.cached(projectNum, kinds.Types, &claims[i])
		if !ok {
			slow = append(slow, i)
		}
		out[i] = num
	}
	if len(slow) == 0 {
		return out, nil
	}
	hard := make([]Claim, len(slow))
	for i, at := range slow {
		hard[i] = claims[at]
	}
	turn := r.turn(projectNum)
	turn.Lock()
	defer turn.Unlock()
	for try := range identifyTries {
		nums, err := r.identify(ctx, projectNum, kinds.Types, hard)
		if errors.Is(err, errRaced) && try+1 < identifyTries {
			if err := pause(ctx, try); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("identify: %w", err)
		}
		for i, at := range slow {
			out[at] = nums[i]
		}
		r.cache.follow(projectNum, out) // what memory answered may have been merged by the others
		return out, nil
	}
	return out, nil
}

func (r *Resolver) turn(projectNum int64) *sync.Mutex {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.turns[projectNum]
	if t == nil {
		t = &sync.Mutex{}
		r.turns[projectNum] = t
	}
	return t
}

// cached answers from memory when all IDs of a claim are known and nothing is to be done.
func (r *Resolver) cached(projectNum int64, types Types, c *Claim) (uint32, bool) {
	if c.Previous != "" || len(c.Keys) == 0 {
		return 0, false
	}
	best, rank, same := uint32(0), 1<<30, true
	for i, k := range c.Keys {
		num, ok := r.cache.get(projectNum, k)
		if !ok {
			return 0, false
		}
		t, known := types[k.Type]
		if !t.InMapping && (known || c.Subject == 0) {
			return 0, false
		}
		same = same && (i == 0 || num == best)
		if t.Priority < rank {
			best, rank = num, t.Priority
		}
	}
	return best, same || !c.Merge
}

// identify works out claims that memory cannot answer, once.
func (r *Resolver) identify(ctx context.Context, projectNum int64, types Types, claims []Claim) ([]uint32, error) {
	m := newMatching(types)
	stubs, err := r.load(ctx, projectNum, m, claims)
	if err != nil {
		return nil, err
	}
	refs := make([]ref, len(claims))
	for i := range claims {
		refs[i], _ = m.apply(&claims[i])
	}
	if err := r.bind(ctx, projectNum, m, stubs); err != nil {
		return nil, err
	}
	for _, mg := range m.merges {
		if err := Merge(ctx, r.db, projectNum, types, mg.a.num(), mg.b.num(), mg.by); err != nil {
			return nil, err
		}
		r.cache.merged(projectNum, min(mg.a, mg.b).num(), max(mg.a, mg.b).num())
	}
	if err := r.report(ctx, projectNum, m); err != nil {
		return nil, err
	}
	out := make([]uint32, len(claims))
	for i, who := range refs {
		out[i] = m.number(who)
	}
	for k, h := range m.known {
		r.cache.put(projectNum, k, m.number(h.owner))
	}
	for k, who := range m.bound {
		r.cache.put(projectNum, k, m.number(who))
	}
	return out, nil
}

// num is the number of somebody in the store.
func (r ref) num() uint32 { return uint32(r) } //nolint:gosec // numbers of people have 32 bits

// number is the number of who a person has become; 0 of nobody.
func (m *matching) number(r ref) uint32 {
	if r = m.root(r); r < 0 {
		return m.numbers[r]
	}
	return r.num()
}

// loadKeysSQL: rows of type and value, project number, the project's base of IDs. Out:
// ID, person's number, stub, subject. An ID whose person is gone is being merged
// at this moment. CROSS JOIN keeps SQLite to the order that is written.
const loadKeysSQL = `SELECT i.type, i.value, i.person_num, p.stub, p.subject FROM %s CROSS JOIN identities i CROSS JOIN persons p
	WHERE i.project_num = ? AND i.type = u.type AND i.value = u.value AND p.id = %s + i.person_num`

// load reads who is known by the claims' IDs, and which single-valued IDs those have.
func (r *Resolver) load(ctx context.Context, projectNum int64, m *matching, claims []Claim) (stubs []int64, err error) {
	var keys []Key
	for i := range claims {
		keys = append(keys, claims[i].Keys...)
		if p := claims[i].Previous; p != "" {
			keys = append(keys, Key{UserID, p}, Key{AnonymousID, p})
		}
	}
	slices.SortFunc(keys, compareKeys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil, nil
	}
	types, values := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		types[i], values[i] = k.Type, k.Value
	}
	from, args := r.db.Values("u", database.Column{Name: "type", Values: types}, database.Column{Name: "value", Values: values})
	base := "?"
	if r.db.Postgres() {
		base = "?::bigint"
	}
	rows, err := r.db.SQL.QueryContext(ctx, r.db.Rebind(fmt.Sprintf(loadKeysSQL, from, base)), append(args, projectNum, projectNum<<32)...)
	if err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	people := map[ref]bool{}
	for rows.Next() {
		var (
			k    Key
			h    holding
			stub bool
		)
		if err := rows.Scan(&k.Type, &k.Value, &h.owner, &stub, &h.subject); err != nil {
			return nil, fmt.Errorf("read identities: %w", err)
		}
		m.known[k] = h
		m.subjects[h.owner] = h.subject
		if stub && !people[h.owner] {
			stubs = append(stubs, projectNum<<32|int64(h.owner))
		}
		people[h.owner] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	if len(m.known) == len(keys) && len(people) <= 1 {
		return stubs, nil // nothing to bind or merge
	}
	return stubs, r.loadHeld(ctx, projectNum, m, people)
}

// heldSQL: project number, person numbers, types. Out: IDs of people.
const heldSQL = `SELECT person_num, type, value FROM identities WHERE project_num = ? AND %s AND %s`

func (r *Resolver) loadHeld(ctx context.Context, projectNum int64, m *matching, people map[ref]bool) error {
	if len(people) == 0 {
		return nil
	}
	numbers := make([]int64, 0, len(people))
	for p := range people {
		numbers = append(numbers, int64(p))
	}
	slices.Sort(numbers)
	codes := []string{WechatOpenID}
	for code, t := range m.types {
		if !t.Multi && code != WechatOpenID {
			codes = append(codes, code)
		}
	}
	rows, err := r.db.SQL.QueryContext(ctx, r.db.Rebind(fmt.Sprintf(heldSQL, r.db.In("person_num"), r.db.In("type"))), projectNum, r.db.List(numbers), r.db.List(codes))
	if err != nil {
		return fmt.Errorf("read people's identities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			who ref
			k   Key
		)
		if err := rows.Scan(&who, &k.Type, &k.Value); err != nil {
			return fmt.Errorf("read people's identities: %w", err)
		}
		m.hold(who, k)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read people's identities: %w", err)
	}
	return nil
}

// take gives n numbers, from the block at hand where it lasts.
func (r *Resolver) take(ctx context.Context, projectNum int64, n int) ([]uint32, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.blocks[projectNum]
	if b == nil {
		b = &block{}
		r.blocks[projectNum] = b
	}
	out := make([]uint32, 0, n)
	for len(out) < n {
		if b.next == b.end {
			size := max(blockSize, n-len(out))
			first, err := Take(ctx, r.db, projectNum, size)
			if err != nil {
				return nil, err
			}
			b.next, b.end = first, first+uint32(size) //nolint:gosec // a block is small
		}
		out = append(out, b.next)
		b.next++
	}
	return out, nil
}
