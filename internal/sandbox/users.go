package sandbox

import (
	"hash/maphash"
	"net/http"
	"sync"
)

// users are the people with phones, in shards by openid.
type users struct {
	seed     maphash.Seed
	fallback int32 // grants of people never spoken of
	shards   [256]userShard
}

type userShard struct {
	mu sync.Mutex
	by map[string]*user
}

// user is one person's authorisations. Kept small: a load test has a million.
type user struct {
	refuses bool  // has switched messages off, or never met the mini program
	base    int32 // grants of templates not listed in own
	own     []grant
}

type grant struct {
	template string
	left     int32
}

func (u *users) init(fallback int) {
	u.seed = maphash.MakeSeed()
	u.fallback = int32(min(max(fallback, 0), 1<<30)) //nolint:gosec // clamped
	for i := range u.shards {
		u.shards[i].by = make(map[string]*user)
	}
}

func (u *users) shard(openid string) *userShard {
	return &u.shards[maphash.String(u.seed, openid)%uint64(len(u.shards))]
}

// get gives the person, made with the fallback when new. The shard is locked.
func (s *userShard) get(openid string, fallback int32) *user {
	p := s.by[openid]
	if p == nil {
		p = &user{base: fallback}
		s.by[openid] = p
	}
	return p
}

// take uses an authorisation up; a long-term one stays. False: 43101.
func (u *users) take(openid string, t *Template) bool {
	s := u.shard(openid)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.get(openid, u.fallback)
	if p.refuses {
		return false
	}
	g := p.grant(t.ID)
	if g.left <= 0 {
		return false
	}
	if t.Type == OneTime {
		g.left--
	}
	return true
}

func (p *user) grant(template string) *grant {
	for i := range p.own {
		if p.own[i].template == template {
			return &p.own[i]
		}
	}
	p.own = append(p.own, grant{template, p.base})
	return &p.own[len(p.own)-1]
}

// set replaces what is known of a person: for one template, or for all with "".
func (u *users) set(openid, template string, grants int32, refuses bool) {
	s := u.shard(openid)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.get(openid, u.fallback)
	p.refuses = refuses
	if template == "" {
		p.base, p.own = grants, nil
		return
	}
	p.grant(template).left = grants
}

// Grant lets people receive so many messages of a template, of each one with
// "". It replaces what they had, a refusal too.
func (s *Sandbox) Grant(template string, grants int, openids ...string) {
	n := int32(min(max(grants, 0), 1<<30)) //nolint:gosec // clamped
	for _, o := range openids {
		s.users.set(o, template, n, false)
	}
}

// Refuse makes people refuse every message until they are granted again.
func (s *Sandbox) Refuse(openids ...string) {
	for _, o := range openids {
		s.users.set(o, "", 0, true)
	}
}

// postUsers takes {"openids":[…],"template":"","grants":5,"refuse":false,"unknown":false}.
func (s *Sandbox) postUsers(w http.ResponseWriter, r *http.Request) {
	var in struct {
		OpenIDs  []string `json:"openids"`
		Template string   `json:"template"`
		Grants   int      `json:"grants"`
		Refuse   bool     `json:"refuse"`
		Unknown  bool     `json:"unknown"`
	}
	if !body(w, r, &in) {
		return
	}
	if len(in.OpenIDs) == 0 || in.Grants < 0 {
		refuse(w, http.StatusBadRequest, "openids must name someone and grants must not be negative")
		return
	}
	if in.Refuse || in.Unknown {
		s.Refuse(in.OpenIDs...)
	} else {
		s.Grant(in.Template, in.Grants, in.OpenIDs...)
	}
	answer(w, http.StatusOK, map[string]int{"users": len(in.OpenIDs)})
}
