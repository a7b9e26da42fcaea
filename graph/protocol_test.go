package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/testdb"
	"tidings/outreach/access"
)

const graphqlJSON = "application/graphql-response+json"

func TestProtocol(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.New(t))
	marketer := b.tokens[access.Marketer]
	get := func(t *testing.T, token, query string, more ...func(*http.Request)) *answer {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+"/graphql?query="+url.QueryEscape(query), nil)
		require.NoError(t, err)
		return b.do(token, req, more...)
	}

	t.Run("__typename is answered to everybody, on POST and GET", func(t *testing.T) {
		t.Parallel()
		require.JSONEq(t, `{"data":{"__typename":"Query"}}`, b.as("", "{ __typename }", nil).raw)
		require.JSONEq(t, `{"data":{"__typename":"Query"}}`, get(t, "", "{ __typename }").raw)
	})
	t.Run("what the sign-in page needs is answered to everybody", func(t *testing.T) {
		t.Parallel()
		a := b.as("", "{ me { role } server { version demo now } }", nil)
		require.Empty(t, a.Errors)
		require.Nil(t, a.Data["me"])
		require.Equal(t, "test", a.at("server.version"))
	})
	for _, query := range []string{
		"{ tasks { totalCount } }", "{ me { role } tasks { totalCount } }", "{ ...F } fragment F on Query { channels { totalCount } }",
		"mutation { setLocale(locale: \"en-US\") { id } }", "{ node(id: \"tsk_1\") { id } }",
	} {
		t.Run("needs a session: "+query, func(t *testing.T) {
			t.Parallel()
			a := b.as("", query, nil)
			require.Equal(t, "UNAUTHENTICATED", a.code())
			require.Equal(t, http.StatusOK, a.status)
			require.Nil(t, a.Data)
			a = b.as("ses_nonsense", query, nil, header("Accept", graphqlJSON))
			require.Equal(t, "UNAUTHENTICATED", a.code())
			require.Equal(t, http.StatusUnauthorized, a.status)
		})
	}
	t.Run("a mutation by GET is refused", func(t *testing.T) {
		t.Parallel()
		a := get(t, marketer, `mutation { setLocale(locale: "en-US") { id } }`)
		require.Equal(t, http.StatusMethodNotAllowed, a.status)
		require.Equal(t, "POST", a.header.Get("Allow"))
	})
	t.Run("other methods and types are refused in GraphQL's form", func(t *testing.T) {
		t.Parallel()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, b.server.URL+"/graphql", strings.NewReader("{}"))
		require.NoError(t, err)
		a := b.do(marketer, req)
		require.Equal(t, http.StatusMethodNotAllowed, a.status)
		require.Equal(t, "METHOD_NOT_ALLOWED", a.code())
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"} {
			a = b.post(marketer, `{"query":"{ __typename }"}`, header("Content-Type", kind))
			require.Equal(t, http.StatusUnsupportedMediaType, a.status, kind)
		}
		a = b.post(marketer, `{"query":"{ __typename }"}`, header("Accept", "text/html"))
		require.Equal(t, http.StatusNotAcceptable, a.status)
	})
	t.Run("a page of another site cannot post", func(t *testing.T) {
		t.Parallel()
		a := b.as(marketer, `mutation { setLocale(locale: "en-US") { id } }`, nil, header("Origin", "https://evil.example.com"), header("Sec-Fetch-Site", "cross-site"))
		require.Equal(t, http.StatusForbidden, a.status)
	})
	t.Run("a console served elsewhere can, with its cookies", func(t *testing.T) {
		t.Parallel()
		a := b.as(marketer, "{ __typename }", nil, header("Origin", "https://console.example.com"), header("Sec-Fetch-Site", "cross-site"))
		require.Equal(t, http.StatusOK, a.status)
		require.Equal(t, "https://console.example.com", a.header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, "true", a.header.Get("Access-Control-Allow-Credentials"))
	})
	t.Run("bodies that are no request get 400 and do not come back in the answer", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{"", "null", "[]", `"secret words"`, `{"query":1}`, `{"query":"{ __typename }","variables":"x"}`, `{"query":"{ __typename }"} {}`, `[{"query":"{ __typename }"}]`, "{", "\xff\xfe"} {
			a := b.post(marketer, body)
			require.Equal(t, http.StatusBadRequest, a.status, body)
			require.NotContains(t, a.raw, "secret words")
			require.NotContains(t, a.raw, `"data"`)
		}
	})
	t.Run("an oversized body gets 413 TOO_LARGE", func(t *testing.T) {
		t.Parallel()
		a := b.post(marketer, `{"query":"{ __typename }","variables":{"x":"`+strings.Repeat("x", 1<<20)+`"}}`)
		require.Equal(t, http.StatusRequestEntityTooLarge, a.status)
		require.Equal(t, "TOO_LARGE", a.code())
	})
	t.Run("a document that is not valid is 200 as JSON and 400 as a GraphQL response", func(t *testing.T) {
		t.Parallel()
		for _, query := range []string{"{", "{ nothing }", "query A { __typename } query B { __typename }"} {
			require.Equal(t, http.StatusOK, b.as(marketer, query, nil).status, query)
			a := b.as(marketer, query, nil, header("Accept", graphqlJSON))
			require.Equal(t, http.StatusBadRequest, a.status, query)
			require.NotEmpty(t, a.code())
		}
	})
	t.Run("persisted queries: unknown, registered, known, forged", func(t *testing.T) {
		t.Parallel()
		query := "query Persisted { __typename }"
		sum := sha256.Sum256([]byte(query))
		with := func(query string, hash string) string {
			body, err := json.Marshal(map[string]any{"query": query, "extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}})
			require.NoError(t, err)
			return string(body)
		}
		hash := hex.EncodeToString(sum[:])
		require.Equal(t, "PERSISTED_QUERY_NOT_FOUND", b.post("", with("", hash)).code())
		require.Empty(t, b.post("", with(query, hash)).Errors)
		require.JSONEq(t, `{"data":{"__typename":"Query"}}`, b.post("", with("", hash)).raw)
		require.Equal(t, "INVALID", b.post("", with("query Other { __typename }", hash)).code())
	})
	t.Run("the schema is open to tools", func(t *testing.T) {
		t.Parallel()
		a := b.as("", introspection, nil)
		require.Empty(t, a.Errors)
		require.Equal(t, "Query", a.at("__schema.queryType.name"))
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.New(t))
	marketer := b.tokens[access.Marketer]
	refused := func(t *testing.T, code, query string, variables vars) {
		t.Helper()
		a := b.as(marketer, query, variables, header("Accept", graphqlJSON))
		require.Equal(t, code, a.code(), "%.300s", a.raw)
		require.Equal(t, http.StatusBadRequest, a.status)
	}
	t.Run("12 fields deep and no more", func(t *testing.T) {
		t.Parallel()
		nest := func(n int) string { // n pairs of runs-edges-node-task make 4n fields
			q := "id"
			for range n {
				q = "runs(first: 1) { edges { node { task { " + q + " } } } }"
			}
			return "{ tasks(first: 1) { edges { node { " + q + " } } } }"
		}
		require.Empty(t, b.as(marketer, nest(2), nil).Errors)
		refused(t, "DEPTH_LIMIT_EXCEEDED", nest(3), nil)
	})
	t.Run("depth hidden in fragments counts", func(t *testing.T) {
		t.Parallel()
		var q strings.Builder
		q.WriteString("{ tasks(first: 1) { edges { node { ...F0 } } } }")
		for i := range 3 {
			fmt.Fprintf(&q, " fragment F%d on Task { runs(first: 1) { edges { node { task { ...F%d } } } } }", i, i+1)
		}
		refused(t, "DEPTH_LIMIT_EXCEEDED", q.String()+" fragment F3 on Task { id }", nil)
	})
	t.Run("a fragment bomb is refused at once", func(t *testing.T) {
		t.Parallel()
		var q strings.Builder
		q.WriteString("{ tasks(first: 1) { edges { node { ...F0 } } } }")
		for i := range 60 {
			fmt.Fprintf(&q, " fragment F%d on Task { ...F%d ...F%d }", i, i+1, i+1)
		}
		refused(t, "SELECTION_LIMIT_EXCEEDED", q.String()+" fragment F60 on Task { id name }", nil)
	})
	t.Run("circles of fragments are refused", func(t *testing.T) {
		t.Parallel()
		refused(t, "GRAPHQL_VALIDATION_FAILED", "{ tasks { edges { node { ...A } } } } fragment A on Task { ...B } fragment B on Task { ...A }", nil)
	})
	t.Run("many aliases are refused", func(t *testing.T) {
		t.Parallel()
		var q strings.Builder
		for i := range 60 {
			fmt.Fprintf(&q, "a%d: tasks(first: 200) { edges { node { id } } } ", i)
		}
		refused(t, "COMPLEXITY_LIMIT_EXCEEDED", "{"+q.String()+"}", nil)
	})
	t.Run("the console's widest page is allowed: 200 tasks with their funnels", func(t *testing.T) {
		t.Parallel()
		a := b.as(marketer, `{ tasks(first: 200) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id name type status
			approvalStatus runStatus createdAt reachAt channel { id name } campaign { id name } creator { id name }
			progress { total waiting sending sent failed notSent unconfirmed deferred rate } } } } }`, nil)
		require.NotEqual(t, "COMPLEXITY_LIMIT_EXCEEDED", a.code())
	})
	t.Run("nested pages multiply", func(t *testing.T) {
		t.Parallel()
		refused(t, "COMPLEXITY_LIMIT_EXCEEDED", "{ tasks(first: 200) { edges { node { runs(first: 200) { edges { node { id } } } } } } }", nil)
		refused(t, "COMPLEXITY_LIMIT_EXCEEDED", "{ tasks(first: 50) { edges { node { deliveries { totalCount } } } } }", nil)
	})
	t.Run("many calls to the provider are refused", func(t *testing.T) {
		t.Parallel()
		var q strings.Builder
		for i := range 30 {
			fmt.Fprintf(&q, `a%d: testChannel(id: "chn_1") { ok } `, i)
		}
		refused(t, "COMPLEXITY_LIMIT_EXCEEDED", "mutation {"+q.String()+"}", nil)
	})
	t.Run("a page has at most 200 entries, by literal or variable, and not a negative number", func(t *testing.T) {
		t.Parallel()
		refused(t, "INVALID", "{ tasks(first: 201) { totalCount } }", nil)
		refused(t, "INVALID", "query($n: Int) { tasks(last: $n) { totalCount } }", vars{"n": 100000})
		refused(t, "INVALID", "query($n: Int) { tasks(first: $n) { totalCount } }", vars{"n": -1})
		refused(t, "INVALID", "{ ...F } fragment F on Query { tasks(first: 500) { totalCount } }", nil)
	})
	t.Run("a document of very many tokens is refused", func(t *testing.T) {
		t.Parallel()
		refused(t, "GRAPHQL_PARSE_FAILED", "{"+strings.Repeat(" __typename", 5000)+" }", nil)
	})
	t.Run("the same field very often is answered quickly", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, b.as("", "{"+strings.Repeat(" __typename", 3900)+" }", nil).Errors)
	})
	t.Run("long lists and deep conditions in variables are refused", func(t *testing.T) {
		t.Parallel()
		ids := make([]string, 10_001)
		refused(t, "INVALID", "query($w: TaskWhereInput) { tasks(where: $w) { totalCount } }", vars{"w": vars{"idIn": ids}})
		where := vars{"name": "x"}
		for range 30 {
			where = vars{"not": where}
		}
		refused(t, "INVALID", "query($w: TaskWhereInput) { tasks(where: $w) { totalCount } }", vars{"w": where})
	})
	t.Run("the schema can be asked for, but not over and over", func(t *testing.T) {
		t.Parallel()
		var q strings.Builder
		for i := range 20 {
			fmt.Fprintf(&q, "a%d: __schema { types { name fields { name } } } ", i)
		}
		refused(t, "SELECTION_LIMIT_EXCEEDED", "{"+q.String()+"}", nil)
	})
}

// introspection is the query that GraphiQL asks with.
const introspection = `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...FullType }
	directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`
