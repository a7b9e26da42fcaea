package person

import (
	"cmp"
	"slices"
)

// Key is an ID: what people, or other entities, are known by.
type Key struct{ Type, Value string }

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Value, b.Value))
}

// Claim says that some IDs are of one and the same person.
type Claim struct {
	Keys []Key
	// Previous is an ID that the person had before, of type user_id or anonymous_id,
	// whichever is known; alias names one.
	Previous string
	// Merge lets two people who turn out to be one become one: identify and alias.
	Merge bool
	// Subject is 0 for people; otherwise Keys name an entity of that subject.
	Subject int64
}

// ref is a person in a match: the number, or below zero one to be made.
type ref int64

// holding is what is known of an ID in the store.
type holding struct {
	owner   ref
	subject int64
}

// matching works out for claims, one after the other, whose they are. It is
// pure: the store is what was loaded, and what has to be written is its result.
type matching struct {
	types Types
	known map[Key]holding
	// holds are the single-valued IDs of people by class; a merged person may hold several of one.
	holds map[ref]map[string][]string

	into      map[ref]ref // of people who became one
	subjects  map[ref]int64
	numbers   map[ref]uint32 // of those made
	fresh     ref            // the last one made, counting down
	bound     map[Key]ref
	merges    []merge
	conflicts []conflict
	noted     map[conflictKey]bool
}

// merge is two people of the store who are one.
type merge struct {
	a, b ref
	by   Key
}

// conflict is two people who seemed to be one and are not, or an ID that a
// person cannot hold beside another (other is then the person too).
type conflict struct {
	person, other ref
	class         string
	value, others string
	by            Key
}

type conflictKey struct {
	person, other ref
	class         string
}

func newMatching(types Types) *matching {
	return &matching{
		types: types, known: map[Key]holding{}, holds: map[ref]map[string][]string{}, into: map[ref]ref{}, subjects: map[ref]int64{}, numbers: map[ref]uint32{},
		bound: map[Key]ref{}, noted: map[conflictKey]bool{},
	}
}

// hold notes a single-valued ID of a person.
func (m *matching) hold(r ref, k Key) {
	class, single := m.types.class(k)
	if !single {
		return
	}
	of := m.holds[r]
	if of == nil {
		of = map[string][]string{}
		m.holds[r] = of
	}
	if !slices.Contains(of[class], k.Value) {
		of[class] = append(of[class], k.Value)
	}
}

// root is who a person has become.
func (m *matching) root(r ref) ref {
	for {
		next, ok := m.into[r]
		if !ok {
			return r
		}
		r = next
	}
}

func (m *matching) ownerOf(k Key) (ref, bool) {
	if r, ok := m.bound[k]; ok {
		return m.root(r), true
	}
	if h, ok := m.known[k]; ok {
		return m.root(h.owner), true
	}
	return 0, false
}

// sorted gives a claim's IDs, those that join people first, then by priority,
// each once. Of an alias the earlier ID is among them.
func (m *matching) sorted(c *Claim) []Key {
	keys := make([]Key, 0, len(c.Keys)+1)
	for _, k := range c.Keys {
		if _, ok := m.types[k.Type]; (ok || c.Subject != 0) && k.Value != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	if c.Previous != "" {
		k := Key{AnonymousID, c.Previous}
		_, anonymous := m.ownerOf(k)
		if _, user := m.ownerOf(Key{UserID, c.Previous}); user && !anonymous {
			k.Type = UserID
		}
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	rank := func(k Key) int {
		t := m.types[k.Type]
		if !t.InMapping {
			return 1 << 20
		}
		return t.Priority
	}
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), compareKeys(a, b)) })
	// An ID of something else than what is claimed says nothing here.
	return slices.DeleteFunc(keys, func(k Key) bool {
		r, ok := m.ownerOf(k)
		return ok && m.subjects[r] != c.Subject
	})
}

// joins tells whether an ID may say whose a claim is. Where a claim has nothing
// but IDs outside the mapping, they do.
func (m *matching) joins(k, first Key) bool {
	return m.types[k.Type].InMapping || !m.types[first.Type].InMapping
}

// apply works out whose a claim is; false when it names nobody.
func (m *matching) apply(c *Claim) (ref, bool) {
	keys := m.sorted(c)
	if len(keys) == 0 {
		return 0, false
	}
	who := m.whose(c, keys)
	for _, k := range keys {
		owner, ok := m.ownerOf(k)
		switch {
		case !ok:
			m.bind(who, k)
		case owner != who && c.Merge && m.joins(k, keys[0]):
			who = m.unite(who, owner, k)
		}
	}
	return who, true
}

// whose is the owner of the highest ID that is known. When the message names a
// higher ID that the owner cannot hold, somebody else uses what is known (a
// phone that is passed on, a shared computer), and the claim is of a new person.
func (m *matching) whose(c *Claim, keys []Key) ref {
	at := slices.IndexFunc(keys, func(k Key) bool { _, ok := m.ownerOf(k); return ok && m.joins(k, keys[0]) })
	if at < 0 {
		return m.make(c.Subject)
	}
	owner, _ := m.ownerOf(keys[at])
	for _, k := range keys[:at] {
		if class, single := m.types.class(k); single && len(m.holds[owner][class]) > 0 && !slices.Contains(m.holds[owner][class], k.Value) {
			who := m.make(c.Subject)
			m.note(conflict{person: who, other: owner, class: class, value: k.Value, others: m.holds[owner][class][0], by: keys[at]})
			return who
		}
	}
	return owner
}

func (m *matching) make(subject int64) ref {
	m.fresh--
	m.subjects[m.fresh] = subject
	return m.fresh
}

// bind gives a person an ID that nobody has, unless the person holds another of
// a type of which there is one only.
func (m *matching) bind(who ref, k Key) {
	class, single := m.types.class(k)
	if has := m.holds[who][class]; single && len(has) > 0 && !slices.Contains(has, k.Value) {
		m.note(conflict{person: who, other: who, class: class, value: has[0], others: k.Value, by: k})
		return
	}
	m.bound[k] = who
	m.hold(who, k)
}

// unite makes two people one, the older of them, unless they hold different IDs
// of a single-valued type that says as much as the ID they share.
func (m *matching) unite(a, b ref, by Key) ref {
	if class, va, vb, differ := differs(m.types, m.holds[a], m.holds[b], by); differ {
		m.note(conflict{person: a, other: b, class: class, value: va, others: vb, by: by})
		return a
	}
	winner, loser := a, b
	if older(b, a) {
		winner, loser = b, a
	}
	if winner >= 0 && loser >= 0 {
		m.merges = append(m.merges, merge{a: winner, b: loser, by: by})
	}
	m.into[loser] = winner
	for class, values := range m.holds[loser] {
		if m.holds[winner] == nil {
			m.holds[winner] = map[string][]string{}
		}
		for _, v := range values {
			if !slices.Contains(m.holds[winner][class], v) {
				m.holds[winner][class] = append(m.holds[winner][class], v)
			}
		}
	}
	return winner
}

// older tells whether a was there before b: smaller numbers first, and those to be made last.
func older(a, b ref) bool {
	if (a < 0) != (b < 0) {
		return b < 0
	}
	if a < 0 {
		return a > b // made earlier, counting down
	}
	return a < b
}

// differs finds a class of single-valued IDs of which both hold some and none in
// common, of a type no weaker than the ID that joins them.
func differs(types Types, a, b map[string][]string, by Key) (class, va, vb string, differ bool) {
	limit := types[by.Type].Priority
	for c, values := range a {
		others := b[c]
		if len(others) == 0 || (class != "" && c > class) { // the first by name: the same answer each time
			continue
		}
		if types[codeOf(c)].Priority > limit || slices.ContainsFunc(values, func(v string) bool { return slices.Contains(others, v) }) {
			continue
		}
		class, va, vb, differ = c, slices.Min(values), slices.Min(others), true
	}
	return class, va, vb, differ
}

func (m *matching) note(c conflict) {
	k := conflictKey{c.person, c.other, c.class}
	if !m.noted[k] {
		m.noted[k] = true
		m.conflicts = append(m.conflicts, c)
	}
}
